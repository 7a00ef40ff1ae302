"""ScriptRunConfig and RunConfiguration: defaults and checks."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperstep.azureml_v1.core.environment import Environment
from hyperstep.azureml_v1.core.runconfig import DockerConfiguration, MpiConfiguration, RunConfiguration
from hyperstep.azureml_v1.core.script_run_config import ScriptRunConfig, get_run_config_from_script_run
from hyperstep.azureml_v1.exceptions import RunConfigurationException, UserErrorException


def test_the_defaults_are_v1s() -> None:
    config = ScriptRunConfig(".", "train.py")
    run_config = config.run_config
    assert config.arguments is None
    assert run_config.target == "local"
    assert run_config.environment.name == "default-environment"
    assert (run_config.framework, run_config.communicator, run_config.node_count) == ("Python", "None", 1)
    assert run_config.max_run_duration_seconds == ScriptRunConfig.MAX_DURATION_SECONDS_DEFAULT


def test_the_folder_defaults_to_the_current_one() -> None:
    assert ScriptRunConfig(None).source_directory == str(Path.cwd())


def test_given_settings_reach_the_run_configuration() -> None:
    environment = Environment("e")
    config = ScriptRunConfig(
        ".",
        "train.py",
        [],
        compute_target="cpu",
        environment=environment,
        distributed_job_config=MpiConfiguration(2, 3),
        docker_runtime_config=DockerConfiguration(use_docker=True),
        max_run_duration_seconds=5,
    )
    assert config.arguments == []
    run_config = config.run_config
    assert (run_config.target, run_config.environment, run_config.node_count) == ("cpu", environment, 3)
    assert run_config.docker.use_docker
    assert run_config.max_run_duration_seconds == 5


def test_a_run_configuration_wins_over_settings_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    run_config = RunConfiguration("a.py", ["--x", 1])
    config = ScriptRunConfig(".", run_config=run_config, compute_target="cpu")
    assert (config.script, config.arguments, config.run_config) == ("a.py", ["--x", 1], run_config)
    assert run_config.target == "local"
    assert "compute_target" in caplog.text
    assert ScriptRunConfig(".", "b.py", ["--y"], run_config).arguments == ["--y"]


def test_wrong_types_are_refused() -> None:
    with pytest.raises(RunConfigurationException, match="distributed_job_config"):
        ScriptRunConfig(".", distributed_job_config="mpi")
    with pytest.raises(RunConfigurationException, match="docker_runtime_config"):
        ScriptRunConfig(".", docker_runtime_config=True)
    with pytest.raises(UserErrorException, match="resume_from"):
        ScriptRunConfig(".", resume_from="path")  # type: ignore[arg-type]


def test_the_whole_can_be_had_as_a_run_configuration() -> None:
    run_config = get_run_config_from_script_run(ScriptRunConfig(".", "a.py", ["--x"]))
    assert (run_config.script, run_config.arguments) == ("a.py", ["--x"])


def test_a_target_is_kept_by_name() -> None:
    run_config = RunConfiguration()
    run_config.target = "cpu"
    assert run_config.target == "cpu"


def test_variables_are_those_of_the_environment() -> None:
    run_config = RunConfiguration()
    run_config.environment_variables = {"A": "1"}
    assert run_config.environment.environment_variables == {"A": "1"}
