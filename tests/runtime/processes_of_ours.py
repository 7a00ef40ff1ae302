"""Finding and ending the processes of a run, as a test of crashes needs it."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import psutil
from tests.runtime.bench import Bench

from hyperstep.launchers.control_path import default_control_path
from hyperstep.launchers.guard import guarded_runners
from hyperstep.launchers.host_link import host_pid
from hyperstep.runtime.liveness import live_owner

RUNNER = "hyperstep.runtime.runner"


def runners_of(root_id: str) -> list[int]:
    """Process ids of all runners of a root run, whoever started them.

    One that stood by does not say in its command line whose it is: the trial host that guards it does.
    """
    ending = f"-{root_id.removeprefix('HD_')[:8]}"
    guarded = {pid for folder, pid in guarded_runners().items() if folder.endswith(ending)}
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        line = process.info["cmdline"] or []
        is_runner = RUNNER in line or any(part.endswith("crashing_runner.py") for part in line)
        is_its = root_id in line or process.pid in guarded
        if is_runner and is_its and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(process.pid)
    return found


def owner_pid(bench: Bench, root_id: str) -> int:
    """The runner that owns a run, as soon as one does."""

    def look() -> int | bool:
        owner = live_owner(bench.home, root_id)
        return owner.pid if owner is not None else False

    return bench.wait_until(look)


def next_owner_pid(bench: Bench, root_id: str, *former: int) -> int:
    """The runner that owns a run after others."""
    return bench.wait_until(lambda: (pid := owner_pid(bench, root_id)) not in former and pid)


def replace_owner(bench: Bench, root_id: str, *former: int) -> int:
    """Kill the runner that owns a run after others, and wait for the next one; returns the killed one."""
    pid = next_owner_pid(bench, root_id, *former)
    kill(pid)
    next_owner_pid(bench, root_id, *former, pid)
    return pid


def current_host() -> int:
    """The trial host that new attempts go to."""
    pid = host_pid(default_control_path())
    assert pid is not None
    return pid


def claimed_pid(folder: Path) -> int | None:
    """The process that an attempt's claim names; None before there is one."""
    try:
        return int(json.loads((folder / "claim.json").read_text())["pid"])
    except (OSError, ValueError):
        return None


def kill(pid: int) -> None:
    """End a process as nobody can refuse."""
    os.kill(pid, signal.SIGKILL)


def is_gone(pid: int) -> bool:
    """Whether a process has ended."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
