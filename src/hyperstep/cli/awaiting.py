"""Showing runs until they have ended, with a runner for each as long as that takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from hyperstep.cli.display import Display, Feed
from hyperstep.cli.display_mode import DisplayMode
from hyperstep.cli.exit_codes import FAILED, INTERRUPTED, OK
from hyperstep.cli.following import make_display, open_feed, report, say
from hyperstep.cli.opening import opened_home
from hyperstep.cli.view import RootView
from hyperstep.errors import StoreError
from hyperstep.records.status import RunStatus
from hyperstep.runtime.submission import ensure_runner

_LOOK_S = 0.1
_CHECK_RUNNER_S = 5.0
_UNREADABLE_S = 30.0


class Wait:
    """A wait for the end of some root runs.

    Args:
        run_ids: The root runs.
        mode: How they are shown.
    """

    def __init__(self, run_ids: Sequence[str], mode: DisplayMode) -> None:
        self._run_ids = tuple(run_ids)
        self._display: Display = make_display(open_feed(root_ids=self._run_ids, status_only=mode.quiet), mode)
        self._next_check = time.monotonic() + _CHECK_RUNNER_S
        self._readable_at = time.monotonic()

    def until_end(self, interrupted: Callable[[], bool]) -> list[RootView]:
        """Show them until all have ended; returns how they stand.

        Args:
            interrupted: Called at Ctrl-C; says whether to go on waiting.

        Raises:
            StoreError: The records could not be read for too long.
        """
        while not self._is_over():
            try:
                self._look()
            except KeyboardInterrupt:
                if not interrupted():
                    break
        return self._display.finish()

    def _is_over(self) -> bool:
        views = self._display.feed.views
        return len(views) == len(self._run_ids) and all(view.status.is_terminal for view in views)

    def _look(self) -> None:
        self._display.tick()
        time.sleep(_LOOK_S)
        self._readable_at = _check_readable(self._display.feed, self._readable_at)
        if time.monotonic() > self._next_check:
            self._next_check = time.monotonic() + _CHECK_RUNNER_S
            for run_id in self._run_ids:
                _keep_driven(run_id)


def _check_readable(feed: Feed, readable_at: float) -> float:
    """When the records were last read; an error when that is too long ago."""
    if feed.fault is None:
        return time.monotonic()
    if time.monotonic() - readable_at > _UNREADABLE_S:
        raise feed.fault
    return readable_at


def _keep_driven(run_id: str) -> None:
    """Start a runner again when the last one was killed; one that cannot be started now may be the next time."""
    with suppress(StoreError), opened_home(writable=True) as home:  # unreadable records end the wait by themselves
        if ensure_runner(home, run_id):
            say("the runner is gone; another one goes on")


def watch(run_ids: Sequence[str], mode: DisplayMode) -> int:
    """Show runs until they have ended, then report; returns the exit code. Ctrl-C leaves them to go on."""
    interrupts = []

    def interrupted() -> bool:
        interrupts.append(True)
        return False

    views = Wait(run_ids, mode).until_end(interrupted)
    if not mode.quiet:
        report(views)
    return INTERRUPTED if interrupts else exit_code([view.status for view in views])


def exit_code(statuses: Sequence[RunStatus]) -> int:
    """That of a command which waited for runs that now have these statuses."""
    return OK if all(status is RunStatus.COMPLETED for status in statuses) else FAILED
