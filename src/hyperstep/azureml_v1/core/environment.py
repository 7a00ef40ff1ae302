"""Environment: what a job's Python is to have. Jobs run with the interpreter that submitted them."""

from __future__ import annotations

import builtins
import copy
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.core import registry
from hyperstep.azureml_v1.core.conda_dependencies import CondaDependencies
from hyperstep.azureml_v1.core.environment_files import keep_wheel, read_definition, text_of, write_files
from hyperstep.azureml_v1.core.environment_sections import (
    DEFAULT_CPU_IMAGE,
    DEFAULT_GPU_IMAGE,
    ContainerRegistry,
    DockerBuildContext,
    DockerSection,
    PythonSection,
    RSection,
    SparkSection,
)
from hyperstep.azureml_v1.core.reading import note_absent, note_listing, note_named
from hyperstep.azureml_v1.exceptions import UserErrorException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.environment_images import DockerImageDetails, ImageBuildDetails
    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.digest import Json

__all__ = [
    "DEFAULT_CPU_IMAGE",
    "DEFAULT_GPU_IMAGE",
    "ContainerRegistry",
    "DockerSection",
    "Environment",
    "EnvironmentDefinition",
    "EnvironmentReference",
    "PythonSection",
]

_KIND = "environment"
_CURATED = "azureml-"
_LABEL = "environment-label"
_logger = logging.getLogger("hyperstep.azureml")
_told: set[str] = set()


