"""The file of a RunConfiguration: YAML, in ``.azureml`` below the project's folder, by default."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from msgspec import Struct

from hyperstep.azureml_v1.core import runconfig_data, runconfig_sections
from hyperstep.azureml_v1.core.environment import environment_of
from hyperstep.azureml_v1.core.yaml_files import read_mapping
from hyperstep.azureml_v1.exceptions import UserErrorException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.environment import Environment
    from hyperstep.azureml_v1.core.runconfig import RunConfiguration

_SUFFIX = ".runconfig"
_FOLDERS = (".azureml", "aml_config", "")
_PLAIN = {
    "script": "script",
    "arguments": "arguments",
    "command": "command",
    "framework": "framework",
    "communicator": "communicator",
    "nodeCount": "node_count",
    "maxRunDurationSeconds": "max_run_duration_seconds",
}
_SECTIONS = {
    "history": "history",
    "docker": "docker",
    "mpi": "mpi",
    "pytorch": "pytorch",
    "tensorflow": "tensorflow",
    "amlCompute": "amlcompute",
    "spark": "spark",
    "hdi": "hdi",
    "kubernetesCompute": "kubernetescompute",
    "parallelTask": "parallel_task",
}
_MAPPINGS = {
    "dataReferences": ("data_references", runconfig_sections.DataReferenceConfiguration),
    "data": ("data", runconfig_data.Data),
    "outputData": ("output_data", runconfig_data.OutputData),
    "applicationEndpoints": ("application_endpoints", runconfig_sections.ApplicationEndpointConfiguration),
}
_logger = logging.getLogger("hyperstep.azureml")


def save(config: RunConfiguration, path: str | os.PathLike[str] | None, name: str | None, *, separate: bool) -> Path:
    """Write a run configuration; returns the file.

    Args:
        config: The run configuration.
        path: The project's folder, or a file to write; the current folder when None.
        name: Name of the file, without its suffix.
        separate: Write its environment to a file of its own, ``environment.yml``.

    Raises:
        UserErrorException: No name is given and the path is a folder, or an argument cannot be written.
    """
    import yaml  # noqa: PLC0415 - only where a file is written or read

    file = _file_to_write(Path(path) if path is not None else Path(), name)
    file.parent.mkdir(parents=True, exist_ok=True)
    document = _document(config)
    if separate:
        environment = document.pop("environment")
        (file.parent / "environment.yml").write_text(yaml.safe_dump(environment, sort_keys=False), encoding="utf-8")
        document["environment"] = {"name": environment["name"], "file": "environment.yml"}
    file.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return file


def load(config: RunConfiguration, path: str | os.PathLike[str], name: str | None) -> None:
    """Read a file into a run configuration.

    Args:
        config: A new run configuration.
        path: The project's folder, or the file.
        name: Name of the file, with or without its suffix.

    Raises:
        UserErrorException: There is no such file, or it is no run configuration.
    """
    file = find(path, name)
    document = read_mapping(file, "file", "run configuration")
    known = {*_PLAIN, *_SECTIONS, *_MAPPINGS, "target", "environment", "environmentVariables"}
    ignored = sorted(set(document) - known)
    if ignored:
        _logger.warning("These keys of %s have no effect here: %s", file, ", ".join(ignored))
    for key, attribute in _PLAIN.items():
        if document.get(key) is not None:
            setattr(config, attribute, document[key])
    for key, attribute in _SECTIONS.items():
        _fill(getattr(config, attribute), document.get(key) or {})
    for key, (attribute, kind) in _MAPPINGS.items():
        entries = document.get(key) or {}
        setattr(config, attribute, {entry: _made(kind, value or {}) for entry, value in entries.items()})
    config.target = document.get("target") or "local"
    if document.get("environment"):
        config.environment = _environment(document["environment"], file.parent)
    if document.get("environmentVariables"):
        config.environment_variables = {**config.environment_variables, **document["environmentVariables"]}


def find(path: str | os.PathLike[str], name: str | None) -> Path:
    """The file of a run configuration.

    Raises:
        UserErrorException: There is none; the message lists those that are there.
    """
    base = Path(path)
    if base.is_file():
        return base
    stem = (name or "").removesuffix(_SUFFIX)
    candidates = [base / folder / file for folder in _FOLDERS for file in (f"{stem}{_SUFFIX}", stem)] if stem else []
    found = next((candidate for candidate in candidates if candidate.is_file()), None)
    if found is None:
        there = sorted({p.name for folder in _FOLDERS for p in (base / folder).glob(f"*{_SUFFIX}")})
        message = (
            f"There is no run configuration {name!r} in {base} or its folder .azureml. There is: {there or 'none'}."
        )
        raise UserErrorException(message)
    return found


def _file_to_write(base: Path, name: str | None) -> Path:
    if name:
        folder = base if base.name in _FOLDERS[:2] else base / _FOLDERS[0]
        return folder / f"{name.removesuffix(_SUFFIX)}{_SUFFIX}"
    if base.is_dir():
        message = f"Give the run configuration a name, or a file as its path. Received: the folder {base}."
        raise UserErrorException(message)
    return base


def _document(config: RunConfiguration) -> dict[str, Any]:
    environment = config.environment.as_dict()
    return {
        **{key: _value(getattr(config, attribute)) for key, attribute in _PLAIN.items()},
        "target": config.target,
        "environment": environment,
        **{key: _value(getattr(config, attribute)) for key, attribute in _SECTIONS.items()},
        **{key: {n: _value(v) for n, v in getattr(config, a).items()} for key, (a, _) in _MAPPINGS.items()},
    }


def _value(value: object) -> Any:  # noqa: ANN401 - what YAML holds
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): _value(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_value(entry) for entry in value]
    if hasattr(value, "to_config"):  # a DataReference
        return _value(value.to_config())
    if hasattr(value, "dataset") and hasattr(value, "mode"):  # a DatasetConsumptionConfig
        return _value(runconfig_data.Data.create(value))  # type: ignore[arg-type]
    if is_dataclass(value) or isinstance(value, Struct | runconfig_sections.DockerConfiguration):
        return {_camel(key): _value(getattr(value, key)) for key in _attributes(value)}
    message = f"An object of type {type(value).__name__} cannot be written to a run configuration's file: {value!r}."
    raise UserErrorException(message)


def _attributes(section: object) -> list[str]:
    if is_dataclass(section):
        return [field.name for field in fields(section)]
    if isinstance(section, Struct):
        return list(section.__struct_fields__)
    return list(vars(section))


def _is_struct(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct)


def _fill(section: object, values: Mapping[str, Any]) -> None:
    for name in _attributes(section):
        if values.get(_camel(name)) is not None:
            setattr(section, name, values[_camel(name)])


def _made(kind: type[Any], values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - one of the sections
    section = kind()
    hints = get_type_hints(kind)
    for name in _attributes(section):
        value = values.get(_camel(name))
        nested = next((k for k in get_args(hints[name]) if is_dataclass(k) or _is_struct(k)), None)
        if value is not None:
            setattr(section, name, _made(nested, value) if isinstance(nested, type) else value)
    return section


def _environment(values: Mapping[str, Any], folder: Path) -> Environment:
    from hyperstep.azureml_v1.core.environment import Environment  # noqa: PLC0415 - a name of the annotations too

    if values.get("file"):
        values = read_mapping(folder / str(values["file"]), "file", "run configuration")
    base = Environment(str(values.get("name") or "default-environment")).as_dict()
    python, docker = (
        {**base["python"], **(values.get("python") or {})},
        {**base["docker"], **(values.get("docker") or {})},
    )
    environment = environment_of({**base, **values, "python": python, "docker": docker})
    dependencies = python.get("condaDependenciesFile")
    if dependencies and not (values.get("python") or {}).get("condaDependencies"):
        environment.python.conda_dependencies_file = str(folder / dependencies)
    if values.get("version") is not None:
        environment.version = str(values["version"])
    return environment


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
