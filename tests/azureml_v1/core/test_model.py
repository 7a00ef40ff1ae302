"""Models are registered, found, downloaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hyperstep.azureml_v1.core.model import Model
from hyperstep.azureml_v1.core.run import Run
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.exceptions import UserErrorException, WebserviceException
from hyperstep.records import RunStatus


def _file(name: str = "model.txt", text: str = "weights") -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_each_registration_is_one_version_up(workspace: Workspace) -> None:
    first = Model.register(workspace, _file(), "digits", tags={"a": 1}, description="words")
    second = Model.register(workspace, _file(text="better"), "digits")
    assert (first.id, second.id) == ("digits:1", "digits:2")
    assert (first.tags, first.description) == ({"a": "1"}, "words")
    assert Model(workspace, "digits").version == 2
    assert Model(workspace, "digits", version=1).id == Model(workspace, id="digits:1").id == "digits:1"
    assert list(workspace.models) == ["digits"]
    assert [model.version for model in Model.list(workspace, "digits")] == [2, 1]


def test_a_model_file_is_downloaded_under_its_own_name(workspace: Workspace) -> None:
    model = Model.register(workspace, _file("deep/model.txt"), "digits")
    assert model.download("out") == str(Path("out/model.txt"))
    assert Path("out/model.txt").read_text(encoding="utf-8") == "weights"
    with pytest.raises(WebserviceException, match="exist_ok"):
        model.download("out")
    model.download("out", exist_ok=True)


def test_a_model_folder_keeps_its_tree(workspace: Workspace) -> None:
    _file("model/a.txt")
    _file("model/sub/b.txt")
    path = Path(Model.register(workspace, "model", "digits").download("out"))
    assert path == Path("out/model")
    assert (path / "sub/b.txt").exists()


def test_a_model_path_is_below_the_current_folder(workspace: Workspace) -> None:
    Model.register(workspace, _file(), "digits")
    path = Path(Model.get_model_path("digits"))
    assert path == Path("azureml-models/digits/1/model.txt")
    assert path.read_text(encoding="utf-8") == "weights"
    assert Model.get_model_path("digits", version=1, _workspace=workspace) == str(path)
    with pytest.raises(UserErrorException, match="whole number"):
        Model.get_model_path("digits", version="1")  # type: ignore[arg-type]


def test_an_unknown_model_is_told_by_v1s_word(workspace: Workspace) -> None:
    with pytest.raises(WebserviceException, match=r"has no version of model 'none'\. It has"):
        Model(workspace, "none")
    with pytest.raises(WebserviceException, match=r"has no version 7 of model 'none' that fits\. It has"):
        Model(workspace, "none", tags=["a"], version=7)
    with pytest.raises(WebserviceException, match="ModelNotFound"):
        Model(workspace, "nope")


@pytest.mark.parametrize("name", ["", "-a", "a b", "ä", "a" * 256])
def test_a_bad_name_is_refused(workspace: Workspace, name: str) -> None:
    with pytest.raises(WebserviceException, match="name"):
        Model.register(workspace, _file(), name)


def test_a_path_that_is_not_there_is_refused(workspace: Workspace) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        Model.register(workspace, "nowhere", "digits")


def test_a_framework_version_needs_a_framework(workspace: Workspace) -> None:
    with pytest.raises(WebserviceException, match="model_framework"):
        Model.register(workspace, _file(), "digits", model_framework_version="1")


def test_a_runs_files_become_a_model(recorder: Any) -> None:
    recorder.files(recorder.root(status=RunStatus.COMPLETED), outputs__m__a="a", outputs__m__b="b", outputs__mm="no")
    run = Run(recorder.experiment, "root")
    model = run.register_model("digits", "outputs/m", tags={"t": 1}, properties={"p": 2})
    assert (model.run_id, model.experiment_name, model.tags, model.properties) == (
        "root",
        "digits",
        {"t": "1"},
        {"p": "2"},
    )
    assert model.run == run
    folder = Path(model.download("out"))
    assert folder == Path("out/m")
    assert sorted(path.name for path in folder.iterdir()) == ["a.txt", "b.txt"]
    assert run.register_model("digits", "outputs/m/a.txt").download("one") == str(Path("one/a.txt"))


def test_models_are_listed_by_tags_properties_and_run(workspace: Workspace) -> None:
    Model.register(workspace, _file(), "a", tags={"x": 1}, model_framework="ScikitLearn")
    Model.register(workspace, _file(), "b", properties={"y": 2})
    assert [model.name for model in Model.list(workspace, tags=["x"])] == ["a"]
    assert [model.name for model in Model.list(workspace, tags=[["x", "2"]])] == []
    assert [model.name for model in Model.list(workspace, properties={"y": 2})] == ["b"]
    assert [model.name for model in Model.list(workspace, model_framework="ScikitLearn")] == ["a"]
    assert Model.list(workspace, run_id="none") == []


def test_a_model_can_be_changed_and_deleted(workspace: Workspace) -> None:
    model = Model.register(workspace, _file(), "digits", tags={"x": 1})
    model.add_tags({"y": 2})
    model.remove_tags(["x"])
    model.add_properties({"p": 1})
    model.update(description="words")
    found = Model(workspace, "digits")
    assert (found.tags, found.properties, found.description) == ({"y": "2"}, {"p": "1"}, "words")
    assert found.serialize()["id"] == "digits:1"
    found.delete()
    assert Model.list(workspace) == []
