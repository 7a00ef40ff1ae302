"""A job is one process: more nodes are refused, more processes on one node are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hyperstep.azureml_v1.core.distribution import check_distribution
from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.azureml_v1.core.runconfig import RunConfiguration
from hyperstep.azureml_v1.core.runconfig_sections import (
    DockerConfiguration,
    MpiConfiguration,
    PyTorchConfiguration,
    TensorflowConfiguration,
)
from hyperstep.azureml_v1.core.script_run_config import ScriptRunConfig
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.exceptions import RunConfigurationException
from hyperstep.azureml_v1.pipeline.pipeline import Pipeline
from hyperstep.azureml_v1.pipeline.steps.python_script_step import PythonScriptStep


@pytest.mark.parametrize(
    "distribution",
    [MpiConfiguration(node_count=2), PyTorchConfiguration(node_count=2), TensorflowConfiguration(worker_count=2)],
)
def test_more_than_one_node_is_refused_at_submit(experiment: Experiment, distribution: Any) -> None:
    config = ScriptRunConfig(".", "train.py", distributed_job_config=distribution)
    with pytest.raises(RunConfigurationException, match="2 nodes"):
        experiment.submit(config)


def test_spark_is_refused() -> None:
    with pytest.raises(RunConfigurationException, match="PySpark"):
        check_distribution(RunConfiguration(framework="PySpark"))


def test_more_processes_on_one_node_are_told(caplog: pytest.LogCaptureFixture) -> None:
    config = ScriptRunConfig(".", "train.py", distributed_job_config=MpiConfiguration(4))
    check_distribution(config.run_config)
    assert "One process is started, not 4" in caplog.text


def test_one_process_is_nothing_to_tell(caplog: pytest.LogCaptureFixture) -> None:
    check_distribution(ScriptRunConfig(".", "train.py", distributed_job_config=PyTorchConfiguration()).run_config)
    assert not caplog.records


def test_a_docker_configuration_is_equal_by_its_values() -> None:
    assert DockerConfiguration(use_docker=True) == DockerConfiguration(use_docker=True, arguments=[])
    assert DockerConfiguration() != DockerConfiguration(use_docker=True)
    assert "use_docker=True" in repr(DockerConfiguration(use_docker=True))
    config = ScriptRunConfig(".", "train.py", docker_runtime_config=DockerConfiguration(use_docker=True))
    assert config.run_config.docker.use_docker


def test_more_than_one_node_is_refused_in_a_pipeline(workspace: Workspace) -> None:
    Path("train.py").write_text("print(1)", encoding="utf-8")
    run_config = RunConfiguration()
    run_config.node_count = 2
    step = PythonScriptStep("train.py", compute_target="local", runconfig=run_config, source_directory=".")
    with pytest.raises(RunConfigurationException, match="2 nodes"):
        Pipeline(workspace, [step])