class Environment:
    """What a job's Python is to have. Kept, shown, and part of what decides whether a step runs again.

    Args:
        name: Its name.
        **kwargs: Accepted and not used.

    Raises:
        TypeError: The name is no text.
    """

    def __init__(self, name: str, **kwargs: object) -> None:
        del kwargs
        self.name = _check_name(name)
        self.version: str | None = None
        self.python = PythonSection()
        self.docker = DockerSection()
        self.spark = SparkSection()
        self.r: RSection | None = None
        self.inferencing_stack_version: str | None = None
        self._environment_variables: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"Environment({self.as_dict()})"

    @property
    def environment_variables(self) -> dict[str, str]:
        """Variables that the job's process gets."""
        return self._environment_variables

    @environment_variables.setter
    def environment_variables(self, value: Mapping[str, str] | None) -> None:
        self._environment_variables = dict(value or {})

    @staticmethod
    def get(workspace: Workspace, name: str, version: str | int | None = None, label: str | None = None) -> Environment:
        """A registered environment; the names of the curated ones (``AzureML-…``) are always known.

        Raises:
            UserErrorException: Version and label are both given, or nothing of that name is registered.
        """
        if version is not None and label is not None:
            message = f"Give a version or a label, not both. Received: version={version!r}, label={label!r}."
            raise UserErrorException(message)
        number = _labelled(workspace, name, label) if label else _version_number(version)
        record = registry.find_named(workspace.home, workspace.name, _KIND, name, number)
        if record is not None:
            note_named(record, number)
            return _versioned(record.body, record.version)
        note_absent(workspace.name, _KIND, name, number)
        if name.lower().startswith(_CURATED):
            return _curated(name, version)
        known = ", ".join(r.name for r in registry.newest_named(workspace.home, workspace.name, _KIND))
        missing = f"Workspace {workspace.name!r} has no environment {name!r} of version {version!r}."
        message = f"{missing} It has: {known or 'none'}. Make one with Environment(name)."
        raise UserErrorException(message)

    @staticmethod
    def list(workspace: Workspace) -> dict[str, Environment]:
        """The newest version of each registered environment, by name."""
        note_listing(workspace.home, workspace.name, _KIND)
        records = registry.newest_named(workspace.home, workspace.name, _KIND)
        return {record.name: _versioned(record.body, record.version) for record in records}

    @staticmethod
    def from_conda_specification(name: str, file_path: str | Path) -> Environment:
        """An environment with the packages of a conda file.

        Raises:
            UserErrorException: The file cannot be read, or is no conda file.
        """
        environment = Environment(name)
        environment.python.conda_dependencies_file = str(file_path)
        return environment

    @staticmethod
    def from_pip_requirements(name: str, file_path: str | Path, pip_version: str | None = None) -> Environment:
        """An environment with the packages of a pip requirements file.

        Raises:
            UserErrorException: The file cannot be read.
        """
        del pip_version
        environment = Environment(name)
        environment.python.conda_dependencies = CondaDependencies.create(pip_packages=_requirements(Path(file_path)))
        return environment

    @staticmethod
    def from_docker_image(
        name: str,
        image: str,
        container_registry: ContainerRegistry | None = None,
        conda_specification: str | Path | None = None,
        pip_requirements: str | Path | None = None,
    ) -> Environment:
        """An environment that names an image; the image itself is not used here.

        Raises:
            UserErrorException: Both files are given, or one cannot be read.
        """
        if conda_specification is not None and pip_requirements is not None:
            message = "Give conda_specification or pip_requirements, not both."
            raise UserErrorException(message)
        environment = Environment(name)
        if conda_specification is not None:
            environment = Environment.from_conda_specification(name, conda_specification)
        elif pip_requirements is not None:
            environment = Environment.from_pip_requirements(name, pip_requirements)
        else:
            environment.python.user_managed_dependencies = True
        environment.docker.base_image = image
        environment.docker.base_image_registry = container_registry or ContainerRegistry()
        return environment

    @staticmethod
    def from_dockerfile(
        name: str,
        dockerfile: str | Path,
        conda_specification: str | Path | None = None,
        pip_requirements: str | Path | None = None,
    ) -> Environment:
        """An environment that has a Dockerfile, given as text or file; nothing is built from it.

        Raises:
            UserErrorException: Both other files are given, or one cannot be read.
        """
        environment = Environment.from_docker_image(name, "", None, conda_specification, pip_requirements)
        environment.docker.base_image = None
        environment.docker.base_dockerfile = text_of(dockerfile)
        return environment

    @staticmethod
    def from_docker_build_context(name: str, docker_build_context: DockerBuildContext) -> Environment:
        """An environment that has a folder with a Dockerfile; nothing is built from it."""
        environment = Environment(name)
        environment.python.user_managed_dependencies = True
        environment.docker.base_image = None
        environment.docker.build_context = docker_build_context
        return environment

    @staticmethod
    def from_existing_conda_environment(name: str, conda_environment_name: str) -> Environment:
        """Refused: conda is not asked.

        Raises:
            UserErrorException: Always; the message has the two commands that do the same.
        """
        message = (
            f"Conda is not asked for its environment {conda_environment_name!r}. Run: conda env export -n "
            f"{conda_environment_name} > {name}.yml, and use Environment.from_conda_specification({name!r}, "
            f"'{name}.yml')."
        )
        raise UserErrorException(message)

    @staticmethod
    def add_private_pip_wheel(workspace: Workspace, file_path: str | Path, exist_ok: bool = False) -> str:
        """Keep a wheel with the workspace; returns its address for a list of pip packages.

        Raises:
            UserErrorException: There is no such file, or one of its name is kept and ``exist_ok`` is False.
        """
        return keep_wheel(workspace, Path(file_path), exist_ok=exist_ok)

    @staticmethod
    def load_from_directory(path: str | Path) -> Environment:
        """The environment that ``save_to_directory`` wrote.

        Raises:
            UserErrorException: There is none in the folder.
        """
        body = read_definition(Path(path))
        blank = Environment(str(body["name"])).definition()
        environment = environment_of({**blank, **body})
        environment.version = body.get("version")
        return environment

    @staticmethod
    def label(workspace: Workspace, name: str, version: str, labels: builtins.list[str]) -> None:
        """Give a version labels, by which ``get`` finds it.

        Raises:
            UserErrorException: There is no such version.
        """
        found = Environment.get(workspace, name, version)
        for label in labels:
            body: dict[str, Json] = {"version": int(str(found.version))}
            registry.put_named(workspace.home, workspace.name, _LABEL, f"{name}:{label}", body)

    def save_to_directory(self, path: str | Path, overwrite: bool = False) -> None:
        """Write its definition and its conda file into a folder.

        Raises:
            UserErrorException: The folder exists, and ``overwrite`` is False.
        """
        write_files(self, Path(path), overwrite=overwrite)

    def build(self, workspace: Workspace, image_build_compute: object = None) -> ImageBuildDetails:
        """Build a virtual environment of its packages in the home, as ``HYPERSTEP_ENVIRONMENTS=build`` does at submit.

        Raises:
            LaunchError: It could not be built; the message has the path of the log.
        """
        from hyperstep.azureml_v1.core.environment_images import build  # noqa: PLC0415 - rare

        del image_build_compute
        return build(self, workspace)

    def build_local(self, workspace: Workspace, platform: object = None, **kwargs: object) -> ImageBuildDetails:
        """The same as ``build``.

        Raises:
            LaunchError: It could not be built; the message has the path of the log.
        """
        del platform, kwargs
        return self.build(workspace)

    def get_image_details(self, workspace: Workspace) -> DockerImageDetails:
        """What is known of the image that it names: that none is used."""
        from hyperstep.azureml_v1.core.environment_images import image_details  # noqa: PLC0415 - rare

        del workspace
        return image_details(self)

    def register(self, workspace: Workspace) -> Environment:
        """Keep it under its name; the same definition stays the version that it is. Returns the registered one."""
        known = registry.find_named(workspace.home, workspace.name, _KIND, self.name)
        body = self.definition()
        if known is not None and dict(known.body) == body:
            return _versioned(known.body, known.version)
        return _versioned(body, registry.put_named(workspace.home, workspace.name, _KIND, self.name, body))

    def clone(self, new_name: str) -> Environment:
        """A copy under another name, without a version."""
        environment = copy.deepcopy(self)
        environment.name = _check_name(new_name)
        environment.version = None
        return environment

    def definition(self) -> dict[str, Json]:
        """What decides the job's result (no part of the v1 API): everything but the version."""
        return {
            "name": self.name,
            "python": self.python.as_dict(),
            "docker": self.docker.as_dict(),
            "environmentVariables": dict(self._environment_variables),
            "inferencingStackVersion": self.inferencing_stack_version,
        }

    def as_dict(self) -> dict[str, Any]:
        """Its definition and version."""
        return {**self.definition(), "version": self.version}


