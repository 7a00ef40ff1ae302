"""Writing tables into datastores."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.data.dataset_paths import LOCAL, DatasetPath
from hyperstep.azureml_v1.data.extras import load_parquet
from hyperstep.azureml_v1.data.file_dataset import FileDataset

if TYPE_CHECKING:
    from pandas import DataFrame

    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.azureml_v1.data.tabular_dataset import TabularDataset

CONVERTED_FOLDER = "converted-data"
"""Below the default datastore: where ``to_csv_files`` and ``to_parquet_files`` write."""


def write_delimited(dataset: TabularDataset, workspace: Workspace | None, separator: str) -> FileDataset:
    """The table as one delimited file with a header line."""
    table = dataset.to_pandas_dataframe()
    return _write(workspace, "part-00000.csv", lambda path: table.to_csv(path, sep=separator, index=False))


def write_parquet(dataset: TabularDataset, workspace: Workspace | None) -> FileDataset:
    """The table as one parquet file."""
    table = dataset.to_pandas_dataframe()
    return _write(workspace, "part-00000.parquet", lambda path: save_parquet(table, path))


def save_parquet(table: DataFrame, path: Path, row_group_size: int | None = None) -> None:
    """Write a table as a parquet file, whole or not at all; its row numbers are left out."""
    parquet = load_parquet()
    import pyarrow as pa  # noqa: PLC0415 - after load_parquet, which says how to install it

    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    parquet.write_table(pa.Table.from_pandas(table, preserve_index=False), temporary, row_group_size=row_group_size)
    temporary.replace(path)


def _write(workspace: Workspace | None, name: str, write: Callable[[Path], Any]) -> FileDataset:
    """One file in a folder of its own, in the default datastore or, for local data, a temporary folder."""
    if workspace is None:
        folder = Path(tempfile.mkdtemp(prefix="converted-"))
        write(folder / name)
        return FileDataset([DatasetPath(LOCAL, str(folder))])
    datastore = workspace.get_default_datastore()
    place = f"{CONVERTED_FOLDER}/{uuid.uuid4().hex}"
    (datastore.folder / place).mkdir(parents=True)
    write(datastore.folder / place / name)
    return FileDataset([DatasetPath(datastore.name, place)], workspace)
