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
    """Where a container image would come from. Credentials are kept in memory only."""

    def __init__(self) -> None:
        self.address: str | None = None
        self.username: str | None = None
        self.password: str | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(address={self.address!r})"


class AzureContainerRegistry(ContainerRegistry):
    """The same, of Azure."""


class DockerBuildContext:
    """A folder with a Dockerfile. Kept and shown; nothing is built from it.

    Args:
        location_type: ``localFile``, ``git`` or ``storageAccount``.
        location: The folder or address.
        dockerfile_path: The Dockerfile in it.
    """

    def __init__(
        self, location_type: str | None = None, location: str | None = None, dockerfile_path: str = "Dockerfile"
    ) -> None:
        self.location_type = location_type
        self.location = location
        self.dockerfile_path = dockerfile_path

    @staticmethod
    def from_local_directory(
        workspace: object, path: str | Path, dockerfile_path: str = "Dockerfile"
    ) -> DockerBuildContext:
        """A folder of this machine."""
        del workspace
        return DockerBuildContext("localFile", str(path), dockerfile_path)


class DockerImagePlatform:
    """For which machines an image would be."""

    def __init__(self) -> None:
        self.os = "Linux"
        self.architecture = "amd64"


class DockerSection:
    """Which container an environment asks for. Kept and shown; jobs run without a container here.

    Args:
        **kwargs: Values of the attributes below.
    """

    __slots__ = (
        "arguments",
        "base_dockerfile",
        "base_image",
        "base_image_registry",
        "build_context",
        "enabled",
        "gpu_support",
        "platform",
        "shared_volumes",
        "shm_size",
    )

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 - the v1 signature
        self.enabled: bool = False
        self.base_image: str | None = DEFAULT_CPU_IMAGE
        self.base_dockerfile: str | None = None
        self.base_image_registry = ContainerRegistry()
        self.build_context: DockerBuildContext | None = None
        self.platform = DockerImagePlatform()
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


class DockerEnvironment(DockerSection):
    """The older name of the container part of an environment."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__()


class PythonEnvironment(PythonSection):
    """The older name of the Python part of an environment."""

    def __init__(self) -> None:
        super().__init__()


class SparkPackage:
    """A package for Spark. Kept and without effect.

    Args:
        group: Kept.
        artifact: Kept.
        version: Kept.
    """

    def __init__(self, group: str | None = None, artifact: str | None = None, version: str | None = None) -> None:
        self.group = group
        self.artifact = artifact
        self.version = version


class SparkSection:
    """What an environment asks of Spark. Kept and without effect.

    Args:
        **kwargs: Values of the attributes below.
    """

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 - the v1 signature
        self.repositories: list[str] = []
        self.packages: list[SparkPackage] = []
        self.precache_packages: bool = True
        for name, value in kwargs.items():
            setattr(self, name, value)


class SparkEnvironment(SparkSection):
    """The older name of the Spark part of an environment."""

    def __init__(self) -> None:
        super().__init__()


class RCranPackage:
    """A package of CRAN. Kept and without effect."""

    def __init__(self) -> None:
        self.name: str | None = None
        self.version: str | None = None
        self.repository: str | None = None


class RGitHubPackage:
    """A package for R on GitHub. Kept and without effect."""

    def __init__(self) -> None:
        self.repository: str | None = None
        self.auth_token: str | None = None


class RSection:
    """What an environment asks of R. Kept and without effect: jobs are Python here."""

    def __init__(self) -> None:
        self.r_version: str | None = None
        self.user_managed: bool = False
        self.rscript_path: str | None = None
        self.snapshot_date: str | None = None
        self.cran_packages: list[RCranPackage] | None = None
        self.github_packages: list[RGitHubPackage] | None = None
        self.custom_url_packages: list[str] | None = None
        self.bioconductor_packages: list[str] | None = None
