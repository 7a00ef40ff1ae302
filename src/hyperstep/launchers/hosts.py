"""The trial hosts of this user and their warm servers, for whoever wants to see or end them."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from hyperstep.launchers.control_path import default_control_path
from hyperstep.launchers.glance import ask_all, look_at_all
from hyperstep.launchers.inherited import Conditions, conditions, conditions_from_json


class WarmServerState(NamedTuple):
    """A process that has imported a script's libraries and is forked for each trial."""

    pid: int
    key: str
    interpreter: str
    modules: tuple[str, ...]
    started_at: float
    """Seconds since the epoch."""
    forks: int
    """Attempts that were started by it."""
    live: int
    """How many of them live."""
    rss_bytes: int
    """Its resident memory, most of which its attempts share."""
    skipped: tuple[str, ...] = ()
    """Modules that it could not import, each with why; its attempts try for themselves."""


class HostState(NamedTuple):
    """A trial host as it stands now."""

    pid: int
    path: Path
    """Its control socket."""
    attempts: int
    """Processes that it watches."""
    runs: tuple[str, ...]
    """Folders of the runs whose runners it guards."""
    servers: tuple[WarmServerState, ...]
    conditions: Conditions | None
    """What it, and all that it starts, has inherited; None when it does not say."""
    ours: bool
    """It serves this process: of the same interpreter and installation, in the same conditions."""
    stands_still: bool = False
    """Its process is stopped, so that it tells nothing of all this: another host serves whoever comes."""


class StoppedHost(NamedTuple):
    """What became of a host that was to end what it does not need."""

    pid: int
    servers: int
    """How many warm servers were told to end; one with live attempts goes with the last of them."""
    ended: bool
    """It had nothing left to do and was told to end, too."""
    attempts: int = 0
    """Processes that it watches: they go on."""
    runs: tuple[str, ...] = ()
    """Folders of the runs whose runners it guards: they go on."""
    stands_still: bool = False
    """Its process is stopped, so that it was told nothing."""
    withheld: int = 0
    """Attempts that have ended and wait for a disk to take how: it stays for them."""


def hosts_here() -> list[HostState]:
    """All that live on this machine, for any interpreter and installation; empty where there are none.

    Raises:
        LaunchError: The folder of the control sockets is not usable.
    """
    own_path, own = default_control_path(), conditions()
    look = look_at_all("hello", "pids", "hosts")
    found = []
    for path, (hello, pids, answer) in look.answers.items():
        servers = tuple(_server(each) for each in answer.get("servers", ()))
        has = conditions_from_json(answer["conditions"]) if "conditions" in answer else None
        ours = path == own_path and has in {None, own}
        attempts, runs = _watched(pids)
        found.append(HostState(hello["pid"], path, attempts, runs, servers, has, ours))
    still = (HostState(pid, path, 0, (), (), None, ours=False, stands_still=True) for path, pid in look.stopped.items())
    return [*found, *still]


def hosts_of(run: str) -> set[int]:
    """Process ids of the hosts that guard a run's runner.

    Args:
        run: As ``GuardedCommand`` names it.

    Raises:
        LaunchError: The folder of the control sockets is not usable.
    """
    return {hello["pid"] for hello, pids in ask_all("hello", "pids").values() if run in _watched(pids)[1]}


def guarded_runner(run: str) -> int | None:
    """Process id of the living runner that some host guards for a run; None when none does.

    Args:
        run: As ``GuardedCommand`` names it.

    Raises:
        LaunchError: The folder of the control sockets is not usable.
    """
    runners = (pids.get("runners", {}).get(run) for (pids,) in ask_all("pids").values())
    return next((int(pid) for pid in runners if pid), None)


def stop_idle() -> list[StoppedHost]:
    """Have the warm servers of all hosts take no more attempts and end; end the hosts that have nothing left to do.

    Raises:
        LaunchError: The folder of the control sockets is not usable.
    """
    look = look_at_all("hello", "stop-servers", "pids")
    stopped = []
    for hello, told, pids in look.answers.values():
        attempts, runs = _watched(pids)
        withheld = int(pids.get("withheld", 0))
        is_idle = pids["ok"] and not attempts and not runs and not withheld
        if is_idle:
            with contextlib.suppress(ProcessLookupError):
                os.kill(hello["pid"], signal.SIGTERM)
        servers = int(told.get("stopped", 0))
        stopped.append(StoppedHost(hello["pid"], servers, is_idle, attempts, runs, withheld=withheld))
    still = (StoppedHost(pid, 0, ended=False, stands_still=True) for pid in look.stopped.values())
    return [*stopped, *still]


def _watched(pids: Mapping[str, Any]) -> tuple[int, tuple[str, ...]]:
    """How many processes a host watches, and whose runners it guards; nothing where it says nothing."""
    return len(pids.get("pids", ())), tuple(pids.get("runners", ()))


def _server(data: Mapping[str, Any]) -> WarmServerState:
    return WarmServerState(
        pid=int(data["pid"]),
        key=str(data["key"]),
        interpreter=str(data["interpreter"]),
        modules=tuple(map(str, data["modules"])),
        started_at=float(data["started_at"]),
        forks=int(data["forks"]),
        live=int(data["live"]),
        rss_bytes=int(data["rss_bytes"]),
        skipped=tuple(map(str, data.get("skipped", ()))),
    )
