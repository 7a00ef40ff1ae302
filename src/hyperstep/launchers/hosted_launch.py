"""A launch by the trial host: the request, its answer, and what is kept of an attempt that a host was asked for."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from hyperstep.errors import ConflictError
from hyperstep.launchers.host_link import HostLink, Message, Reply
from hyperstep.launchers.launch import Launch
from hyperstep.launchers.process import AttemptFiles, not_started
from hyperstep.records.attempt import Attempt, Launched

_MAX_HOSTS = 3
"""How many hosts in a row may die of one launch."""


class Watched:
    """An attempt whose end is to be told.

    Args:
        attempt: That one.
    """

    def __init__(self, attempt: Attempt) -> None:
        self.attempt = attempt
        self.folder = f"{_resolved(attempt.folder.parent.parent)}/{attempt.folder.parent.name}/{attempt.folder.name}"
        """Its name at the host."""
        self.pid: int | None = None
        self.link: HostLink | None = None
        """Who tells its end; None when the process watch does."""
        self.kill_at: float | None = None
        """Monotonic time at which its grace is over, once it was asked to end."""
        self.hosts_left = _MAX_HOSTS
        """How many may still be asked to start it."""


class HostedLaunch(Launch):
    """One that a host was asked for.

    Args:
        reply: What it answers.
        conclude: Finds the outcome when the answer is there, or waits for it; another host that is asked has another.
    """

    def __init__(self, reply: Reply, conclude: Callable[[HostedLaunch], Launched]) -> None:
        self.reply = reply
        self._conclude = conclude

    @property
    def is_known(self) -> bool:
        """As in the base."""
        return self.reply.has_come

    @property
    def known_for_s(self) -> float:
        """As in the base."""
        came_at = self.reply.came_at
        return 0.0 if came_at is None else time.monotonic() - came_at

    def outcome(self) -> Launched:
        """As in the base."""
        return self._conclude(self)


def launch_request(watched: Watched) -> Message:
    """What a host must know to start an attempt."""
    attempt, folder = watched.attempt, Path(watched.folder)
    files = AttemptFiles(
        work_folder=str(folder / attempt.work_folder.name),
        log_file=str(folder / attempt.log_file.name),
        claim_file=str(folder / attempt.claim_file.name),
        exit_file=str(folder / attempt.exit_file.name),
    )
    return {
        "folder": watched.folder,
        "files": files._asdict(),
        "argv": list(attempt.argv),
        "env": dict(attempt.env),
        "max_duration_s": attempt.max_duration_s,
        "grace_s": attempt.stop_grace_s,
        "warm": attempt.warm._asdict() if attempt.warm else None,
    }


def started_pid(attempt: Attempt, answer: Message) -> int:
    """The process id that a host tells.

    Raises:
        ConflictError: The attempt was claimed before.
        LaunchError: It could not be started.
    """
    if answer["ok"]:
        return int(answer["pid"])
    if answer["error"] == "claimed":
        raise conflict(attempt)
    raise not_started(attempt.argv, answer["message"], busy=answer["error"] == "busy")


def conflict(attempt: Attempt) -> ConflictError:
    """The error for an attempt that was claimed, or is watched, already."""
    rule = "An attempt runs at most once, and this one was claimed before."
    return ConflictError(rule, received=attempt.key, remedy="Make an attempt with the next number.")


@lru_cache(maxsize=128)
def _resolved(folder: Path) -> Path:
    """A run's folder, which stands: below it are folders that we made."""
    return folder.resolve()
