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
_DECIDING = _UNUSUAL | {SHIM_PATH_VARIABLE}
_DECIDING_PREFIXES = (*_UNUSUAL_PREFIXES, "PYTHON", "LC_", "LANG")
"""What processes that are forked from one may well have, if all of them have the same; and the unusual ones."""


def why_not_forked(env: Mapping[str, str]) -> str:
    """Why a process with this environment is better started than forked; empty when nothing speaks against a fork."""
    unusual = (name for name in env if name in _UNUSUAL or name.startswith(_UNUSUAL_PREFIXES))
    found = min((name for name in unusual if env[name]), default=None)
    return f"{found} is set, which a process reads when it starts" if found else ""


def deciding_part(env: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The variables in which all processes that are forked from one must agree, sorted."""
    found = [name for name in env if name in _DECIDING or name.startswith(_DECIDING_PREFIXES)]
    return tuple((name, env[name]) for name in sorted(found))
