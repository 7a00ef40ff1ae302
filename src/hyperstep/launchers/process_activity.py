"""How much a process and all that it started have done, and what their threads do now. Linux; elsewhere nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from hyperstep.launchers.process_table import descendants_of

_AFTER_NAME_STATE, _AFTER_NAME_USER, _AFTER_NAME_CHILDREN_END = 0, 11, 15
_ASLEEP = "SIZX"


class Activity(NamedTuple):
    """A tree of processes at one moment."""

    cpu_s: float
    """User and system time that they, and those of their children that have ended, have used."""
    running: int
    """Threads that run, or are ready to."""
    all_asleep: bool
    """No thread runs, is stopped, or waits for a disk."""


def activity_of(pid: int) -> Activity | None:
    """What a process and its descendants do; None when it is gone, or the system does not tell."""
    states: list[str] = []
    ticks = 0
    for each in (pid, *descendants_of(pid)):
        fields = _fields(Path(f"/proc/{each}/stat"))
        if fields is None:
            continue
        ticks += sum(map(int, fields[_AFTER_NAME_USER:_AFTER_NAME_CHILDREN_END]))
        states += _thread_states(each)
    if not states:
        return None
    return Activity(ticks / os.sysconf("SC_CLK_TCK"), states.count("R"), all(state in _ASLEEP for state in states))


def _thread_states(pid: int) -> Iterator[str]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return
    for task in tasks:
        fields = _fields(task / "stat")
        if fields is not None:
            yield fields[_AFTER_NAME_STATE]


def _fields(stat: Path) -> list[str] | None:
    """What follows the name, which may hold spaces and brackets."""
    try:
        text = stat.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return text[text.rindex(")") + 1 :].split()
