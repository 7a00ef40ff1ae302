"""RunConfiguration: how a script is to be run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.core.compute import target_name
from hyperstep.azureml_v1.core.environment import DEFAULT_CPU_IMAGE, DEFAULT_GPU_IMAGE, ContainerRegistry, Environment
from hyperstep.azureml_v1.core.runconfig_sections import (
    AmlComputeConfiguration,
    DataReferenceConfiguration,
    DockerConfiguration,
    HistoryConfiguration,
    MpiConfiguration,
    PyTorchConfiguration,
    TensorflowConfiguration,
)

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.conda_dependencies import CondaDependencies

__all__ = [
    "DEFAULT_CPU_IMAGE",
    "DEFAULT_GPU_IMAGE",
    "AmlComputeConfiguration",
    "ContainerRegistry",
    "DataReferenceConfiguration",
    "DockerConfiguration",
    "HistoryConfiguration",
    "MpiConfiguration",
    "PyTorchConfiguration",
    "RunConfiguration",
    "TensorflowConfiguration",
]

DEFAULT_ENVIRONMENT = "default-environment"


class RunConfiguration:
    """How a script is to be run: with which arguments, environment, data, on which target.

    Args:
        script: The entry script.
        arguments: Its arguments.
        framework: ``Python``.
        communicator: ``None``.
        conda_dependencies: Packages of its environment.
        _history_enabled: Accepted and not used.
        _path: Accepted and not used.
        _name: Accepted and not used.
        command: A command instead of a script.
    """

    def __init__(
        self,
        script: str | None = None,
        arguments: Sequence[Any] | None = None,
        framework: str | None = None,
        communicator: str | None = None,
        conda_dependencies: CondaDependencies | None = None,
        _history_enabled: bool | None = None,
        _path: str | None = None,
        _name: str | None = None,
        command: str | Sequence[str] | None = None,
    ) -> None:
        self.script = script or "train.py"
        self.arguments: list[Any] = list(arguments or [])
        self.command: str | Sequence[str] = command or ""
        self.framework = framework or "Python"
        self.communicator = communicator or "None"
        self.node_count = 1
        self.max_run_duration_seconds: int | None = None
        self.environment = Environment(DEFAULT_ENVIRONMENT)
        if conda_dependencies is not None:
            self.environment.python.conda_dependencies = conda_dependencies
        self.history = HistoryConfiguration()
        self.docker = DockerConfiguration()
        self.mpi = MpiConfiguration()
        self.pytorch = PyTorchConfiguration()
        self.tensorflow = TensorflowConfiguration()
        self.amlcompute = AmlComputeConfiguration()
        self.data: dict[str, Any] = {}
        self.data_references: dict[str, Any] = {}
        self.output_data: dict[str, Any] = {}
        self._target: object = "local"

    def __repr__(self) -> str:
        return f"RunConfiguration(script={self.script!r}, target={self.target!r}, arguments={self.arguments!r})"

    @property
    def target(self) -> str:
        """Name of the compute target."""
        return target_name(self._target)

    @target.setter
    def target(self, value: object) -> None:
        self._target = target_name(value)

    @property
    def environment_variables(self) -> dict[str, str]:
        """Variables that the job's process gets: those of its environment."""
        return self.environment.environment_variables

    @environment_variables.setter
    def environment_variables(self, value: Mapping[str, str] | None) -> None:
        self.environment.environment_variables = value

    @property
    def auto_prepare_environment(self) -> bool:
        """Always True: there is nothing to prepare by hand."""
        return True

    @auto_prepare_environment.setter
    def auto_prepare_environment(self, value: bool) -> None:
        del value
