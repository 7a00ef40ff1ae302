"""How a runner is woken: a datagram socket that trials and the launcher ring, or a plain wait where there is none."""

from __future__ import annotations

import contextlib
import select
import socket
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from hyperstep.launchers.control_path import control_folder

_POLL_S = 0.05
"""How long one wait lasts where the platform has no Unix datagram sockets."""
_LOOK_AGAIN_S = 0.003
"""After a ring. Who rings a lot does so once in 2 ms (``hyperstep_trial.record_writer.RING_EVERY_S``): what it wrote
within that time of a ring is found by the look that follows, so that nothing waits longer."""


def doorbell_path(root_folder: Path) -> Path:
    """Where a root run's bell hangs: short, whatever the home's path, since such addresses end at about 100 bytes.

    Raises:
        LaunchError: The folder for sockets cannot be made, or others may enter it.
    """
    if not hasattr(socket, "AF_UNIX"):
        return root_folder / "bell"  # nothing hangs there: the runner looks by itself
    name = sha256(str(root_folder.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return control_folder() / f"{name}.bell"


def ring(path: Path) -> None:
    """Wake whoever waits at ``path``. Nothing happens when nobody does."""
    if not hasattr(socket, "AF_UNIX"):
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
        bell.setblocking(False)
        bell.sendto(b"", str(path))


class Doorbell:
    """The waiting side. Take over from a dead owner by making a new one at the same path.

    Args:
        path: See ``doorbell_path``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket: socket.socket | None = None
        self._look_at: float | None = None
        """Monotonic time of the look that follows a ring."""
        if hasattr(socket, "AF_UNIX"):
            path.unlink(missing_ok=True)
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self._socket.bind(str(path))
            self._inode = path.stat().st_ino
            self._socket.setblocking(False)

    def wait(self, timeout_s: float) -> None:
        """Return when somebody rings, or after ``timeout_s`` seconds; rings that came before count.

        The first wait after a ring is a short one: see ``_LOOK_AGAIN_S``.
        """
        if self._socket is None:
            time.sleep(min(timeout_s, _POLL_S))
            return
        if self._look_at is not None:
            timeout_s = min(timeout_s, max(0.0, self._look_at - time.monotonic()))
        ready, _, _ = select.select([self._socket], [], [], timeout_s)
        if ready:
            self._drain(self._socket)
            self._look_at = time.monotonic() + _LOOK_AGAIN_S  # after the drain: who finds it full rang before
        elif self._look_at is not None and time.monotonic() >= self._look_at:
            self._look_at = None

    def ring(self) -> None:
        """Wake the one who waits. For use from any thread."""
        ring(self.path)

    def close(self) -> None:
        """Take the bell down; one that a later owner has hung there stays."""
        if self._socket:
            self._socket.close()
            with contextlib.suppress(FileNotFoundError):
                if self.path.stat().st_ino == self._inode:
                    self.path.unlink()

    @staticmethod
    def _drain(bell: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                bell.recv(256)


@contextlib.contextmanager
def hung(path: Path) -> Iterator[Doorbell]:
    """A doorbell that is taken down when the block ends."""
    bell = Doorbell(path)
    try:
        yield bell
    finally:
        bell.close()
