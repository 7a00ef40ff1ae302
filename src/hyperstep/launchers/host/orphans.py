"""Processes that an attempt left behind in a group or session of their own.

The kernel makes them children of the trial host (Linux; elsewhere only the attempt's group is found). Which attempt one
belongs to is told by its session, its working folder, or its environment. One that tells nothing is left until no
attempt lives.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path

from hyperstep.launchers.process import kill_process
from hyperstep.launchers.process_table import children_of, descendants_of, is_host, look_up

_OF_ATTEMPT = b"HYPERSTEP_ATTEMPT_FOLDER="
"""How the line of an environment begins that says which attempt a process belongs to."""
_TAKEN_AWAY = "HYPERSTEP_NOTE_IMPORTS"
"""A variable that an attempt's own start removes: its children do not have it."""
_MAX_PASSES = 10
"""A process that forks faster than we kill is not waited for for ever."""


class Trace:
    """What is known of an attempt that tells its descendants from those of others.

    Args:
        leader: Process id that the attempt was started with.
        work_folder: Where it was started; in the attempt's folder.
        env: Its environment.
    """

    def __init__(self, leader: int, work_folder: str, env: Mapping[str, str]) -> None:
        self._leader = leader
        self._folder = work_folder
        self._env = env

    def fit(self, pid: int) -> int:
        """How much speaks for the process being a descendant: 2 its session or folder, 1 its environment, 0 nothing."""
        state = look_up(pid)
        if state is not None and state.session == self._leader:
            return 2
        try:
            if Path(f"/proc/{pid}/cwd").readlink().is_relative_to(Path(self._folder).resolve()):
                return 2
            environment = set(Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"))
        except OSError:
            return 0
        return 1 if self._is_told_by(environment) else 0

    def _is_told_by(self, environment: set[bytes]) -> bool:
        """By the variable that names the attempt's folder; by all others where that is not set."""
        named = [line for line in environment if line.startswith(_OF_ATTEMPT)]
        if named:
            folder = Path(os.fsdecode(named[0].removeprefix(_OF_ATTEMPT)))
            return folder.resolve() == Path(self._folder).resolve().parent
        variables = ((name, value) for name, value in self._env.items() if name != _TAKEN_AWAY)
        ours = {f"{name}={value}".encode("utf-8", "surrogateescape") for name, value in variables}
        return bool(ours) and ours <= environment


def trace_of(leader: int, work_folder: str) -> Trace:
    """Of an attempt that somebody else started: its environment is the one that the system shows while it lives."""
    try:
        lines = Path(f"/proc/{leader}/environ").read_bytes().split(b"\0")
    except OSError:
        lines = []
    names = (line.decode("utf-8", "surrogateescape").partition("=") for line in lines if line)
    return Trace(leader, work_folder, {name: value for name, _, value in names})


def kill_tree(pid: int) -> None:
    """End a process and its descendants."""
    victims = [pid, *descendants_of(pid)]
    for victim in victims:
        kill_process(victim)


def kill_orphans(host: int, leaders: Collection[int], ended: Trace, living: Collection[Trace]) -> set[int]:
    """End what the attempt ``ended`` left behind among the children of the host that are no attempt's ``leaders``.

    Returns those children, which are to be waited for.
    """
    killed: set[int] = set()
    for _ in range(_MAX_PASSES):
        orphans = [pid for pid in children_of(host) if pid not in leaders and pid not in killed]
        doomed = [pid for pid in orphans if _is_left_by(pid, ended, living)]
        for pid in doomed:
            kill_tree(pid)
        killed.update(doomed)
        if not doomed:
            break
    return killed


NOBODY = Trace(0, "/dev/null", {})
"""Nothing fits it. Among the living it has those spared that tell nothing of who left them."""


def _is_left_by(orphan: int, ended: Trace, living: Collection[Trace]) -> bool:
    if is_host(orphan):  # one that a runner of ours started when we had stopped listening
        return False
    return not living or ended.fit(orphan) > max(trace.fit(orphan) for trace in living)
