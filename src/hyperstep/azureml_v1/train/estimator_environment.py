"""The environment that an estimator's many arguments about packages ask for."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hyperstep.azureml_v1.core.conda_dependencies import CondaDependencies
from hyperstep.azureml_v1.core.environment import Environment
from hyperstep.azureml_v1.exceptions import TrainingException


@dataclass(frozen=True)
class EnvironmentRequest:
    """What an estimator says about its environment."""

    folder: str = "."
    """Files of packages lie below it."""
    definition: Environment | None = None
    conda_packages: Sequence[str] | None = None
    pip_packages: Sequence[str] | None = None
    conda_file: str | None = None
    pip_file: str | None = None
    user_managed: bool = False
    variables: Mapping[str, str] = field(default_factory=dict)


def build_environment(request: EnvironmentRequest, default: Environment) -> Environment:
    """The environment asked for, or the default one.

    Raises:
        TrainingException: An environment beside packages or files of packages, or a file that is not there.
    """
    packages = (request.conda_packages, request.pip_packages, request.conda_file, request.pip_file)
    if request.definition is not None:
        if any(packages):
            message = "An Estimator takes environment_definition or packages, not both. Leave one out."
            raise TrainingException(message)
        environment = copy.deepcopy(request.definition)
    else:
        environment = default
        if any(packages):
            environment.python.conda_dependencies = _dependencies(request)
        environment.python.user_managed_dependencies = request.user_managed
    if request.variables:
        environment.environment_variables = {**environment.environment_variables, **request.variables}
    return environment


def _dependencies(request: EnvironmentRequest) -> CondaDependencies:
    base = _file(request.folder, request.conda_file)
    if base is not None:
        dependencies = CondaDependencies(conda_dependencies_file_path=str(base))
    else:
        dependencies = CondaDependencies()
    required = _file(request.folder, request.pip_file)
    lines = required.read_text(encoding="utf-8").splitlines() if required is not None else []
    listed = [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]
    for package in [*listed, *(request.pip_packages or ())]:
        dependencies.add_pip_package(package)
    for package in request.conda_packages or ():
        dependencies.add_conda_package(package)
    return dependencies


def _file(folder: str, name: str | None) -> Path | None:
    if name is None:
        return None
    path = Path(folder) / name
    if not path.is_file():
        message = f"An Estimator's files of packages lie in its source_directory. Received: {str(path)!r}."
        raise TrainingException(message)
    return path
