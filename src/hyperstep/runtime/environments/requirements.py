"""The packages that an environment's definition asks for, as pip requirements.

Source: conda's match specifications ("Package match specifications" in its documentation) and PEP 508.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from hyperstep.digest import Json

DEFAULT_PYTHONS = frozenset({"3.8.13", "3.10.18"})
"""What a v1 environment says about Python when its author said nothing."""

_OURS = re.compile(r"azureml([-_.]|$)", re.IGNORECASE)
_CONDA = re.compile(r"(?:.*::)?(?P<name>[A-Za-z0-9_.-]+)\s*(?P<version>.*)")
_NOT_PYTHON = frozenset(
    {"python", "pip", "cudatoolkit", "cudnn", "openmpi", "mpich", "gcc", "gxx", "libgcc", "libgcc-ng", "git", "nccl"}
)
_PIP_NAMES = {
    "pytorch": "torch",
    "pytorch-cpu": "torch",
    "pytorch-gpu": "torch",
    "py-xgboost": "xgboost",
    "py-xgboost-cpu": "xgboost",
    "matplotlib-base": "matplotlib",
    "msgpack-python": "msgpack",
    "pytables": "tables",
    "opencv": "opencv-python",
    "py-opencv": "opencv-python",
}


class Wanted(Struct, frozen=True):
    """What an environment asks for."""

    requirements: tuple[str, ...] = ()
    """For pip; those of conda packages too, under pip's names."""
    options: tuple[str, ...] = ()
    """For pip: indexes, requirement files."""
    provided: tuple[str, ...] = ()
    """Packages of the SDK itself, in whose place hyperstep stands."""
    python: str = ""
    """The Python that its author asked for; empty for none."""


def wanted_packages(definition: Mapping[str, Json]) -> Wanted:
    """What the definition of an environment asks for; nothing where the user manages the packages.

    Args:
        definition: As in ``CodeSpec.environment``.
    """
    python = definition.get("python")
    section: Mapping[str, Any] = python if isinstance(python, Mapping) else {}
    packages = section.get("condaDependencies")
    if section.get("userManagedDependencies") or not isinstance(packages, Mapping):
        return Wanted()
    dependencies = packages.get("dependencies") or []
    conda = [str(entry) for entry in dependencies if isinstance(entry, str)]
    lines = [str(line).strip() for entry in dependencies if isinstance(entry, Mapping) for line in entry.get("pip", [])]
    pip = [line for line in lines if line and not line.startswith("#")]
    wanted = [*_from_conda(conda), *(line for line in pip if not line.startswith("-"))]
    return Wanted(
        requirements=tuple(line for line in wanted if not _OURS.match(line)),
        options=tuple(line for line in pip if line.startswith("-")),
        provided=tuple(line for line in wanted if _OURS.match(line)),
        python=_python(conda),
    )


def _from_conda(packages: Sequence[str]) -> Iterator[str]:
    for package in packages:
        match = _CONDA.fullmatch(package.strip())
        if match is not None and match["name"].lower() not in _NOT_PYTHON:
            name = match["name"].lower()
            yield _PIP_NAMES.get(name, name) + _pip_version(match["version"].strip())


def _pip_version(version: str) -> str:
    """``=1.2`` means any 1.2.x; ``==1.2`` and ``1.2`` mean 1.2; a build text after the version is left out."""
    if not version:
        return ""
    if version[0] in "<>!~":
        return version
    exact = version.startswith("==") or not version.startswith("=")
    number = version.lstrip("= ").split("=")[0].split()[0].rstrip(".*")
    return f"=={number}" if exact else f"=={number}.*"


def _python(packages: Sequence[str]) -> str:
    for package in packages:
        name, _, version = package.replace(" ", "").partition("=")
        if name == "python" and version.lstrip("=") not in DEFAULT_PYTHONS:
            return version.lstrip("=")
    return ""
