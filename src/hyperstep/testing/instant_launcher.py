"""A launcher whose attempts do what they do and end within the call that starts them; nothing is left behind."""

from __future__ import annotations

from collections.abc import Callable

from hyperstep.launchers.base import Launcher
from hyperstep.launchers.launch import Launch, SettledLaunch
from hyperstep.records.attempt import Attempt, AttemptEnd, AttemptKey, Launched


class InstantLauncher(Launcher):
    """Writes no claim and no exit file: for measuring what a runner itself does, not for what survives it.

    Args:
        notify: As in the base.
        play: Does what the attempt's process would do; returns its exit code.
    """

    def __init__(self, notify: Callable[[], None], play: Callable[[Attempt], int]) -> None:
        super().__init__(notify)
        self._play = play
        self._ends: list[AttemptEnd] = []

    def begin_launch(self, attempt: Attempt) -> Launch:
        """As in the base; the end is there at once."""
        return SettledLaunch.of(lambda: self._launch(attempt))

    def _launch(self, attempt: Attempt) -> Launched:
        self._ends.append(AttemptEnd(attempt.key, self._play(attempt), ended_at=0.0))
        self._notify()
        return Launched()

    def adopt(self, attempt: Attempt) -> None:
        """Nothing is there to be adopted."""

    def stop(self, key: AttemptKey, grace_s: float) -> None:
        """All have ended."""

    def poll(self) -> list[AttemptEnd]:
        """As in the base."""
        ends, self._ends = self._ends, []
        return ends

    def pids(self) -> dict[AttemptKey, int]:
        """None lives."""
        return {}

    def keep_guarded(self) -> None:
        """Nobody guards this process."""

    def close(self) -> None:
        """Nothing is watched."""
