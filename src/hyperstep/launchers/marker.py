"""The two files by which an attempt is known to everybody: the claim before it starts, the exit when it has ended.

Claim: ``{"pid", "started_at", "boot", "parent", "heir"}``, empty until the process has started. ``parent`` is the
process that will see to the exit file, or else ``heir`` (0: nobody), or a trial host's keeper, whichever adopts the
process; it is written before the process id is let go, so whoever sees the process gone finds the file, or never will.
``{}`` in front makes a claim void: the launch was given up while nobody was named, and whoever starts a process by it
all the same ends it again. Of several objects in the file the first counts. ``{"barred": true}`` is the claim of an
owner who found an attempt recorded and not started: whom the last owner asked to start it may only stand still.
Exit: ``{"exit_code", "signal", "ended_at", "out_of_memory", "timed_out"}``.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from io import RawIOBase
from pathlib import Path
from typing import Any, NamedTuple

from hyperstep.errors import means_busy_machine
from hyperstep.launchers.process_table import boot_id, is_keeper, is_known, is_stopped, look_up

_VOID = b"{}"
"""A claim by which no process is started."""
_BAR = b'{"barred": true}'
"""The claim of an attempt that nobody has started, and nobody is to start as long as it stands."""


class Claim(NamedTuple):
    """Who runs an attempt."""

    pid: int
    started_at: float
    boot: str
    parent: int
    heir: int = 0

    def is_alive(self) -> bool:
        """Whether this very process still runs, or has ended and its parent is about to write the exit file."""
        if self.boot != boot_id():
            return False
        state = look_up(self.pid)
        if state is None:
            return is_known(self.pid)
        if state.started_at != self.started_at:
            return False
        return not state.zombie or state.parent in {self.parent, self.heir} or is_keeper(state.parent)

    def waits_for_one_that_stands_still(self) -> bool:
        """Whether it has ended, and whoever is to write the exit file stands still.

        Its parent alone does not do that while the heir lives: a warm server leaves it to the host.
        """
        state = look_up(self.pid)
        return state is not None and state.zombie and (is_stopped(state.parent) or is_stopped(self.heir))


class VoidClaimError(FileExistsError):
    """A launch was given up before it came to say whom it had started."""


class ExitMarker(NamedTuple):
    """How an attempt ended."""

    exit_code: int | None
    signal: int | None
    ended_at: float
    out_of_memory: bool | None = None
    """The system ended it for want of memory; None when nobody knows."""
    timed_out: bool = False
    """It was ended because it ran longer than it may."""

    @property
    def is_known(self) -> bool:
        """Whether anybody knows how it ended. One that is not known is never written: it is lost."""
        return self.exit_code is not None or self.signal is not None


def create_claim(claim_file: str | Path) -> int:
    """Make the empty claim; returns its open descriptor.

    Raises:
        FileExistsError: The attempt was claimed before.
    """
    return os.open(claim_file, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o644)


def bar_launch(claim_file: Path) -> bool:
    """Keep a launch still under way somewhere from starting an attempt; returns False when somebody has claimed it.

    Raises:
        OSError: The claim cannot be written.
    """
    try:
        descriptor = create_claim(claim_file)
    except FileExistsError:
        return is_barred(claim_file)
    except FileNotFoundError:  # it has no folder to be started in
        return True
    try:
        os.write(descriptor, _BAR)
    except OSError:
        claim_file.unlink()
        raise
    finally:
        os.close(descriptor)
    return True


def is_barred(claim_file: Path) -> bool:
    """Whether the claim is a bar, which nobody has started anything by."""
    try:
        return claim_file.read_bytes() == _BAR
    except FileNotFoundError:
        return False


def lift_bar(claim_file: Path) -> None:
    """Let the attempt be started, if it was barred."""
    if is_barred(claim_file):
        claim_file.unlink()


def void_claim(claim_file: Path) -> Claim | None:
    """Give up a launch that nobody has made, or that was half made; the claim where it was filled just before.

    What stands first in the file counts: who made the claim, or is about to, may only stand still, and go on later. He
    ends the process again that he starts then.

    Raises:
        OSError: It cannot be written, so that a process may yet be started: to be tried again.
    """
    try:
        descriptor = os.open(claim_file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    except FileNotFoundError:  # its folder is gone: nothing can be started there
        return None
    try:
        os.write(descriptor, _VOID)
    finally:
        os.close(descriptor)
    return read_claim(claim_file)


def is_half_started(claim_file: Path) -> bool:
    """Whether somebody made the claim to start a process, and has not said which: perhaps he died between."""
    try:
        return not claim_file.stat().st_size
    except OSError:
        return False


def fill_claim(descriptor: int, pid: int, *, parent: int, heir: int = 0) -> None:
    """Write who was started. Must be called before the process is reaped.

    Args:
        descriptor: Of the claim.
        pid: The process that was started.
        parent: Who will see to the exit file.
        heir: Who will when ``parent`` has died; 0 for nobody.

    Raises:
        VoidClaimError: The launch was given up meanwhile: the process is to be ended.
    """
    state = look_up(pid)
    started_at = state.started_at if state else None
    claim = {"pid": pid, "started_at": started_at, "boot": boot_id(), "parent": parent, "heir": heir}
    os.write(descriptor, json.dumps(claim).encode("ascii"))
    os.lseek(descriptor, 0, os.SEEK_SET)
    if os.read(descriptor, len(_VOID)) == _VOID:
        message = "the launch took so long that it was given up"
        raise VoidClaimError(message)


def read_claim(claim_file: Path) -> Claim | None:
    """The claim; None when it is empty, torn, void, or not there."""
    try:
        text = claim_file.read_text(encoding="ascii")
        data: Any = json.JSONDecoder().raw_decode(text)[0]  # what was written later does not count
        parent, heir = int(data.get("parent", 0)), int(data.get("heir", 0))
        return Claim(int(data["pid"]), float(data["started_at"]), str(data.get("boot", "")), parent, heir)
    except (OSError, KeyError, TypeError, ValueError, AttributeError):
        return None


def write_exit(exit_file: str | Path, marker: ExitMarker, *, durable: bool = True) -> None:
    """Write the exit file so that it is there in full or not at all.

    Args:
        exit_file: Its path.
        marker: What it says.
        durable: Wait until the disk has it, so that this holds after a loss of power too. Not needed where somebody is
            told of the end who records it, and brings that record to the disk within a second.
    """
    temporary = Path(f"{exit_file}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb", buffering=0) as stream:
            _write_whole(stream, json.dumps(marker._asdict()).encode("ascii"))
            if durable:
                os.fsync(stream.fileno())
        temporary.replace(exit_file)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _write_whole(stream: RawIOBase, data: bytes) -> None:
    """On a disk that is about to be full, the system may take a part and be silent about the rest."""
    while data:
        data = data[stream.write(data) :]


def read_exit(exit_file: Path) -> ExitMarker | None:
    """The exit file; None when it is not there or not readable.

    Raises:
        OSError: The system gave no open file now, so that nobody knows whether it is there: to be tried again.
    """
    data = _read_object(exit_file)
    try:
        return marker_from_json(data)
    except KeyError:
        return None


def marker_from_json(data: Mapping[str, Any]) -> ExitMarker:
    """The marker of an exit file, or of a host's message.

    Raises:
        KeyError: It is neither.
    """
    known, timed_out = data.get("out_of_memory"), bool(data.get("timed_out", False))
    return ExitMarker(data["exit_code"], data["signal"], data["ended_at"], known, timed_out)


def _read_object(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_bytes())
    except ValueError:
        return {}
    except OSError as error:
        if means_busy_machine(error):
            raise
        return {}
    return data if isinstance(data, dict) else {}
