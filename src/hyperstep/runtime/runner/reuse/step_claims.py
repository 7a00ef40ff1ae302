"""Equal steps of runs that go on at the same time: one does the work, the others wait for it and take it over."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from pathlib import Path

from hyperstep.file_lock import locked


class StepClaims:
    """The fingerprints that this process is computing. The system lets go of them when it dies.

    Args:
        home: The home's folder.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / "claims"
        self._held: dict[str, ExitStack] = {}
        self._counts: dict[str, int] = {}

    def take(self, digest: str) -> bool:
        """Claim a fingerprint; False while another process computes it. May be repeated, also for another step."""
        if digest not in self._held:
            with ExitStack() as stack:
                self._folder.mkdir(parents=True, exist_ok=True)
                if not stack.enter_context(locked(self._folder / digest)):
                    return False
                self._held[digest] = stack.pop_all()
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
