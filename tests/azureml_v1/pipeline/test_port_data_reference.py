"""PortDataReference: fetching what a step wrote, and feeding it on."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperstep.azureml_v1.data.data_reference import DataReference
from hyperstep.azureml_v1.pipeline.context import GraphContext
from hyperstep.azureml_v1.pipeline.port_data_reference import PortDataReference


def _port(context: GraphContext, path: str, *files: str) -> PortDataReference:
    datastore = context.workspace.get_default_datastore()
    for name in files:
        file = datastore.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name, encoding="utf-8")
    return PortDataReference(context, "run", DataReference(datastore, "model", path))


def test_a_file_keeps_its_whole_path_below_the_target(context: GraphContext, tmp_path: Path) -> None:
    port = _port(context, "azureml/run/model", "azureml/run/model")
    assert port.download(str(tmp_path / "here")) == 1
    assert (tmp_path / "here" / port._path_on_datastore).read_text(encoding="utf-8") == "azureml/run/model"


def test_a_folder_is_fetched_with_all_below_it(context: GraphContext, tmp_path: Path) -> None:
    port = _port(context, "azureml/run/model", "azureml/run/model/a", "azureml/run/model/deep/b", "azureml/run/model_2")
    assert port.download(str(tmp_path / "here")) == 2
    assert (tmp_path / "here" / "azureml/run/model/deep/b").is_file()


def test_a_path_used_as_the_beginning_of_names_fetches_those(context: GraphContext, tmp_path: Path) -> None:
    port = _port(
        context, "azureml/run/model", "azureml/run/model_1.csv", "azureml/run/model_2/part", "azureml/run/other"
    )
    assert port.download(str(tmp_path / "here")) == 2


def test_existing_files_are_skipped_and_not_counted_unless_overwritten(context: GraphContext, tmp_path: Path) -> None:
    port = _port(context, "azureml/run/model", "azureml/run/model")
    target = tmp_path / "here" / "azureml/run/model"
    target.parent.mkdir(parents=True)
    target.write_text("mine", encoding="utf-8")
    assert port.download(str(tmp_path / "here")) == 0
    assert target.read_text(encoding="utf-8") == "mine"
    assert port.download(str(tmp_path / "here"), overwrite=True) == 1
    assert target.read_text(encoding="utf-8") == "azureml/run/model"


def test_nothing_there_is_no_file(context: GraphContext, tmp_path: Path) -> None:
    assert _port(context, "azureml/absent/model").download(str(tmp_path / "here")) == 0


def test_progress_is_printed_when_asked_for(
    context: GraphContext, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    port = _port(context, "azureml/run/model", "azureml/run/model")
    port.download(str(tmp_path / "quiet"))
    assert capsys.readouterr().out == ""
    port.download(str(tmp_path / "here"), show_progress=True)
    assert "azureml/run/model" in capsys.readouterr().out


def test_it_says_where_it_lies(context: GraphContext) -> None:
    port = _port(context, "azureml/run/model")
    assert (port.name, port.datastore_name, port.path_on_datastore) == (
        "model",
        "workspaceblobstore",
        "azureml/run/model",
    )
    assert str(port) == "$AZUREML_DATAREFERENCE_model"


def test_it_can_be_an_input_of_a_later_pipeline(context: GraphContext) -> None:
    port = _port(context, "azureml/run/model")
    assert (port.as_mount().name, port.as_mount().bind_mode) == ("model", "mount")
    assert port.as_input("old").name == "old"
    binding = port.as_download("old", "there", overwrite=True)
    assert (binding.bind_mode, binding.path_on_compute, binding.overwrite) == ("download", "there", True)
    assert binding.bind_object is port
    with pytest.raises(ValueError, match="mount or download"):
        port.create_input_binding(mode="upload")
