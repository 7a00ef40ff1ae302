"""An attempt: one process run of a trial or of a script step."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct


class AttemptKey(NamedTuple):
    """Names an attempt within one root run."""

    run_id: str
    number: int
    """From 0; each retry counts one up."""


class WarmStart(NamedTuple):
    """That an attempt may be forked from a warm server: a process that has imported its libraries."""

    key: str
    """Digest of all that must be equal for two attempts to share a server."""
    modules: tuple[str, ...]
    """What the server imports, in this order; of installed distributions and the standard library only."""


class Launched(NamedTuple):
    """How an attempt was started."""

    warm: bool = False
    """Forked from a warm server."""
    why_cold: str = ""
    """Why it was not, where it might have been; empty else."""
    for_now: bool = False
    """That reason passes by itself: the next attempt may be warm (the server still imports)."""


class ThreadUse(NamedTuple):
    """How many threads an attempt had at work, as seen now and then."""

    share: int
    """How many cores were its own."""
    looks: int = 0
    over: int = 0
    """Looks at which more threads ran, or were ready to, than that."""
    most: int = 0
    """Threads at work at one look, at most."""

    def after(self, running: int) -> ThreadUse:
        """With one look more, at which so many threads were at work."""
        over = self.over + (running > self.share)
        return self._replace(looks=self.looks + 1, over=over, most=max(self.most, running))


class Attempt(Struct, frozen=True):
    """All a launcher needs to start one process.

    The attempt's folder holds, each built here and nowhere else:

    ``work/``           the working folder: the snapshot, ``outputs/``, ``logs/``
    ``uploads/``        files that the script uploaded while running
    ``std_log.txt``     standard output and error of the process
    ``records.jsonl``   what the trial client wrote, one record a line
    ``claim.json``      made by exclusive create before the process starts, then filled: ``{"pid", "started_at", …}``,
                        where ``started_at`` only serves to tell the process from a later one with its id; with ``{}``
                        in front it is void, and no process is started by it
    ``exit.json``       the end marker: ``{"exit_code", "signal", "ended_at", …}``
    """

    key: AttemptKey
    folder: Path
    argv: tuple[str, ...]
    env: Mapping[str, str]
    """The whole environment of the process, not an addition to ours."""
    max_duration_s: float | None = None
    """It is ended when it has run so long, by whoever watches it; None for no limit."""
    stop_grace_s: float = 5.0
    """Seconds between SIGTERM and SIGKILL when that limit is reached."""
    warm: WarmStart | None = None
    """Given: ``argv`` is an interpreter, a Python script and its arguments, and may be forked from a warm server."""

    @property
    def work_folder(self) -> Path:
        """Where the process starts."""
        return self.folder / "work"

    @property
    def uploads_folder(self) -> Path:
        """Files uploaded by name while the process runs; the name is the path below this folder."""
        return self.folder / "uploads"

    @property
    def log_file(self) -> Path:
        """Standard output and error, merged in order."""
        return self.folder / "std_log.txt"

    @property
    def records_file(self) -> Path:
        """What the trial client appends to."""
        return self.folder / "records.jsonl"

    @property
    def claim_file(self) -> Path:
        """Exists from just before the process starts."""
        return self.folder / "claim.json"

    @property
    def exit_file(self) -> Path:
        """Exists once the process has ended and its exit code is known."""
        return self.folder / "exit.json"


class AttemptEnd(Struct, frozen=True):
    """How an attempt ended.

    ``exit_code`` is None when the process was ended by a signal, or when nobody knows: then ``lost`` is true (the
    process is gone and left no marker).
    """

    key: AttemptKey
    exit_code: int | None
    signal: int | None = None
    lost: bool = False
    ended_at: float | None = None
    out_of_memory: bool | None = None
    """The system ended it for want of memory; None when nobody knows."""
    timed_out: bool = False
    """It was ended because it ran longer than it may."""
    doubt: str = ""
    """Why its end may be due to how it was started, and is not held against the user's code; empty else."""

    @property
    def is_loss(self) -> bool:
        """True when something else than its own code ended the process: a signal, want of memory, how it was started.

        Unless it was us who ended it, which only the one knows who asked for it, it deserves another attempt.
        """
        return (self.lost or self.signal is not None or bool(self.doubt)) and not self.timed_out

    @property
    def succeeded(self) -> bool:
        """True when the process ended by itself with exit code 0."""
        return self.exit_code == 0
