"""What a port of a finished step holds: where it lies, and a way to fetch it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.data.data_reference import DataReference
from hyperstep.azureml_v1.pipeline.bindings import InputSource
from hyperstep.azureml_v1.pipeline.console import say
from hyperstep.azureml_v1.pipeline.names import data_placeholder

if TYPE_CHECKING:
    from hyperstep.azureml_v1.pipeline.context import GraphContext


class PortDataReference(InputSource):
    """The data of an output or input port of a step run. It can be an input of a later pipeline.

    Args:
        context: Where the run is.
        pipeline_run_id: Id of the pipeline run.
        data_reference: Where the data lies.
        step_run: The step run that wrote it.
    """

    def __init__(
        self, context: GraphContext, pipeline_run_id: str, data_reference: DataReference, step_run: object = None
    ) -> None:
        self._context = context
        self._pipeline_run_id = pipeline_run_id
        self._data_reference = data_reference
        self._step_run = step_run
        self._path_on_datastore = data_reference.path_on_datastore or ""

    def __str__(self) -> str:
        return data_placeholder(self.name)

    def __repr__(self) -> str:
        return f"PortDataReference({self.name!r}, {self.datastore_name}/{self._path_on_datastore})"

    @property
    def name(self) -> str:
        """Name of the port."""
        return self._data_reference.data_reference_name

    @property
    def datastore(self) -> Any:  # noqa: ANN401 - any datastore class
        """Where it is kept."""
        return self._data_reference.datastore

    @property
    def datastore_name(self) -> str:
        """Name of the datastore."""
        return str(self.datastore.name)

    @property
    def path_on_datastore(self) -> str:
        """Its path below the datastore."""
        return self._path_on_datastore

    def download(self, local_path: str, overwrite: bool | None = None, show_progress: bool | None = None) -> int:
        """Copy the data to ``local_path``; its whole path on the datastore is kept below that.

        When nothing has exactly that path, the files are taken whose path begins with it: scripts use the path they
        are given as the beginning of file names too.

        Args:
            local_path: The folder to copy to.
            overwrite: Whether files that exist are replaced; otherwise they are skipped.
            show_progress: Whether each copied file is printed.

        Returns:
            How many files were copied.
        """
        import shutil  # noqa: PLC0415 - costs milliseconds, and most data stays where it is

        home = self._context.workspace.home
        root = home.datastore_folder(self._context.workspace.name, self.datastore_name)
        copied = 0
        for source in _files(root, self._path_on_datastore):
            target = Path(local_path) / source.relative_to(root)
            if target.exists() and not overwrite:
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            copied += 1
            if show_progress:
                say(f"Downloaded {source.relative_to(root).as_posix()}")
        return copied


def _files(root: Path, path: str) -> Iterator[Path]:
    """The file of that path, the files below it, or else those whose path begins with it; sorted."""
    exact = root / path
    if exact.is_file():
        yield exact
    elif exact.is_dir():
        yield from sorted(file for file in exact.rglob("*") if file.is_file())
    else:
        for start in sorted(exact.parent.glob(f"{exact.name}*")):
            yield from [start] if start.is_file() else sorted(file for file in start.rglob("*") if file.is_file())
