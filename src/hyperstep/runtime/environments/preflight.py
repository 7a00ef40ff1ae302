"""Before the first trial: which of the packages that an environment asks for are missing, or of another version."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from hyperstep.digest import Json
from hyperstep.runtime.environments.requirements import Wanted, wanted_packages

if TYPE_CHECKING:
    from packaging.requirements import Requirement

PROPERTY = "hyperstep.environment"
"""The run's property that holds what was found."""


def check_environment(definition: Mapping[str, Json], installed: Callable[[str], str | None] | None = None) -> str:
    """What the interpreter of this process lacks of an environment, as one text; empty when it lacks nothing.

    Args:
        definition: As in ``CodeSpec.environment``.
        installed: The installed version of a package by its name, None when it is not; of this interpreter by default.
    """
    wanted = wanted_packages(definition)
    faults = [*_python_fault(wanted.python)]
    if wanted.requirements:
        faults += _package_faults(wanted, installed or installed_version)
    if not faults:
        return ""
    ours = f" {', '.join(wanted.provided)}: hyperstep stands in." if wanted.provided else ""
    return (
        f"The environment {str(definition.get('name', ''))!r} asks for packages that this interpreter lacks: "
        f"{'; '.join(faults)}.{ours} Scripts run with what is installed. Install these, or set "
        "HYPERSTEP_ENVIRONMENTS=build to have the environment built."
    )


def installed_version(name: str) -> str | None:
    """Version of a package in this interpreter; None when it is not installed."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - costs more than a whole submission

    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _python_fault(wanted: str) -> Iterator[str]:
    here = ".".join(map(str, sys.version_info[:3]))
    if wanted and not f"{here}.".startswith(f"{wanted.rstrip('.*')}."):
        yield f"python {wanted} (this is {here})"


def _package_faults(wanted: Wanted, installed: Callable[[str], str | None]) -> Iterator[str]:
    from packaging.utils import canonicalize_name  # noqa: PLC0415 - costs milliseconds that most runs need not pay

    for line in wanted.requirements:
        requirement = _parse(line)
        if requirement is None or (requirement.marker is not None and not requirement.marker.evaluate()):
            continue
        found = installed(canonicalize_name(requirement.name))
        wants = (
            f"{requirement.name}{requirement.specifier}" if requirement.url else line
        )  # an address may hold a secret
        if found is None:
            yield f"{wants} (not installed)"
        elif not requirement.specifier.contains(found, prereleases=True):
            yield f"{wants} ({found} is installed)"


def _parse(line: str) -> Requirement | None:
    """The requirement; None for what names no package: a path, an address."""
    from packaging.requirements import InvalidRequirement, Requirement  # noqa: PLC0415 - see above

    try:
        return Requirement(line.split(" #", maxsplit=1)[0])
    except InvalidRequirement:
        return None
