"""What is kept with a model: datasets, resources, tags that several processes change."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest

from hyperstep.azureml_v1.core.model import Model
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.data.file_dataset import FileDataset
from hyperstep.azureml_v1.deployment.resource_configuration import ResourceConfiguration
from hyperstep.azureml_v1.exceptions import AzureMLException, ModelNotFoundException, WebserviceException


def test_datasets_and_resources_are_kept_and_found_again(workspace: Workspace, dataset: FileDataset) -> None:
    resources = ResourceConfiguration(cpu=2, memory_in_gb=0.5)
    Model.register(
        workspace,
        "model",
        "digits",
        datasets=[("training", dataset)],
        sample_input_dataset=dataset,
        resource_configuration=resources,
    )
    Model.register(workspace, "model", "other")
    model = Model(workspace, "digits")
    assert model.datasets["training"][0].id == dataset.id
    assert model.sample_input_dataset.id == dataset.id
    assert model.sample_output_dataset is None
    assert model.resource_configuration == resources
    assert [found.name for found in Model.list(workspace, dataset_id=dataset.id)] == ["digits"]
    assert model.serialize()["datasets"] == [{"name": "training", "id": dataset.id}]
    assert model.serialize()["resourceConfiguration"] == {"cpu": 2, "memoryInGB": 0.5, "gpu": None}


def test_datasets_are_added_later_and_each_once(workspace: Workspace, dataset: FileDataset) -> None:
    model = Model.register(workspace, "model", "digits")
    for _ in range(2):
        model.add_dataset_references([("test", dataset)])
    assert [found.id for found in Model(workspace, "digits").datasets["test"]] == [dataset.id]


@pytest.mark.parametrize(
    "settings",
    [
        {"datasets": ["training"]},
        {"datasets": [("training", "digits")]},
        {"sample_input_dataset": "digits"},
        {"resource_configuration": {"cpu": 1}},
        {"tags": ["a"]},
        {"model_framework_version": "1.0"},
    ],
)
def test_a_value_of_another_type_is_refused(workspace: Workspace, settings: dict[str, Any]) -> None:
    with pytest.raises(WebserviceException, match="Received"):
        Model.register(workspace, "model", "digits", **settings)
    assert Model.list(workspace) == []


def test_only_the_chosen_files_of_a_folder_are_registered(workspace: Workspace) -> None:
    path = Path(Model.register(workspace, "model", "digits", child_paths=["a.txt", "sub"]).download("out"))
    assert sorted(file.relative_to(path).as_posix() for file in path.rglob("*.txt")) == ["a.txt", "sub/c.txt"]
    with pytest.raises(FileNotFoundError, match=r"nowhere\.txt"):
        Model.register(workspace, "model", "digits", child_paths=["nowhere.txt"])


def test_the_current_folder_is_registered_under_its_own_name(workspace: Workspace) -> None:
    assert Model.register(workspace, ".", "digits").download("out") == str(Path("out/project"))


def test_a_file_outside_the_current_folder_is_registered(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text("weights", encoding="utf-8")
    assert Model.register(workspace, "../outside.txt", "digits").download("out") == str(Path("out/outside.txt"))


def test_tags_and_properties_change_at_one_time(workspace: Workspace) -> None:
    model = Model.register(workspace, "model", "digits", tags={"a": 1, "b": 2}, properties={"p": 1})
    model.update_tags_properties(add_tags={"c": 3}, remove_tags=["a"], add_properties={"q": 2})
    found = Model(workspace, "digits")
    assert (found.tags, found.properties) == ({"b": "2", "c": "3"}, {"p": "1", "q": "2"})
    found.remove_tags("b")
    assert found.tags == {"c": "3"}


def test_a_property_keeps_its_value(workspace: Workspace) -> None:
    model = Model.register(workspace, "model", "digits", properties={"p": 1})
    model.add_properties({"p": 1})
    with pytest.raises(WebserviceException, match="keeps its value"):
        model.add_properties({"p": 2})


def test_update_replaces_the_tags_and_leaves_what_is_not_given(workspace: Workspace, dataset: FileDataset) -> None:
    model = Model.register(workspace, "model", "digits", tags={"a": 1}, description="words")
    model.update(tags={"b": 2}, sample_output_dataset=dataset, resource_configuration=ResourceConfiguration(gpu=1))
    found = Model(workspace, "digits")
    assert (found.tags, found.description) == ({"b": "2"}, "words")
    assert found.sample_output_dataset.id == dataset.id
    assert found.resource_configuration == ResourceConfiguration(gpu=1)


def test_what_two_objects_of_one_model_add_is_merged(workspace: Workspace) -> None:
    model = Model.register(workspace, "model", "digits")
    Model(workspace, "digits").add_tags({"a": 1})
    model.add_tags({"b": 2})
    assert model.tags == Model(workspace, "digits").tags == {"a": "1", "b": "2"}


def test_a_serialized_model_is_found_again(workspace: Workspace) -> None:
    model = Model.register(workspace, "model", "digits", tags={"a": 1})
    assert Model.deserialize(workspace, model.serialize()).serialize() == model.serialize()
    with pytest.raises(WebserviceException, match="serialize"):
        Model.deserialize(workspace, {})
    model.delete()
    with pytest.raises(WebserviceException, match="ModelNotFound"):
        Model.deserialize(workspace, model.serialize())


def test_each_file_has_an_address(workspace: Workspace) -> None:
    urls = Model.register(workspace, "model", "digits").get_sas_urls()
    assert sorted(urls) == ["model/a.txt", "model/b.txt", "model/sub/c.txt"]
    path = Path(url2pathname(urlsplit(urls["model/sub/c.txt"]).path))
    assert path.read_text(encoding="utf-8") == "sub/c.txt"


def test_a_model_path_that_lost_a_file_is_filled_again(workspace: Workspace) -> None:
    model = Model.register(workspace, "model", "digits")
    path = Path(Model.get_model_path("digits"))
    (path / "a.txt").unlink()
    assert Path(Model.get_model_path("digits", model.version)) == path
    assert (path / "a.txt").exists()
    assert Model._get_model_path_remote("digits", 1, workspace) == str(path)


def test_frameworks_have_names(workspace: Workspace) -> None:
    model = Model.register(
        workspace,
        "model",
        "digits",
        model_framework=Model.Framework.SCIKITLEARN,
        model_framework_version="1.5",
    )
    assert (model.model_framework, model.model_framework_version) == ("ScikitLearn", "1.5")
    names = Model.Framework
    assert (names.TENSORFLOW, names.ONNX, names.CUSTOM, names.MULTI) == ("TensorFlow", "Onnx", "Custom", "Multi")


def test_an_absent_model_is_an_azureml_exception_with_a_status(workspace: Workspace) -> None:
    with pytest.raises(AzureMLException) as caught:
        Model(workspace, "digits", version=3)
    assert isinstance(caught.value, WebserviceException)
    assert isinstance(caught.value, ModelNotFoundException)
    assert caught.value.status_code == 404
    assert "ModelNotFound" in caught.value.message


def test_the_address_and_the_text_of_a_model_name_it(workspace: Workspace) -> None:
    model = Model.register(workspace, "model", "digits")
    assert model.url == "aml://asset/local/models/digits:1"
    assert "id='digits:1'" in repr(model)


CHANGE = """
import sys
from hyperstep.azureml_v1.core.model import Model
from hyperstep.azureml_v1.core.workspace import Workspace
workspace = Workspace.from_config()
model = Model(workspace, "digits")
for number in range(10):
    model.add_tags({f"{sys.argv[1]}-{number}": number})
    Model.register(workspace, "model", "many")
"""


@pytest.mark.end_to_end
def test_several_processes_register_and_tag_at_one_time(workspace: Workspace) -> None:
    Model.register(workspace, "model", "digits")
    processes = [subprocess.Popen([sys.executable, "-c", CHANGE, name]) for name in ("a", "b", "c")]
    assert [process.wait() for process in processes] == [0, 0, 0]
    assert len(Model(workspace, "digits").tags) == 30
    assert [model.version for model in Model.list(workspace, "many")] == list(range(30, 0, -1))
