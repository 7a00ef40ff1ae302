"""What speaks against forking an attempt from a warm server, as far as its command line and its folders tell."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from hyperstep.launchers.host.warm.command_line import CommandLine, read_command_line
from hyperstep_trial.boot_environment import OF_ONE_RUN, SHIM_PATH_VARIABLE

_CODE = (".py", ".pyc", ".so")
_NEED = ("memfd_create", "waitid")
_DONE_BY_NO_FORK = ("PYTHONINSPECT", "PYTHONSTARTUP")
"""What they ask for is done by a process that was started, whatever its server read."""


def warm_command(argv: Sequence[str], env: Mapping[str, str], work_folder: str) -> CommandLine | str:
    """The command line of an attempt that may be started warm, or why it may not."""
    if sys.platform != "linux" or not all(hasattr(os, name) for name in _NEED):
        return "warm starts need Linux"
    if any("\0" in text for text in (*argv, *env, *env.values())):
        return "a text holds a zero byte"
    command = read_command_line(argv)
    if isinstance(command, str):
        return command
    return _against(Path(work_folder) / argv[command.script], env) or command


def _against(script: Path, env: Mapping[str, str]) -> str:
    """What speaks against it in the environment and the folder; empty when nothing does."""
    path = env.get("PYTHONPATH")
    if path and not all(entry.startswith("/") for entry in path.split(os.pathsep)):
        return "PYTHONPATH has an entry that is relative to the working folder"
    if any(env.get(name) for name in _DONE_BY_NO_FORK):
        return f"{' or '.join(_DONE_BY_NO_FORK)} is set"
    return "" if script.is_file() else "the script is not a file"


def common_part(env: Mapping[str, str]) -> dict[str, str]:
    """An environment without what is one run's alone."""
    return {k: v for k, v in env.items() if k == SHIM_PATH_VARIABLE or not k.startswith(OF_ONE_RUN)}


def shadowed(script: Path, loaded: Collection[str]) -> str | None:
    """A module beside the script that a server which has loaded another one of its name would hide; None without."""
    with os.scandir(script.parent) as entries:
        for entry in entries:
            name, _, ending = entry.name.partition(".")
            if name in loaded and _is_module(entry, f".{ending}"):
                return name
    return None


def _is_module(entry: os.DirEntry[str], ending: str) -> bool:
    return ending.endswith(_CODE) or (ending == "." and (Path(entry.path) / "__init__.py").exists())
