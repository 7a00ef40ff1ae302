"""Appends what a run says to its records file, and rings the runner's doorbell.

File and bell stay open between calls, which makes a call cheap; before each write the descriptor is looked at. One that
a script has closed, or that stands for another file by now, is left alone, and the file is opened again. Forks and
threads share it: it is opened for appending, and each record is one write. A line that found the disk full stays torn;
whoever writes next, of all processes of the trial, ends it first.
"""

# pathlib costs milliseconds, which each trial would pay:
# ruff: noqa: PTH100, PTH118

from __future__ import annotations

import os
import time

from hyperstep_trial.json_text import json_text, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

RING_EVERY_S = 0.002
"""A bell that was rung so lately is not rung again: who hears it looks once more after that time (``Doorbell``)."""
_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_BAD_DESCRIPTOR = 9
"""``errno.EBADF``, on every system."""
_NEVER = -1.0
_KNOWN_NAMES = 1000
_LOOKS = 5


class RecordWriter:
    """Writes the records of one attempt.

    Args:
        folder: The attempt's folder, which exists.
        run_id: Sent to the doorbell.
        doorbell: Path of the unix datagram socket where the runner listens; empty when nobody does.
    """

    def __init__(self, folder: str, run_id: str, doorbell: str = "") -> None:
        self.folder = os.path.abspath(folder)  # the script may change its working folder
        self.run_id = run_id
        self._path = os.path.join(self.folder, "records.jsonl")
        self._doorbell = doorbell
        self._whole_size = 0
        """How large the file was when the last line of ours was whole."""
        self._file = self._bell = _NOTHING_YET
        self._rung_at = _NEVER
        self._names: dict[str, str] = {}
        """JSON text of metrics' names."""

    @property
    def uploads_folder(self) -> str:
        """Where uploaded files are put, by name."""
        return os.path.join(self.folder, "uploads")

    def write(self, *records: Mapping[str, object]) -> None:
        """Append the records in one system call, so that lines of other threads and processes never mix with them.

        When it returns, the operating system has the lines: they survive any death of this process.

        Raises:
            OSError: The file cannot be written, for example because the disk is full.
        """
        self._append("".join(json_text(dict(record)) + "\n" for record in records).encode("ascii"))

    def write_scalar(self, name: str, value: float, step: int | None) -> None:
        """As ``write`` of the one record that scripts write most: a metric's value, a finite number.

        Raises:
            OSError: As for ``write``.
        """
        text = self._names.get(name)
        if text is None:
            text = quoted(name)
            if len(self._names) < _KNOWN_NAMES:
                self._names[name] = text
        where = "null" if step is None else step
        line = f'{{"kind": "scalar", "name": {text}, "value": {value!r}, "step": {where}, "time": {time.time()!r}}}\n'
        self._append(line.encode("ascii"))

    def sync(self) -> None:
        """Have the operating system put the records on the disk, so that they survive a power cut too."""
        try:
            descriptor = os.open(self._path, os.O_RDONLY)
        except FileNotFoundError:  # nothing was written yet
            return
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _append(self, data: bytes) -> None:
        if not self._file.is_ours():
            self._file = _Held.by(os.open(self._path, _APPEND, 0o666))
        size = self._file.size
        if size != self._whole_size and self._is_torn(size):
            data = b"\n" + data
        try:
            written = os.write(self._file.descriptor, data)
        except OSError as error:
            if error.errno != _BAD_DESCRIPTOR:
                raise
            self._file = _Held.by(os.open(self._path, _APPEND, 0o666))  # another thread closed it just now
            written = os.write(self._file.descriptor, data)
        if written == len(data):
            self._whole_size = size + written
        else:
            message = f"Only {written} of {len(data)} bytes fitted into {self._path}; is the disk full?"
            raise OSError(message)
        if self._doorbell:
            self._ring()

    def _is_torn(self, size: int) -> bool:
        """Whether the file ends within a line: of ours, or of another process, that did not fit on a full disk.

        A line that another process is just writing may look so too. Then an empty line follows it, which says nothing.
        """
        if not size:
            return False
        descriptor = os.open(self._path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        try:
            for _ in range(_LOOKS):
                os.lseek(descriptor, size - 1, os.SEEK_SET)
                if os.read(descriptor, 1) == b"\n":
                    return False
                seen, size = size, os.fstat(descriptor).st_size
                if seen == size:
                    return True
            return True
        finally:
            os.close(descriptor)

    def _ring(self) -> None:
        """Once in ``RING_EVERY_S``; a bell that nobody heard is rung at the next call again."""
        now = time.monotonic()
        if now - self._rung_at < RING_EVERY_S:
            return
        try:
            self._send()
        except BlockingIOError:  # it rings already
            self._rung_at = now
        except (OSError, AttributeError):  # the runner is away, or on a system without such sockets
            self._rung_at = _NEVER
        else:
            self._rung_at = now

    def _send(self) -> None:
        """Only the bare descriptor is kept: a socket object would complain at the end that nobody closed it."""
        import _socket  # noqa: PLC0415 - ``socket`` itself costs five milliseconds

        kind = (_socket.AF_UNIX, _socket.SOCK_DGRAM, 0)
        if not self._bell.is_ours():
            self._bell = _Held.by(_socket.socket(*kind).detach())
        bell = _socket.socket(*kind, self._bell.descriptor)
        try:
            bell.sendto(self.run_id.encode(), _socket.MSG_DONTWAIT, self._doorbell)
        finally:
            bell.detach()


class _Held:
    """A descriptor, and the file or socket for which it was opened."""

    def __init__(self, descriptor: int, device: int, inode: int, size: int) -> None:
        self.descriptor = descriptor
        self.size = size
        """Of the file, when it was looked at last."""
        self._device = device
        self._inode = inode

    @classmethod
    def by(cls, descriptor: int) -> _Held:
        """What a descriptor that was opened just now stands for."""
        state = os.fstat(descriptor)
        return cls(descriptor, state.st_dev, state.st_ino, state.st_size)

    def is_ours(self) -> bool:
        """Whether the descriptor still stands for that, and the file still has a name."""
        if self.descriptor < 0:
            return False
        try:
            state = os.fstat(self.descriptor)
        except OSError:  # a script closed it
            return False
        self.size = state.st_size
        return state.st_ino == self._inode and state.st_dev == self._device and state.st_nlink > 0


_NOTHING_YET = _Held(-1, -1, -1, 0)
