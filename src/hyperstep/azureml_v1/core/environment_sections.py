"""The parts of an Environment: its Python and its container."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hyperstep.azureml_v1.core.conda_dependencies import CondaDependencies

DEFAULT_CPU_IMAGE = "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04"
DEFAULT_GPU_IMAGE = "mcr.microsoft.com/azureml/openmpi4.1.0-cuda11.8-cudnn8-ubuntu22.04"


class PythonSection:
    """Which Python and packages an environment asks for.

    Args:
        **kwargs: Values of the attributes below.
    """

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 - the v1 signature
        self.interpreter_path: str = "python"
        self.user_managed_dependencies: bool = False
        self.base_conda_environment: str | None = None
        self._conda_dependencies: CondaDependencies | None = CondaDependencies()
        self._conda_dependencies_file: str | None = None
        for name, value in kwargs.items():
            setattr(self, name, value)

    @property
    def conda_dependencies(self) -> CondaDependencies | None:
        """The packages that it asks for."""
        return self._conda_dependencies

    @conda_dependencies.setter
    def conda_dependencies(self, value: CondaDependencies | None) -> None:
        self._conda_dependencies = value

    @property
    def conda_dependencies_file(self) -> str | None:
        """The conda file that they were read from."""
        return self._conda_dependencies_file

    @conda_dependencies_file.setter
    def conda_dependencies_file(self, value: str | Path | None) -> None:
        self._conda_dependencies_file = None if value is None else str(value)
        if value is not None:
            self._conda_dependencies = CondaDependencies(value)

    def as_dict(self) -> dict[str, Any]:
        """Its definition."""
        packages = self._conda_dependencies
        return {
            "interpreterPath": self.interpreter_path,
            "userManagedDependencies": self.user_managed_dependencies,
            "baseCondaEnvironment": self.base_conda_environment,
            "condaDependencies": None if packages is None else packages.as_dict(),
        }


class ContainerRegistry:
    """Where a container image would come from."""

    def __init__(self) -> None:
        self.address: str | None = None
        self.username: str | None = None
        self.password: str | None = None


class DockerSection:
    """Which container an environment asks for. Kept and shown; jobs run without a container here.

    Args:
        **kwargs: Values of the attributes below.
    """

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 - the v1 signature
        self.enabled: bool = False
        self.base_image: str | None = DEFAULT_CPU_IMAGE
        self.base_dockerfile: str | None = None
        self.base_image_registry = ContainerRegistry()
        self.arguments: list[str] = []
        self.shared_volumes: bool = True
        self.gpu_support: bool = False
        self.shm_size: str | None = None
        for name, value in kwargs.items():
            setattr(self, name, value)

    def as_dict(self) -> dict[str, Any]:
        """Its definition, without credentials."""
        return {
            "enabled": self.enabled,
            "baseImage": self.base_image,
            "baseDockerfile": self.base_dockerfile,
            "arguments": list(self.arguments),
            "sharedVolumes": self.shared_volumes,
            "shmSize": self.shm_size,
        }
