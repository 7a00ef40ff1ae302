"""ScriptRunConfig: a script with its folder, arguments, environment and target, ready to be submitted."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.core.compute import target_name
from hyperstep.azureml_v1.core.runconfig import RunConfiguration
from hyperstep.azureml_v1.core.runconfig_sections import (
    DockerConfiguration,
    MpiConfiguration,
    PyTorchConfiguration,
    TensorflowConfiguration,
)
from hyperstep.azureml_v1.data.datapath import DataPath
from hyperstep.azureml_v1.exceptions import RunConfigurationException, UserErrorException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.environment import Environment
    from hyperstep.azureml_v1.core.experiment import Experiment
    from hyperstep.azureml_v1.core.script_run import ScriptRun
    from hyperstep.azureml_v1.core.workspace import Workspace

_DISTRIBUTED: dict[type, str] = {
    MpiConfiguration: "mpi",
    PyTorchConfiguration: "pytorch",
    TensorflowConfiguration: "tensorflow",
}
_logger = logging.getLogger("hyperstep.azureml")


class ScriptRunConfig:
    """A script with all that it needs to run. Whether the script exists is checked when it is submitted.

    Args:
        source_directory: The folder that a job gets a copy of; the current one when None.
        script: The entry script below it.
        arguments: Its arguments: texts, numbers, dataset inputs, data references.
        run_config: A run configuration to start from; then target, environment and the like come from there.
        _telemetry_values: Accepted and not used.
        compute_target: Where to run: an object or a name; ``local`` without it.
        environment: What the job's Python is to have.
        distributed_job_config: Accepted; one process is started here.
        resume_from: A DataPath with a model to start from: reaches the script as ``--resume-from <path>``.
        max_run_duration_seconds: After this many seconds the job is ended.
        command: A command instead of a script.
        docker_runtime_config: Accepted; jobs run without a container here.

    Raises:
        RunConfigurationException: distributed_job_config or docker_runtime_config is of another type.
        UserErrorException: resume_from is no DataPath.
    """

    MAX_DURATION_SECONDS_DEFAULT = 2592000

    def __init__(
        self,
        source_directory: str | os.PathLike[str] | None,
        script: str | None = None,
        arguments: Sequence[Any] | None = None,
        run_config: RunConfiguration | None = None,
        _telemetry_values: object = None,
        compute_target: object = None,
        environment: Environment | None = None,
        distributed_job_config: object = None,
        resume_from: DataPath | None = None,
        max_run_duration_seconds: int = MAX_DURATION_SECONDS_DEFAULT,
        command: str | Sequence[Any] | None = None,
        docker_runtime_config: object = None,
    ) -> None:
        self.source_directory = str(source_directory) if source_directory is not None else str(Path.cwd())
        settings = {
            "compute_target": compute_target,
            "environment": environment,
            "distributed_job_config": _checked_distribution(distributed_job_config),
            "docker_runtime_config": _checked_docker(docker_runtime_config),
        }
        self.resume_from = _checked_resume(resume_from)
        if run_config is None:
            self.run_config = _new_run_config(settings, max_run_duration_seconds)
            self.script, self.arguments, self.command = script, arguments, command
        else:
            _warn_ignored(settings)
            self.run_config = run_config
            self.script = script or run_config.script
            self.arguments = arguments if arguments is not None else (list(run_config.arguments) or None)
            self.command = command or run_config.command or None

    def __repr__(self) -> str:
        what = self.command or self.script
        return f"ScriptRunConfig({self.source_directory!r}, {what!r}, target={self.run_config.target!r})"

    def _submit(self, experiment: Experiment, tags: Mapping[str, object] | None = None, **kwargs: Any) -> ScriptRun:  # noqa: ANN401 - v1 takes any
        from hyperstep.azureml_v1.core.script_submission import submit_script  # noqa: PLC0415 - loads the engine

        return submit_script(self, experiment, tags=tags, run_id=kwargs.get("run_id") or "")


def get_run_config_from_script_run(script_run_config: ScriptRunConfig) -> RunConfiguration:
    """The run configuration with the script, arguments and command of a ScriptRunConfig."""
    run_config = script_run_config.run_config
    run_config.script = script_run_config.script or run_config.script
    run_config.arguments = list(script_run_config.arguments or [])
    run_config.command = script_run_config.command or ""
    return run_config


def submit(
    script_run_config: ScriptRunConfig,
    workspace: Workspace,
    experiment_name: str,
    run_id: str | None = None,
    _parent_run_id: str | None = None,
    credential_passthrough: bool = False,
) -> ScriptRun:
    """Submit it under an experiment's name; ``Experiment.submit`` does the same.

    Args:
        script_run_config: What to run.
        workspace: Where.
        experiment_name: Under which name.
        run_id: The id to give the run; one is made without it.
        _parent_run_id: The run that it is shown below.
        credential_passthrough: Accepted and not used.
    """
    from hyperstep.azureml_v1.core.experiment import Experiment  # noqa: PLC0415 - a name of the annotations too
    from hyperstep.azureml_v1.core.script_submission import submit_script  # noqa: PLC0415 - loads the engine

    del credential_passthrough
    experiment = Experiment(workspace, experiment_name)
    return submit_script(script_run_config, experiment, run_id=run_id or "", parent_id=_parent_run_id or "")


def _new_run_config(settings: Mapping[str, Any], max_run_duration_seconds: int) -> RunConfiguration:
    run_config = RunConfiguration()
    run_config.target = target_name(settings["compute_target"])
    run_config.max_run_duration_seconds = max_run_duration_seconds
    if settings["environment"] is not None:
        run_config.environment = settings["environment"]
    if settings["docker_runtime_config"] is not None:
        run_config.docker = settings["docker_runtime_config"]
    distribution = settings["distributed_job_config"]
    if distribution is not None:
        setattr(run_config, _DISTRIBUTED[type(distribution)], distribution)
        run_config.node_count = getattr(distribution, "node_count", 1)
    return run_config


def _warn_ignored(settings: Mapping[str, object]) -> None:
    ignored = [name for name, value in settings.items() if value is not None]
    if ignored:
        _logger.warning(
            "run_config is given, so these arguments of ScriptRunConfig are ignored: %s", ", ".join(ignored)
        )


def _checked_distribution(value: object) -> object:
    if value is None or type(value) in _DISTRIBUTED:
        return value
    names = ", ".join(kind.__name__ for kind in _DISTRIBUTED)
    message = f"distributed_job_config is one of {names}. Received: an object of type {type(value).__name__}."
    raise RunConfigurationException(message)


def _checked_docker(value: object) -> object:
    if value is None or isinstance(value, DockerConfiguration):
        return value
    message = f"docker_runtime_config is a DockerConfiguration. Received: an object of type {type(value).__name__}."
    raise RunConfigurationException(message)


def _checked_resume(value: object) -> DataPath | None:
    if value is None or isinstance(value, DataPath):
        return value
    message = f"resume_from is a DataPath. Received: an object of type {type(value).__name__}."
    raise UserErrorException(message)
