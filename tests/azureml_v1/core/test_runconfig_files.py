"""Run configurations are written to files and read again, v1's own too."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from hyperstep.azureml_v1.core.conda_dependencies import CondaDependencies
from hyperstep.azureml_v1.core.dataset import Dataset
from hyperstep.azureml_v1.core.runconfig import RunConfiguration
from hyperstep.azureml_v1.core.runconfig_data import (
    Data,
    DatacacheConfiguration,
    DataLocation,
    DataPath,
    DatasetRegistrationOptions,
    GlobsOptions,
    MountOptions,
    OutputData,
    OutputOptions,
    RegistrationOptions,
    UploadOptions,
    Uri,
    consumption,
)
from hyperstep.azureml_v1.core.runconfig_sections import ApplicationEndpointConfiguration, DataReferenceConfiguration
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.exceptions import UserErrorException


@pytest.fixture
def config(workspace: Workspace) -> RunConfiguration:
    """A configuration that says something in every part; the current folder is a project's."""
    del workspace
    config = RunConfiguration(
        "train.py", ["--lr", 0.1], conda_dependencies=CondaDependencies.create(None, ["x"], ["xgboost"])
    )
    config.target = "cluster"
    config.max_run_duration_seconds = 60
    config.environment_variables = {"A": "1"}
    config.docker.use_docker = True
    config.pytorch.process_count = 2
    config.parallel_task.worker_count_per_node = 3
    config.application_endpoints = {"tb": ApplicationEndpointConfiguration("TensorBoard", 6006)}
    config.data_references = {"raw": DataReferenceConfiguration("workspaceblobstore", "download", "raw/x")}
    config.output_data = {
        "out": OutputData(
            DataLocation(data_path=DataPath("workspaceblobstore", "out")),
            "upload",
            OutputOptions(
                upload_options=UploadOptions(overwrite=True, source_globs=GlobsOptions(["*.csv"])),
                mount_options=MountOptions(),
                registration_options=RegistrationOptions(
                    "r", dataset_registration_options=DatasetRegistrationOptions()
                ),
            ),
        )
    }
    return config


@pytest.mark.parametrize("separate", [False, True])
def test_a_configuration_that_was_saved_is_loaded_as_it_was(config: RunConfiguration, separate: bool) -> None:
    config.save(name="mine", separate_environment_yaml=separate)
    assert Path(".azureml/mine.runconfig").is_file()
    assert Path(".azureml/environment.yml").is_file() is separate
    loaded = RunConfiguration.load(".", "mine")
    assert (loaded.script, loaded.arguments, loaded.target) == ("train.py", ["--lr", 0.1], "cluster")
    assert (loaded.max_run_duration_seconds, loaded.environment_variables) == (60, {"A": "1"})
    assert loaded.environment.definition() == config.environment.definition()
    for part in ("history", "docker", "mpi", "pytorch", "tensorflow", "amlcompute", "spark", "hdi", "parallel_task"):
        assert getattr(loaded, part) == getattr(config, part), part
    assert loaded.kubernetescompute == config.kubernetescompute
    assert loaded.application_endpoints == config.application_endpoints
    assert loaded.data_references == config.data_references
    assert loaded.output_data == config.output_data


def test_a_configuration_is_saved_to_a_file_by_path_and_deleted_by_name(config: RunConfiguration) -> None:
    config.save("somewhere/it.runconfig")
    assert RunConfiguration.load("somewhere/it.runconfig").target == "cluster"
    config.save(".azureml", "other")
    RunConfiguration.delete(".", "other")
    with pytest.raises(UserErrorException, match="no run configuration 'other'"):
        RunConfiguration.load(".", "other")
    with pytest.raises(UserErrorException, match="name"):
        config.save(".")


def test_a_file_of_v1_is_read_and_what_has_no_effect_is_told(
    workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    del workspace
    Path("aml_config").mkdir()
    Path("aml_config/conda.yml").write_text("dependencies:\n- python=3.6\n- pip:\n  - lightgbm", encoding="utf-8")
    text = """
        script: train.py
        arguments: [--alpha, 0.5]
        target: local
        framework: Python
        nodeCount: 1
        hdi: {yarnDeployMode: cluster}
        environment:
          name: old
          version: '3'
          environmentVariables: {EXAMPLE: value}
          python:
            userManagedDependencies: false
            condaDependenciesFile: conda.yml
          docker: {enabled: true, baseImage: image}
        history: {outputCollection: false}
        dataReferences:
          data: {dataStoreName: ignored, datastoreName: store, mode: mount}
        somethingElse: 1
    """
    Path("aml_config/local.runconfig").write_text(dedent(text), encoding="utf-8")
    loaded = RunConfiguration.load(".", "local")
    assert (loaded.environment.name, loaded.environment.version) == ("old", "3")
    assert loaded.environment_variables == {"EXAMPLE": "value"}
    assert loaded.environment.docker.base_image == "image"
    assert loaded.environment.python.conda_dependencies is not None
    assert list(loaded.environment.python.conda_dependencies.pip_packages) == ["lightgbm"]
    assert loaded.history.output_collection is False
    assert loaded.data_references["data"].datastore_name == "store"
    assert "somethingElse" in caplog.text


@pytest.mark.parametrize("text", ["- 1", "a: ["])
def test_a_file_that_is_no_configuration_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.runconfig").write_text(text, encoding="utf-8")
    with pytest.raises(UserErrorException, match=r"x\.runconfig"):
        RunConfiguration.load(tmp_path, "x")


def test_an_argument_that_no_file_holds_is_refused(config: RunConfiguration) -> None:
    config.arguments = [object()]
    with pytest.raises(UserErrorException, match="object"):
        config.save(name="x")


def test_a_dataset_is_saved_by_its_id_and_consumed_again(workspace: Workspace, config: RunConfiguration) -> None:
    datastore = workspace.get_default_datastore()
    dataset = Dataset.File.from_files((datastore, "d"), validate=False).register(workspace, "digits")
    config.data = {"digits_input": dataset.as_named_input("digits_input").as_mount()}
    config.save(name="x")
    data = RunConfiguration.load(".", "x").data["digits_input"]
    assert isinstance(data, Data)
    consumed = consumption(workspace, "digits_input", data)
    assert (consumed.name, consumed.mode) == ("digits_input", "mount")
    with pytest.raises(UserErrorException, match="must name a dataset"):
        consumption(workspace, "x", Data(DataLocation(uri=Uri("https://x"))))
    with pytest.raises(UserErrorException, match="DatasetConsumptionConfig"):
        Data.create(object())  # type: ignore[arg-type]


def test_a_cache_takes_over_what_is_said() -> None:
    class Cached:
        dataset_id = "1"
        mode = "download"

    made: Any = DatacacheConfiguration.create(Cached())
    assert (made.dataset_id, made.mode, made.failure_fallback) == ("1", "download", False)
