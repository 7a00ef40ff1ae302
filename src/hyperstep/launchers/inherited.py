"""What a process has from whoever started it, and what nobody can give it afterwards.

Attempts are children of a trial host, so they have what the host has. That is as it should be only where the host has
what the submitter has: a host serves those who are in the same conditions.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

if sys.platform != "win32":
    import resource  # a host that has no open file left could not load it any more

JOB_VARIABLES = ("SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID")
"""Where batch systems tell a process which job it is part of: the job's end, or its limits, are its own too."""

_STATUS = Path("/proc/self/status")
_WHILE_READ = 0o077


class Conditions(NamedTuple):
    """All that counts; equal for a process and for what it starts."""

    umask: int
    nice: int
    groups: tuple[int, ...]
    """The group of new files, then all others."""
    cpus: tuple[int, ...]
    """The processors that it may run on; empty where the system does not tell."""
    limits: tuple[tuple[str, int, int], ...]
    """Name, soft and hard limit of each resource, as ``resource.getrlimit`` has them."""
    job: str
    """The batch job; empty for none."""

    @property
    def digest(self) -> str:
        """64 hexadecimal characters, equal for equal conditions."""
        import hashlib  # noqa: PLC0415 - the host has no use for it

        return hashlib.sha256(repr(tuple(self)).encode("utf-8", "surrogateescape")).hexdigest()


def conditions() -> Conditions:
    """Those of this process, or rather of the calling thread, which is what a child starts with. Needs Unix."""
    return Conditions(
        umask=_umask(),
        nice=os.getpriority(os.PRIO_PROCESS, 0),
        groups=(os.getegid(), *sorted(set(os.getgroups()))),
        cpus=tuple(sorted(os.sched_getaffinity(0))) if sys.platform == "linux" else (),
        limits=_limits(),
        job=next((f"{name}={os.environ[name]}" for name in JOB_VARIABLES if os.environ.get(name)), ""),
    )


def conditions_from_json(data: Mapping[str, Any]) -> Conditions:
    """What another process has said of itself: its ``_asdict()`` as JSON.

    Raises:
        KeyError, TypeError, ValueError: It is something else.
    """
    return Conditions(
        umask=int(data["umask"]),
        nice=int(data["nice"]),
        groups=tuple(map(int, data["groups"])),
        cpus=tuple(map(int, data["cpus"])),
        limits=tuple((str(name), int(soft), int(hard)) for name, soft, hard in data["limits"]),
        job=str(data["job"]),
    )


def _umask() -> int:
    """Linux tells it. Elsewhere it must be set to be known: for that moment new files are their owner's alone."""
    try:
        status = _STATUS.read_bytes()
        return int(status.partition(b"\nUmask:")[2].split(maxsplit=1)[0], 8)
    except (OSError, ValueError, IndexError):
        mask = os.umask(_WHILE_READ)
        os.umask(mask)
        return mask


def _limits() -> tuple[tuple[str, int, int], ...]:
    names: dict[int, str] = {}
    for name in sorted(dir(resource)):
        if name.startswith("RLIMIT_"):
            names.setdefault(getattr(resource, name), name)  # some resources have two names
    return tuple((name, *resource.getrlimit(number)) for number, name in sorted(names.items()))
