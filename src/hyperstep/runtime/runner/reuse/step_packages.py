"""Which interpreter and which versions of packages a step's code runs with."""

from __future__ import annotations

import json
import re
import sys
from contextlib import suppress
from pathlib import PurePosixPath

from hyperstep.artifact_store.snapshot import Snapshot
from hyperstep.errors import NotFoundError
from hyperstep.runtime.home import Home

_IMPORT = re.compile(rb"^[ \t]*(?:from[ \t]+([A-Za-z_]\w*)|import[ \t]+([A-Za-z_][\w., \t]*))", re.MULTILINE)
_ASK_OTHER = """
import json, platform, sys
from importlib.metadata import packages_distributions, version
names = packages_distributions()
found = {d: version(d) for n in sys.argv[1:] for d in names.get(n, ())}
print(json.dumps({"python": platform.python_version(), **found}))
"""
_PATIENCE_S = 60


def package_versions(home: Home, snapshot: Snapshot, python: str) -> dict[str, str]:
    """Version of ``python`` and of each installed package that the code imports itself, by name.

    Args:
        home: Keeps the code.
        snapshot: The code.
        python: Its interpreter; empty for this process's.
    """
    import platform  # noqa: PLC0415 - needed when a step has run, seldom to decide

    names = imported_names(home, snapshot)
    if python and python != sys.executable:
        return _versions_elsewhere(python, names)
    return {"python": platform.python_version(), **_versions_here(names)}


def imported_names(home: Home, snapshot: Snapshot) -> list[str]:
    """Top-level names that the code imports, its own modules and the standard library left out; kept by content."""
    kept = home.path / "cache" / "imports" / f"{snapshot.digest}.json"
    with suppress(OSError, ValueError):
        return [str(name) for name in json.loads(kept.read_text(encoding="utf-8"))]
    own = {PurePosixPath(file.path).parts[0].removesuffix(".py") for file in snapshot.files}
    found: set[str] = set()
    for file in snapshot.files:
        if file.path.endswith(".py"):
            with suppress(NotFoundError):
                found |= _names_in(home.artifacts.read_bytes(file.digest))
    names = sorted(found - own - sys.stdlib_module_names)
    with suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(names), encoding="utf-8")
    return names


def _names_in(source: bytes) -> set[str]:
    found: set[str] = set()
    for single, several in _IMPORT.findall(source):
        for name in (single or several).decode("ascii", "ignore").split(","):
            found.add(name.strip().partition(" ")[0].partition(".")[0])
    return found - {""}


def _versions_here(names: list[str]) -> dict[str, str]:
    from importlib.metadata import packages_distributions  # noqa: PLC0415 - costs more than most decisions

    from hyperstep.runtime.environments.preflight import installed_version  # noqa: PLC0415 - the same

    versions = {name: version for name in names if (version := installed_version(name)) is not None}
    unknown = [name for name in names if name not in versions]
    if unknown:  # the slow way: a package may have another name than what it is imported by
        known = packages_distributions()
        for name in unknown:
            versions |= {d: v for d in known.get(name, ()) if (v := installed_version(d)) is not None}
    return dict(sorted(versions.items()))


def _versions_elsewhere(python: str, names: list[str]) -> dict[str, str]:
    import subprocess  # noqa: PLC0415 - for other interpreters only

    try:
        asked = subprocess.run([python, "-c", _ASK_OTHER, *names], capture_output=True, check=True, timeout=_PATIENCE_S)
        return {str(name): str(version) for name, version in json.loads(asked.stdout).items()}
    except (OSError, subprocess.SubprocessError, ValueError):
        return {"python": python}
