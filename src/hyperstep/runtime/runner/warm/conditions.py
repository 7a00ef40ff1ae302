"""When attempts can never be warm, each with its reason."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import PurePath
from typing import Literal

from hyperstep.launchers.start_variables import why_not_forked
from hyperstep.pipeline.spec import CodeSpec

Mode = Literal["auto", "always", "off"]
MODES: tuple[Mode, ...] = ("auto", "always", "off")


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
    return why_not_forked(env)


_SYSTEMS = {"darwin": "macOS", "win32": "Windows"}