class EnvironmentDefinition(Environment):
    """The older name of an environment.

    Args:
        name: Its name.
    """

    def __init__(self, name: str | None = None) -> None:
        super().__init__(name or "default-environment")


class EnvironmentReference:
    """Names a registered environment.

    Args:
        name: Its name.
        version: Which version; the newest without it.
    """

    def __init__(self, name: str, version: str | None = None) -> None:
        self.name = name
        self.version = version

    def get_environment(self, workspace: Workspace) -> Environment:
        """The environment.

        Raises:
            UserErrorException: Nothing of that name is registered.
        """
        return Environment.get(workspace, self.name, self.version)


def _check_name(name: object) -> str:
    if isinstance(name, str):
        return name
    message = f"An environment's name is a text. Received: {name!r}."
    raise TypeError(message)


def _labelled(workspace: Workspace, name: str, label: str) -> int | None:
    """The version that has a label; None for ``latest``.

    Raises:
        UserErrorException: No version has it.
    """
    record = registry.find_named(workspace.home, workspace.name, _LABEL, f"{name}:{label}")
    if record is not None:
        note_named(record, None)
        return int(str(record.body["version"]))
    note_absent(workspace.name, _LABEL, f"{name}:{label}")
    if label.lower() == "latest":
        return None
    message = f"No version of environment {name!r} has the label {label!r}. Give it with Environment.label(...)."
    raise UserErrorException(message)


def _curated(name: str, version: str | int | None) -> Environment:
    if name not in _told:
        _told.add(name)
        _logger.warning("The curated environment %s stands for this interpreter and its packages.", name)
    environment = Environment(name)
    environment.version = None if version is None else str(version)
    environment.python.user_managed_dependencies = True
    environment.python.conda_dependencies = None
    return environment


def _version_number(version: str | int | None) -> int | None:
    return int(version) if version is not None and str(version).isdigit() else None


def environment_of(body: Mapping[str, Any]) -> Environment:
    """The environment that ``definition()`` described."""
    environment = Environment(str(body["name"]))
    python, docker = body["python"], body["docker"]
    environment.python.interpreter_path = python["interpreterPath"]
    environment.python.user_managed_dependencies = python["userManagedDependencies"]
    environment.python.base_conda_environment = python["baseCondaEnvironment"]
    packages = python["condaDependencies"]
    environment.python.conda_dependencies = (
        None if packages is None else CondaDependencies(_underlying_structure=packages)
    )
    environment.docker.enabled = docker["enabled"]
    environment.docker.base_image = docker["baseImage"]
    environment.docker.base_dockerfile = docker["baseDockerfile"]
    environment.docker.arguments = list(docker["arguments"])
    environment.docker.shared_volumes = docker["sharedVolumes"]
    environment.docker.shm_size = docker["shmSize"]
    environment.environment_variables = body["environmentVariables"]
    environment.inferencing_stack_version = body["inferencingStackVersion"]
    return environment


def _versioned(body: Mapping[str, Any], version: int) -> Environment:
    environment = environment_of(body)
    environment.version = str(version)
    return environment


def _requirements(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        message = f"The requirements file {path} must be readable text: {error}."
        raise UserErrorException(message) from error
    stripped = (line.split(" #")[0].strip() for line in lines)
    return [line for line in stripped if line and not line.startswith("#")]
