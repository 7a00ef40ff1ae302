"""What is shown while submitted runs go on: lines redrawn on a terminal, plain lines elsewhere, or nothing."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING

from hyperstep.cli.escaping import escape
from hyperstep.cli.narration import Narrator
from hyperstep.cli.view import RootView

if TYPE_CHECKING:  # the store costs more to import than a script that submits nothing should pay
    from hyperstep.cli.watching import Watcher

_REFRESH_S = 1.0
"""Elapsed times and postponed lines move on this often, even when nothing was recorded."""
_STDERR = 2
_ROWS_LEFT = 3
"""Lines of the terminal that the display never takes."""


class Feed:
    """The submitted runs as last read. Whatever goes wrong in looking, it never ends the script.

    Args:
        open_watcher: Called at each look until it gives a watcher: none while there is no home.
    """

    def __init__(self, open_watcher: Callable[[], Watcher | None]) -> None:
        self._open_watcher = open_watcher
        self._watcher: Watcher | None = None
        self.fault: Exception | None = None
        """Why the last look or drawing failed, if it did."""

    @property
    def views(self) -> list[RootView]:
        """What was last read."""
        return self._watcher.views if self._watcher else []

    def look(self, *, at_once: bool = False) -> bool:
        """Read what has changed, if a look is due; returns whether anything had."""
        began = time.monotonic()
        try:
            if self._watcher is None:
                self._watcher = self._open_watcher()
            if self._watcher is None:
                return False
            if not (at_once or self._watcher.is_due(began) or self._watcher.sees_an_end()):
                self.fault = None
                return False
            changed = self._watcher.look()
        except Exception as error:  # noqa: BLE001 - see above
            self.fault = error
            return False
        self.fault = None
        self._watcher.rest(began, time.monotonic())
        return changed

    def close(self) -> None:
        """Let go of the store."""
        if self._watcher is not None:
            self._watcher.close()


class Display(ABC):
    """Shows the feed.

    Args:
        feed: The runs to show.
    """

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self._refresh_at = 0.0

    def pass_through(self, data: bytes) -> None:
        """Write what the script wrote to a terminal that it shares with us."""
        os.write(_STDERR, data)

    def tick(self) -> None:
        """Look for news and show them; to be called often."""
        changed = self.feed.look()
        now = time.monotonic()
        if changed or now >= self._refresh_at:
            self._refresh_at = now + _REFRESH_S
            self._refresh_safely()

    @abstractmethod
    def refresh(self) -> None:
        """Show what there is."""

    def redraw(self) -> None:
        """The terminal has changed, or was used by somebody else."""
        self.refresh()

    def withdraw(self) -> None:  # noqa: B027 - most displays leave nothing standing
        """Take everything away that would be in the way of others on the terminal."""

    def finish(self) -> list[RootView]:
        """Show the last news, for the last time; returns the runs as they stand."""
        self.feed.look(at_once=True)
        self._refresh_safely()
        self.withdraw()
        self.feed.close()
        return self.feed.views

    def _refresh_safely(self) -> None:
        try:
            self.refresh()
        except Exception as error:  # noqa: BLE001 - a drawing that fails never ends the script
            self.feed.fault = error


class SilentDisplay(Display):
    """Shows nothing."""

    def refresh(self) -> None:
        """Nothing to show."""


class PlainDisplay(Display):
    """One line per noteworthy event on standard error."""

    def __init__(self, feed: Feed) -> None:
        super().__init__(feed)
        self._narrator = Narrator()

    def refresh(self) -> None:
        """Write the new lines."""
        for view in self.feed.views:
            write_lines(self._narrator.tell(view, time.monotonic()))


class TerminalDisplay(Display):
    """A few lines below the script's output, redrawn in place.

    Args:
        feed: The runs to show.
        terminal: File descriptor of the terminal.
    """

    def __init__(self, feed: Feed, terminal: int) -> None:
        from hyperstep.cli.live_region import LiveRegion  # noqa: PLC0415 - on a terminal only

        super().__init__(feed)
        self._terminal = terminal
        self._region = LiveRegion(terminal, wait_for_line_end=sys.stdin is not None and sys.stdin.isatty())

    def pass_through(self, data: bytes) -> None:
        """Write the script's bytes with our lines out of the way."""
        self._region.pass_through(data)

    def refresh(self) -> None:
        """Draw the runs as they stand."""
        if not self.feed.views:
            return
        from hyperstep.cli import render_live  # noqa: PLC0415 - rich is imported when there is something to draw

        glyphs = render_live.UNICODE if _speaks_unicode() else render_live.ASCII
        size = os.get_terminal_size(self._terminal)
        lines = render_live.live_lines(self.feed.views, time.time(), glyphs)
        height = max(size.lines - _ROWS_LEFT, 0)
        self._region.show(render_live.to_terminal(lines, size.columns, height, _color_system(), glyphs))

    def redraw(self) -> None:
        """Draw anew on the terminal as it is now."""
        self._region.redraw()
        self.refresh()

    def withdraw(self) -> None:
        """Take our lines away."""
        self._region.close()


def write_lines(lines: list[str]) -> None:
    """Write lines of ours to standard error; somebody who has closed it does not want them."""
    if lines:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write("".join(f"hyperstep: {escape(line)}\n" for line in lines))
            sys.stderr.flush()


def _speaks_unicode() -> bool:
    return (sys.stderr.encoding or "").lower().replace("-", "") == "utf8"


def _color_system() -> str | None:
    from rich.console import Console  # noqa: PLC0415 - rich is imported when there is something to draw

    return Console(stderr=True).color_system
