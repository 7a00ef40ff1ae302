"""When attempts can never be warm, each with its reason."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import PurePath
from typing import Literal

from hyperstep.pipeline.spec import CodeSpec

Mode = Literal["auto", "always", "off"]
MODES: tuple[Mode, ...] = ("auto", "always", "off")

_READ_AT_START = frozenset(
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
_READ_AT_START_PREFIXES = ("LD_", "DYLD_", "MALLOC_")
"""With the set above: what the interpreter or the system's loader reads when a process starts, and a fork does not."""


def why_never(mode: str, code: CodeSpec, env: Mapping[str, str], platform: str = sys.platform) -> str:
    """Why a step's processes can never be warm; empty when they may be.

    Args:
        mode: ``auto``, ``always`` or ``off``.
        code: What the step runs.
        env: The variables that its processes have.
        platform: As ``sys.platform`` has it.
    """
    if mode == "off":
        return "warm is off"
    if platform != "linux":
        return f"processes are not forked on {_SYSTEMS.get(platform, platform)}"
    if code.command or not code.script:
        return "its step is a command"
    if PurePath(code.script).suffix not in {".py", ""}:
        return "its script is no Python file"
    found = sorted(name for name in env if name in _READ_AT_START or name.startswith(_READ_AT_START_PREFIXES))
    found = [name for name in found if env[name]]
    return f"{found[0]} is set, which a process reads when it starts" if found else ""


_SYSTEMS = {"darwin": "macOS", "win32": "Windows"}
