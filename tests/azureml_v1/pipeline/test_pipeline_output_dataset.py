"""Pipeline data as datasets: each method makes a copy with one thing changed."""

from __future__ import annotations

import pytest

from hyperstep.azureml_v1.pipeline.pipeline_data import PipelineData
from hyperstep.azureml_v1.pipeline.pipeline_output_dataset import (
    DatasetRegistration,
    PipelineOutputFileDataset,
    PipelineOutputTabularDataset,
)


def test_files_are_mounted_copied_or_handed_over() -> None:
    files = PipelineData("made").as_dataset()
    assert isinstance(files, PipelineOutputFileDataset)
    modes = [
        d.create_input_binding().bind_mode for d in (files, files.as_mount(), files.as_download("x"), files.as_direct())
    ]
    assert modes == ["mount", "mount", "download", "direct"]
    assert files.as_download("x").create_input_binding().path_on_compute == "x"
    assert files.as_named_input("other").create_input_binding().name == "other"
    assert (files.input_name, str(files)) == ("made", "DatasetConsumptionConfig:made")
    with pytest.raises(ValueError, match="underscores"):
        files.as_named_input("no name")


def test_a_registration_is_kept_by_the_copy_only() -> None:
    files = PipelineData("made").as_dataset()
    registered = files.register("name", create_new_version=False)
    assert files._registration is None
    assert registered._registration is not None
    assert (registered._registration.name, registered._registration.create_new_version) == ("name", False)
    assert DatasetRegistration("a", create_new_version=True).create_new_version


def test_tables_say_how_files_are_read() -> None:
    files = PipelineData("made").as_dataset().as_named_input("rows")
    table = files.parse_parquet_files().keep_columns("a").drop_columns("b")
    assert isinstance(table, PipelineOutputTabularDataset)
    assert table.create_input_binding().bind_mode == "direct"
    assert table.input_name == "rows"
    meaning = table._meaning()
    assert meaning["format"] == {"kind": "parquet", "path_glob": "**/*.parquet"}
    assert meaning["transforms"] == [{"op": "keep", "columns": ["a"]}, {"op": "drop", "columns": ["b"]}]
    first, second = files.parse_delimited_files(separator=";", quoted_line_breaks=True).random_split(0.5)
    assert first._meaning() != second._meaning()
