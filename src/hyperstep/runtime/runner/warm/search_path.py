"""What decides where an interpreter finds modules, and is no module itself: it may change while a warm server lives."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from hyperstep.digest import Json
from hyperstep.runtime.runner.warm.imports import OURS, Imports, stamps_of

_READ_AT_START = ("__editable__", "sitecustomize", "usercustomize")
_ENDS = (".py", ".pyc", ".so")


def path_stamps(imports: Imports, variables: Mapping[str, str]) -> Json:
    """Name, time of change and size of each file that a starting interpreter may be led elsewhere by.

    Args:
        imports: Of a script; says which folders the interpreter's distributions are installed in.
        variables: The environment.
    """
    places = [*imports.site, *_folders(variables)]
    files = [os.path.join(folder, name) for folder in places for name in _names(folder) if _leads(name)]  # noqa: PTH118
    return {"names": files, "stamps": stamps_of(files)}


def why_shadowed(imports: Imports, variables: Mapping[str, str]) -> str:
    """That a folder on ``PYTHONPATH`` now has a module of a library's name, which a new process would load instead.

    Empty where none has. The user's own code is never imported beforehand, and its changes are not watched.

    Args:
        imports: Of a script, with the files that its modules had.
        variables: The environment.
    """
    homes = {name.partition(".")[0]: file for name, file in zip(imports.modules, imports.files, strict=True)}
    found: dict[str, str] = {}
    for folder in _folders(variables):
        for name in _tops(folder, homes):
            found.setdefault(name, folder)
    hidden = sorted(name for name, folder in found.items() if not homes[name].startswith(os.path.join(folder, "")))  # noqa: PTH118
    names = ", ".join(hidden[:3])
    return f"PYTHONPATH has a module of the same name as a library: {names}; rename it" if hidden else ""


def _tops(folder: str, wanted: Mapping[str, str]) -> Iterator[str]:
    for entry in _names(folder):
        top = entry.partition(".")[0]
        if top in wanted and top not in OURS and (entry.endswith(_ENDS) or _is_package(folder, entry)):
            yield top


def _is_package(folder: str, entry: str) -> bool:
    return os.path.exists(os.path.join(folder, entry, "__init__.py"))  # noqa: PTH110, PTH118


def _leads(name: str) -> bool:
    return name.endswith(".pth") or name.startswith(_READ_AT_START)


def _folders(variables: Mapping[str, str]) -> list[str]:
    """Those of ``PYTHONPATH`` that are the same for all trials: relative ones begin at a trial's own folder."""
    entries = variables.get("PYTHONPATH", "").split(os.pathsep)
    return [os.path.normpath(entry) for entry in entries if os.path.isabs(entry)]  # noqa: PTH117


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208
    except OSError:
        return []
