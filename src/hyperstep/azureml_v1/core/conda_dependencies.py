"""CondaDependencies: the packages that an environment asks for, as a conda file says them."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hyperstep.azureml_v1.core.version import VERSION
from hyperstep.azureml_v1.core.yaml_files import read_mapping
from hyperstep.azureml_v1.exceptions import UserErrorException

PYTHON_DEFAULT = "3.8.13"
CONDA_FILE = "conda_dependencies.yml"
_CHANNELS = ("anaconda", "conda-forge")
_KEYS = frozenset({"name", "channels", "dependencies", "prefix", "variables"})
_SDK_PACKAGE = re.compile(r"azureml-[A-Za-z0-9-]+(\[[^\]]*\])?")
_NAME_END = re.compile(r"[\s=<>!~\[;@]")


class CondaDependencies:
    """The packages that an environment asks for.

    Args:
        conda_dependencies_file_path: A conda file (YAML) to read; the defaults of v1 without it.
        _underlying_structure: The content of such a file.

    Raises:
        UserErrorException: The file cannot be read, is no conda file, or has an unknown key.
    """

    DEFAULT_NUMBER_OF_CONDA_PACKAGES = 0
    DEFAULT_NUMBER_OF_PIP_PACKAGES = 0

    def __init__(
        self,
        conda_dependencies_file_path: str | Path | None = None,
        _underlying_structure: Mapping[str, Any] | None = None,
    ) -> None:
        content = _default_content() if _underlying_structure is None else dict(_underlying_structure)
        if conda_dependencies_file_path is not None:
            content = _read(Path(conda_dependencies_file_path))
        self._name = str(content.get("name", "project_environment"))
        self._channels = [str(channel) for channel in content.get("channels") or []]
        self._conda, self._pip = _split(content.get("dependencies") or [])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CondaDependencies) and self.as_dict() == other.as_dict()

    def __hash__(self) -> int:
        return hash(tuple(self._conda + self._pip))

    def __repr__(self) -> str:
        return f"CondaDependencies({', '.join([*self._conda, *self._pip])})"

    @staticmethod
    def create(
        pip_indexurl: str | None = None,
        pip_packages: Sequence[str] | None = None,
        conda_packages: Sequence[str] | None = None,
        python_version: str = "3.10.18",
        pin_sdk_version: bool = True,
    ) -> CondaDependencies:
        """Dependencies from lists of packages.

        Args:
            pip_indexurl: Where pip is to look.
            pip_packages: For pip; ``azureml-defaults`` when None.
            conda_packages: For conda.
            python_version: The Python to ask for.
            pin_sdk_version: Give the SDK's own packages, where they name no version, the version of this API.
        """
        dependencies = CondaDependencies(_underlying_structure={"channels": list(_CHANNELS)})
        dependencies.set_python_version(python_version)
        for package in conda_packages or []:
            dependencies.add_conda_package(package)
        if pip_indexurl:
            dependencies.set_pip_index_url(pip_indexurl)
        for package in ["azureml-defaults"] if pip_packages is None else pip_packages:
            dependencies.add_pip_package(_pinned(package) if pin_sdk_version else package)
        return dependencies

    @property
    def conda_channels(self) -> Iterator[str]:
        """Where conda is to look."""
        return iter(self._channels)

    @property
    def conda_packages(self) -> Iterator[str]:
        """Packages for conda, Python included."""
        return iter(self._conda)

    @property
    def pip_packages(self) -> Iterator[str]:
        """Packages for pip."""
        return (line for line in self._pip if not line.startswith("-"))

    @property
    def pip_options(self) -> Iterator[str]:
        """Options for pip."""
        return (line for line in self._pip if line.startswith("-"))

    def get_python_version(self) -> str | None:
        """The Python that is asked for; None when any will do."""
        for package in self._conda:
            if package_name(package) == "python":
                return package.removeprefix("python").strip("= ") or None
        return None

    def set_python_version(self, version: str) -> None:
        """Ask for a Python."""
        self._conda = [f"python={version}", *(p for p in self._conda if package_name(p) != "python")]

    def add_channel(self, channel: str) -> None:
        """Add a place where conda is to look."""
        if channel not in self._channels:
            self._channels.append(channel)

    def remove_channel(self, channel: str) -> None:
        """Remove a place where conda looks."""
        self._channels = [known for known in self._channels if known != channel]

    def add_conda_package(self, conda_package: str) -> None:
        """Ask conda for a package; replaces what was asked for under that name."""
        self._conda = _replaced(self._conda, conda_package)

    def remove_conda_package(self, conda_package: str) -> None:
        """No longer ask conda for a package."""
        self._conda = [known for known in self._conda if package_name(known) != package_name(conda_package)]

    def add_pip_package(self, pip_package: str) -> None:
        """Ask pip for a package; replaces what was asked for under that name."""
        self._pip = _replaced(self._pip, pip_package)

    def remove_pip_package(self, pip_package: str) -> None:
        """No longer ask pip for a package."""
        self._pip = [known for known in self._pip if package_name(known) != package_name(pip_package)]

    def set_pip_requirements(self, pip_requirements: Sequence[str]) -> None:
        """Replace all that pip is asked for."""
        self._pip = [str(line) for line in pip_requirements]

    def set_pip_index_url(self, index_url: str) -> None:
        """Say where pip is to look."""
        self.set_pip_option(index_url if index_url.startswith("-") else f"--index-url {index_url}")

    def set_pip_option(self, pip_option: str) -> None:
        """Add an option for pip; replaces the one of that name."""
        self.remove_pip_option(pip_option)
        self._pip.insert(0, pip_option)

    def remove_pip_option(self, pip_option: str) -> None:
        """Remove an option for pip."""
        name = pip_option.split(maxsplit=1)[0]
        self._pip = [known for known in self._pip if known.split()[0] != name]

    def get_default_number_of_packages(self) -> int:
        """How many packages there are without being asked for: none."""
        return self.DEFAULT_NUMBER_OF_CONDA_PACKAGES + self.DEFAULT_NUMBER_OF_PIP_PACKAGES

    def add_tensorflow_pip_package(self, core_type: str = "cpu", version: str | None = None) -> None:
        """Ask pip for TensorFlow.

        Raises:
            UserErrorException: ``core_type`` is neither ``cpu`` nor ``gpu``.
        """
        self.add_pip_package(_for_core("tensorflow", core_type, version, "=="))

    def add_tensorflow_conda_package(self, core_type: str = "cpu", version: str | None = None) -> None:
        """Ask conda for TensorFlow.

        Raises:
            UserErrorException: ``core_type`` is neither ``cpu`` nor ``gpu``.
        """
        self.add_conda_package(_for_core("tensorflow", core_type, version, "="))

    def add_cntk_package(self, core_type: str = "cpu") -> None:
        """Ask pip for CNTK.

        Raises:
            UserErrorException: ``core_type`` is neither ``cpu`` nor ``gpu``.
        """
        self.add_pip_package(_for_core("cntk", core_type, None, "=="))

    @staticmethod
    def merge_requirements(requirements: Sequence[str]) -> builtins.list[str]:
        """One requirement for each package: the texts about one package are joined by commas."""
        merged: dict[str, list[str]] = {}
        for requirement in requirements:
            rest = requirement.strip()[len(package_name(requirement)) :].strip()
            merged.setdefault(package_name(requirement), []).extend([rest] if rest else [])
        return [name + ",".join(dict.fromkeys(rests)) for name, rests in merged.items()]

    @staticmethod
    def sdk_origin_url() -> str:
        """Where the packages of the SDK come from."""
        return "https://pypi.org/simple"

    def as_dict(self) -> builtins.dict[str, Any]:
        """The content of its conda file."""
        pip: list[Any] = [{"pip": list(self._pip)}] if self._pip else []
        return {"name": self._name, "channels": list(self._channels), "dependencies": [*self._conda, *pip]}

    def serialize_to_string(self) -> str:
        """Its conda file."""
        import yaml  # noqa: PLC0415 - only where a conda file is written or read

        return str(yaml.safe_dump(self.as_dict(), sort_keys=False))

    def save(self, path: str | Path | None = None) -> str:
        """Write its conda file; returns the path."""
        target = Path(path or CONDA_FILE)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(self.serialize_to_string(), encoding="utf-8")
        return str(target)

    def save_to_file(self, base_directory: str | Path, conda_file_path: str | Path | None = None) -> str:
        """Write its conda file below a folder; returns the path relative to it."""
        name = conda_file_path or CONDA_FILE
        self.save(Path(base_directory) / name)
        return str(name)


def package_name(requirement: str) -> str:
    """The name in a requirement, in lower case, without version and extras."""
    return _NAME_END.split(requirement.strip(), maxsplit=1)[0].lower()


def _default_content() -> dict[str, Any]:
    return {
        "channels": list(_CHANNELS),
        "dependencies": [f"python={PYTHON_DEFAULT}", {"pip": ["azureml-defaults"]}],
    }


def _read(path: Path) -> dict[str, Any]:
    content = read_mapping(path, "conda file", "conda environment")
    unknown = sorted(set(map(str, content)) - _KEYS)
    if unknown:
        message = f"The conda file {path} has unknown keys: {', '.join(unknown)}. Known: {', '.join(sorted(_KEYS))}."
        raise UserErrorException(message)
    return content


def _split(dependencies: Sequence[Any]) -> tuple[list[str], list[str]]:
    conda = [item for item in dependencies if isinstance(item, str)]
    lists = [item.get("pip") or [] for item in dependencies if isinstance(item, Mapping)]
    return conda, [str(line) for lines in lists for line in lines]


def _replaced(known: Sequence[str], package: str) -> list[str]:
    return [*(line for line in known if package_name(line) != package_name(package)), package]


def _pinned(package: str) -> str:
    return f"{package}~={VERSION}" if _SDK_PACKAGE.fullmatch(package) else package


def _for_core(name: str, core_type: str, version: str | None, sign: str) -> str:
    if core_type not in {"cpu", "gpu"}:
        message = f"core_type is cpu or gpu. Received: {core_type!r}."
        raise UserErrorException(message)
    package = name if core_type == "cpu" else f"{name}-gpu"
    return f"{package}{sign}{version}" if version else package
