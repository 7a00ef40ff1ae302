"""RunConfiguration: how a script is to be run."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.core.compute import target_name
from hyperstep.azureml_v1.core.environment import DEFAULT_CPU_IMAGE, DEFAULT_GPU_IMAGE, ContainerRegistry, Environment
from hyperstep.azureml_v1.core.runconfig_sections import (
    AmlComputeConfiguration,
    DataReferenceConfiguration,
    DockerConfiguration,
    HdiConfiguration,
    HistoryConfiguration,
    KubernetesComputeConfiguration,
    MpiConfiguration,
    ParallelTaskConfiguration,
    PyTorchConfiguration,
    SparkConfiguration,
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
        _history_enabled: Kept in ``history``.
        _path: Where ``save`` writes by default.
        _name: Name of its file, for ``save``.
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
        self.spark = SparkConfiguration()
        self.hdi = HdiConfiguration()
        self.kubernetescompute = KubernetesComputeConfiguration()
        self.parallel_task = ParallelTaskConfiguration()
        self.application_endpoints: dict[str, Any] = {}
        self.datacaches: list[Any] = []
        self.credential_passthrough = False
        self.identity: object = None
        self.history.output_collection = _history_enabled is not False
        self.data: dict[str, Any] = {}
        self.data_references: dict[str, Any] = {}
        self.output_data: dict[str, Any] = {}
        self._target: object = "local"
        self._path, self._name = _path, _name

    def __repr__(self) -> str:
        return f"RunConfiguration(script={self.script!r}, target={self.target!r}, arguments={self.arguments!r})"

    def save(
        self,
        path: str | os.PathLike[str] | None = None,
        name: str | None = None,
        separate_environment_yaml: bool = False,
    ) -> None:
        """Write it to ``<path>/.azureml/<name>.runconfig``, or to the file that ``path`` names.

        Args:
            path: The project's folder, or a file; the current folder without it.
            name: Name of the file.
            separate_environment_yaml: Write its environment to a file of its own beside it.

        Raises:
            UserErrorException: No name is given and the path is a folder, or an argument cannot be written.
        """
        from hyperstep.azureml_v1.core.runconfig_files import save  # noqa: PLC0415 - only where a file is written

        save(self, path or self._path, name or self._name, separate=separate_environment_yaml)

    @staticmethod
    def load(path: str | os.PathLike[str], name: str | None = None) -> RunConfiguration:
        """Read one that was saved, by v1 or here.

        Args:
            path: The project's folder, or the file.
            name: Name of the file in the folder, or in its folder ``.azureml`` or ``aml_config``.

        Raises:
            UserErrorException: There is no such file, or it is no run configuration.
        """
        from hyperstep.azureml_v1.core.runconfig_files import load  # noqa: PLC0415 - only where a file is read

        config = RunConfiguration(_path=str(path), _name=name)
        load(config, path, name)
        return config

    @staticmethod
    def delete(path: str | os.PathLike[str], name: str) -> None:
        """Remove one that was saved.

        Raises:
            UserErrorException: There is no such file.
        """
        from hyperstep.azureml_v1.core.runconfig_files import find  # noqa: PLC0415 - only where a file is removed

        find(path, name).unlink()

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
