"""The processes of a scene, told by the mark that all of them inherit, or by where they work."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from hyperstep.launchers.process_table import is_keeper
from hyperstep.runtime.runner_program import STAND_BY
from hyperstep.testing.faults.claims import claimed_folders
from hyperstep.testing.faults.scene import MARK, Scene

_RUNNER = "hyperstep.runtime.runner"
HOST = "hyperstep.launchers.host"
_WARM = "/proc/self/fd/"
"""Begins the name of the script of warm servers, and so of what is forked from them."""
WAITING = frozenset({"host", "keeper", "server", "spare"})
"""Roles of processes that stay for a while when there is nothing to do."""


@dataclass(frozen=True, slots=True)
class Found:
    """One living process of a scene."""

    pid: int
    role: str
    """``runner``, ``host``, ``keeper`` (of a host), ``server`` (a warm one), ``spare`` (forked ahead from it, or who
    stands by to be a runner), ``trial`` (the first process of an attempt), ``other``."""
    words: str
    """Its command line, shortened."""
    attempt: Path | None = None
    """The folder of the attempt that it belongs to."""

    def send(self, number: int) -> None:
        """A signal; nothing happens when it has gone."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)


def find(scene: Scene, *roles: str) -> list[Found]:
    """The scene's processes that have not ended, or those in these roles."""
    found = []
    claimed = {pid: folder for folder in _open_folders(scene) if (pid := _claimed_pid(folder)) is not None}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if _is_ours(process, scene):
                found.append(_describe(process, claimed))
    return [process for process in found if not roles or process.role in roles]


def kill_all(scene: Scene) -> None:
    """End whatever the scene has left, as nobody can refuse."""
    for _ in range(20):
        left = find(scene)
        for process in left:
            process.send(signal.SIGKILL)
        if not left:
            return


def open_attempts(scene: Scene) -> set[str]:
    """The attempts that have been claimed and have no end marker: ``run folder/attempt``."""
    return {_name(folder) for folder in _open_folders(scene)}


def half_started(scene: Scene) -> set[str]:
    """Those of them of which no process is known yet."""
    return {_name(folder) for folder in _open_folders(scene) if _claimed_pid(folder) is None}


def _open_folders(scene: Scene) -> list[Path]:
    return [folder for folder in claimed_folders(scene.home) if not (folder / "exit.json").exists()]


def _name(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}"


def _is_ours(process: psutil.Process, scene: Scene) -> bool:
    if process.status() == psutil.STATUS_ZOMBIE or process.pid == os.getpid():
        return False
    if process.environ().get(MARK) == scene.token:
        return True
    return Path(process.cwd()).is_relative_to(scene.folder)


def _describe(process: psutil.Process, claimed: Mapping[int, Path]) -> Found:
    """Who it is. The environment that the system shows of a warm trial is its server's: the claim tells more."""
    line = process.cmdline()
    words = " ".join(line)[:120]
    if process.pid in claimed:
        return Found(process.pid, "trial", words, claimed[process.pid])
    if _RUNNER in line:
        waits = line[-1] == STAND_BY and process.cwd() == "/"
        return Found(process.pid, "spare" if waits else "runner", words)
    if HOST in line:
        return Found(process.pid, "keeper" if is_keeper(process.pid) else "host", words)
    if _is_warm(line):
        parent = process.parent()
        return Found(process.pid, "spare" if parent is not None and _is_warm(parent.cmdline()) else "server", words)
    folder = process.environ().get("HYPERSTEP_ATTEMPT_FOLDER")
    return Found(process.pid, "other", words, Path(folder) if folder else None)


def _is_warm(line: list[str]) -> bool:
    return any(argument.startswith(_WARM) for argument in line[1:])


def _claimed_pid(folder: Path) -> int | None:
    try:
        return int(json.loads((folder / "claim.json").read_bytes())["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
