"""Appends what a run says to its records file, and rings the runner's doorbell.

Nothing is kept open between calls, so forks, threads and scripts that close descriptors cannot disturb it.
"""

# pathlib costs milliseconds, which each trial would pay:
# ruff: noqa: PTH100, PTH118

from __future__ import annotations

import os

from hyperstep_trial.json_text import json_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


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
        self._torn = False

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
        data = "".join(json_text(dict(record)) + "\n" for record in records).encode("ascii")
        if self._torn:
            data = b"\n" + data
        descriptor = os.open(self._path, _APPEND, 0o666)
        try:
            written = os.write(descriptor, data)
        finally:
            os.close(descriptor)
        self._torn = written < len(data)
        if self._torn:
            message = f"Only {written} of {len(data)} bytes fitted into {self._path}; is the disk full?"
            raise OSError(message)
        self._ring()

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

    def _ring(self) -> None:
        if not self._doorbell:
            return
        import _socket  # noqa: PLC0415 - ``socket`` itself costs five milliseconds

        try:
            bell = _socket.socket(_socket.AF_UNIX, _socket.SOCK_DGRAM)
            try:
                bell.setblocking(False)
                bell.sendto(self.run_id.encode(), self._doorbell)
            finally:
                bell.close()
        except (OSError, AttributeError):  # the runner is away, busy, or on a system without such sockets
            return
