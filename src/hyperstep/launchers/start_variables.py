"""Environment variables that a process reads once, when it starts; one that is forked has what its parent read."""

from __future__ import annotations

from collections.abc import Mapping

from hyperstep_trial.boot_environment import SHIM_PATH_VARIABLE

_UNUSUAL = frozenset(
    {
        "PYTHONHASHSEED",
        "PYTHONSTARTUP",
        "PYTHONMALLOC",
        "PYTHONMALLOCSTATS",
        "PYTHONDEVMODE",
        "PYTHONTRACEMALLOC",
        "PYTHONPROFILEIMPORTTIME",
        "PYTHONINSPECT",
        "PYTHONHOME",
        "PYTHONDUMPREFS",
        "COVERAGE_PROCESS_START",
        "COVERAGE_PROCESS_CONFIG",
        "GLIBC_TUNABLES",
    }
)
_UNUSUAL_PREFIXES = ("LD_", "DYLD_", "MALLOC_")
"""With the set above: unusual ones, for which a process is better started than forked."""
_USUAL_PREFIXES = ("PYTHON", "LC_", "LANG")
"""What processes that are forked from one may well have, if all of them have the same."""


def why_not_forked(env: Mapping[str, str]) -> str:
    """Why a process with this environment is better started than forked; empty when nothing speaks against a fork."""
    found = min((name for name, value in env.items() if value and _is_unusual(name)), default=None)
    return f"{found} is set, which a process reads when it starts" if found else ""


def deciding_part(env: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The variables in which all processes that are forked from one must agree, sorted."""
    return tuple(sorted((name, value) for name, value in env.items() if _decides(name)))


def _decides(name: str) -> bool:
    return name == SHIM_PATH_VARIABLE or name.startswith(_USUAL_PREFIXES) or _is_unusual(name)


def _is_unusual(name: str) -> bool:
    return name in _UNUSUAL or name.startswith(_UNUSUAL_PREFIXES)
