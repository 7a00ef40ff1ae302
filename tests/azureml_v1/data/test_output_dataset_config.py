"""Outputs as datasets: what each method makes, and what is told to the engine."""

from __future__ import annotations

import re

import pytest

from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.data.hdfs_output_config import HDFSOutputDatasetConfig
from hyperstep.azureml_v1.data.link_output_config import LinkFileOutputDatasetConfig, LinkTabularOutputDatasetConfig
from hyperstep.azureml_v1.data.output_dataset_config import (
    OutputDatasetConfig,
    OutputFileDatasetConfig,
    OutputTabularDatasetConfig,
)
from hyperstep.azureml_v1.data.output_translation import dataset_output
from hyperstep.azureml_v1.exceptions import UserErrorException
from hyperstep.pipeline.spec import DataMode


def test_a_name_is_drawn_when_none_is_given() -> None:
    assert re.fullmatch("output_[0-9a-f]{8}", OutputFileDatasetConfig().name)
    assert re.fullmatch("input_[0-9a-f]{8}", OutputFileDatasetConfig().as_input().name)
    with pytest.raises(UserErrorException, match="name"):
        OutputFileDatasetConfig("no name")


def test_each_method_makes_a_copy(workspace: Workspace) -> None:
    store = workspace.get_default_datastore()
    first = OutputFileDatasetConfig("rows", destination=(store, "there"))
    upload = first.as_upload(overwrite=True, source_globs=["*.csv"])
    assert (first.mode, upload.mode, upload.as_mount(disable_metadata_cache=True).mode) == ("mount", "upload", "mount")
    assert upload.upload_options is not None
    assert (upload.upload_options.overwrite, upload.upload_options.source_globs) == (True, ["*.csv"])
    assert upload.as_mount().upload_options is None
    registered = first.register_on_complete("name")
    assert dataset_output(first, "d").registration is None
    spec = dataset_output(registered, "d")
    assert spec.registration is not None
    assert (spec.registration.name, spec.datastore, spec.path) == ("name", store.name, "there")
    assert upload.destination is not None
    assert upload.destination[0] is store


def test_copies_have_the_producer_of_the_one_that_a_step_lists() -> None:
    first = OutputFileDatasetConfig("rows")
    listed = first.as_upload()
    listed._producer = "step"
    assert first._producer == first.as_mount()._producer == "step"
    other = first.as_mount()
    other._producer = "other step"
    assert listed._producer == "step"


def test_a_registration_needs_a_name() -> None:
    with pytest.raises(ValueError, match="name"):
        OutputFileDatasetConfig().register_on_complete("")


def test_the_engine_is_told_place_and_mode() -> None:
    plain = dataset_output(OutputFileDatasetConfig("rows"), "store")
    assert (plain.datastore, plain.path, plain.mode) == ("store", "dataset/{run-id}/{output-name}", DataMode.MOUNT)
    assert (plain.placeholder, plain.variable, plain.is_directory) == ("DatasetOutputConfig:rows", "rows", True)
    assert str(OutputFileDatasetConfig("rows")) == plain.placeholder
    sourced = dataset_output(OutputFileDatasetConfig("rows", source="out").as_upload(source_globs=["a*"]), "store")
    assert (sourced.mode, sourced.source, sourced.source_globs) == (DataMode.UPLOAD, "out", ("a*",))
    assert dataset_output(LinkFileOutputDatasetConfig("rows"), "store").mode is DataMode.DIRECT
    with pytest.raises(UserErrorException, match="source_globs"):
        OutputFileDatasetConfig().as_upload(source_globs=3)  # type: ignore[arg-type]
    with pytest.raises(UserErrorException, match="target"):
        OutputFileDatasetConfig("rows", destination="there")


def test_a_table_keeps_what_the_files_were_and_adds_how_they_are_read() -> None:
    files = OutputFileDatasetConfig("rows").register_on_complete("name", tags={"a": 1}).as_upload()
    table = files.read_delimited_files(separator=";", path_glob="*.csv").keep_columns("a").drop_columns(["b"])
    spec = dataset_output(table, "store")
    assert (spec.name, spec.mode) == ("rows", DataMode.UPLOAD)
    assert spec.registration is not None
    assert spec.registration.tags == {"a": "1"}
    assert spec.registration.definition["kind"] == "TabularDataset"
    assert table.as_input("x").mode == "direct"
    assert table.as_mount().mode == "mount"
    assert table.as_upload(overwrite=True).mode == "upload"
    assert files.read_parquet_files().as_input("x").name == "x"
    first, second = table.random_split(0.5, seed=1)
    assert first._meaning() != second._meaning()
    with pytest.raises(UserErrorException, match="read_delimited_files"):
        OutputTabularDatasetConfig()


def test_inputs_made_of_outputs_have_their_way_of_reading() -> None:
    modes = {
        type(config).__name__: config.as_input("x").mode
        for config in (
            OutputFileDatasetConfig("a"),
            HDFSOutputDatasetConfig("b"),
            LinkFileOutputDatasetConfig("c"),
            LinkTabularOutputDatasetConfig("d"),
            OutputDatasetConfig("mount", "e"),
        )
    }
    assert modes == {
        "OutputFileDatasetConfig": "mount",
        "HDFSOutputDatasetConfig": "mount",
        "LinkFileOutputDatasetConfig": "mount",
        "LinkTabularOutputDatasetConfig": "direct",
        "OutputDatasetConfig": "mount",
    }
