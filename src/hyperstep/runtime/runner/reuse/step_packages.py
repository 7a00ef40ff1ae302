"""Which interpreter and which versions of packages a step's code runs with."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hyperstep.artifact_store.snapshot import Snapshot
from hyperstep.runtime.home import Home

if TYPE_CHECKING:
    from hyperstep.runtime.runner.reuse.step_imports import Imports

_ASK_OTHER = """
import json, platform, sys
from importlib import metadata
names, found = getattr(metadata, "packages_distributions", dict)(), {"python": platform.python_version()}
for name in sys.argv[1:]:
    for package in (name, *names.get(name, ())):
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            pass
print(json.dumps(found))
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

    from hyperstep.runtime.runner.reuse.step_imports import find_imports  # noqa: PLC0415 - the same

    imports = find_imports(home, snapshot)
    if python and python != sys.executable:
        return _versions_elsewhere(python, [*imports.others, *imports.own])
    return {"python": platform.python_version(), **_versions_here(imports)}


def _versions_here(imports: Imports) -> dict[str, str]:
    from importlib.metadata import packages_distributions  # noqa: PLC0415 - costs more than most decisions

    from hyperstep.runtime.environments.preflight import installed_version  # noqa: PLC0415 - the same

    names = [*imports.others, *imports.own]
    versions = {name: version for name in names if (version := installed_version(name)) is not None}
    unknown = [name for name in (*imports.others, *_in_site_folders(imports.own)) if name not in versions]
    if unknown:  # the slow way: a package may have another name than what it is imported by
        known = packages_distributions()
        for name in unknown:
            versions |= {d: v for d in known.get(name, ()) if (v := installed_version(d)) is not None}
    return dict(sorted(versions.items()))


def _in_site_folders(names: Sequence[str]) -> list[str]:
    """Those that something installed has too."""
    import site  # noqa: PLC0415 - for code with modules of its own only
    from importlib.machinery import PathFinder  # noqa: PLC0415 - the same

    folders = [*site.getsitepackages(), site.getusersitepackages()] if names else []
    return [name for name in names if PathFinder.find_spec(name, folders) is not None]


def _versions_elsewhere(python: str, names: Sequence[str]) -> dict[str, str]:
    import subprocess  # noqa: PLC0415 - for other interpreters only

    try:
        asked = subprocess.run([python, "-c", _ASK_OTHER, *names], capture_output=True, check=True, timeout=_PATIENCE_S)
        return {str(name): str(version) for name, version in json.loads(asked.stdout).items()}
    except (OSError, subprocess.SubprocessError, ValueError):
        return {"python": python}
