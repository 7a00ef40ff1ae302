"""Equal steps of runs that go on at the same time: one does the work, the others wait for it and take it over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from hyperstep.file_lock import hold

SUCCESSOR_S = 30.0
"""How long a run whose runner died keeps what it had claimed for its next runner."""


class StepClaims:
    """The fingerprints that this process is computing. The system lets go of them when it dies.

    A claim is a lock on a file that names the root run: when its runner has died, the next one takes it back.

    Args:
        home: The home's folder.
        root_id: Our root run.
        is_open: Whether another root run has not ended.
        clock: Seconds.
    """

    def __init__(
        self,
        home: Path,
        root_id: str,
        is_open: Callable[[str], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = home / "claims"
        self._root_id = root_id
        self._is_open = is_open
        self._clock = clock
        self._held: dict[str, IO[bytes]] = {}
        self._counts: dict[str, int] = {}
        self._free_since: dict[str, float] = {}
        """When a fingerprint was first seen without the runner that had claimed it."""

    def take(self, digest: str) -> bool:
        """Claim a fingerprint; False while another run computes it. May be repeated, also for another step."""
        if digest not in self._held:
            self._folder.mkdir(parents=True, exist_ok=True)
            stream = hold(self._folder / digest)
            if stream is None:
                self._free_since.pop(digest, None)
                return False
            with _closed_unless(stream, lambda: digest in self._held):
                if self._is_spoken_for(digest, stream):
                    return False
                self._keep(digest, stream)
        self._counts[digest] = self._counts.get(digest, 0) + 1
        return True

    def take_back(self, digest: str) -> bool:
        """Claim what an earlier runner of our run had claimed, if it had; False while somebody just looks at it."""
        file = self._folder / digest
        if digest not in self._held:
            stream = hold(file) if file.exists() else None
            if stream is None:
                return not file.exists()
            with _closed_unless(stream, lambda: digest in self._held):
                if _claimant(stream) != self._root_id:
                    return True
                self._held[digest] = stream
        self._counts[digest] = self._counts.get(digest, 0) + 1
        return True

    def release(self, digest: str) -> None:
        """Let others go on, once every step that claimed it has ended."""
        self._counts[digest] = self._counts.get(digest, 0) - 1
        if self._counts[digest] <= 0:
            del self._counts[digest]
            if digest in self._held:
                with suppress(OSError):  # Windows keeps what is open
                    (self._folder / digest).unlink()
                self._held.pop(digest).close()

    def close(self) -> None:
        """Let go of all without letting others have it: another driver of our run takes it back."""
        for stream in self._held.values():
            stream.close()
        self._held.clear()
        self._counts.clear()

    def _is_spoken_for(self, digest: str, stream: IO[bytes]) -> bool:
        """Whether it is free only because a runner died whose run goes on: its next runner comes soon, or never."""
        other = _claimant(stream)
        if other in {"", self._root_id} or not self._is_open(other):
            return False
        now = self._clock()
        return now - self._free_since.setdefault(digest, now) < SUCCESSOR_S

    def _keep(self, digest: str, stream: IO[bytes]) -> None:
        stream.truncate(0)
        stream.write(self._root_id.encode())
        stream.flush()
        self._held[digest] = stream


@contextmanager
def _closed_unless(stream: IO[bytes], is_kept: Callable[[], bool]) -> Iterator[None]:
    """Let go of a lock that was not kept, also when the disk refuses what is to be written there."""
    try:
        yield
    finally:
        if not is_kept():
            stream.close()


def claimed_by(home: Path, digest: str) -> str:
    """The root run that computes a fingerprint just now; empty for none.

    Args:
        home: The home's folder.
        digest: The fingerprint's.
    """
    file = home / "claims" / digest
    try:
        stream = hold(file) if file.exists() else None
        if stream is None:
            return file.read_text(encoding="utf-8")
        stream.close()
    except OSError:
        return ""
    return ""


def _claimant(stream: IO[bytes]) -> str:
    """The root run that claimed it last."""
    stream.seek(0)
    return stream.read().decode(errors="replace")
