"""Showing a submission while it goes on, and reporting when it has ended."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from hyperstep.cli.display import Display, Feed, PlainDisplay, SilentDisplay, TerminalDisplay, write_lines
from hyperstep.cli.display_mode import DisplayMode
from hyperstep.cli.pseudoterminal import can_draw
from hyperstep.cli.view import OutputView, RootView
from hyperstep.errors import HyperstepError

if TYPE_CHECKING:
    from hyperstep.cli.watching import Watcher

_STDERR = 2


def make_display(feed: Feed, mode: DisplayMode) -> Display:
    """The display that suits standard error and the user's wish."""
    if mode.quiet:
        return SilentDisplay(feed)
    return PlainDisplay(feed) if mode.plain or not can_draw() else TerminalDisplay(feed, _STDERR)


def open_feed(submission: str = "", root_ids: tuple[str, ...] = (), *, status_only: bool = False) -> Feed:
    """A feed of what a submission holds, or of given root runs; the home is opened at the first look.

    Args:
        submission: The word that the runs carry.
        root_ids: Runs to follow besides.
        status_only: Nobody is shown the steps, and they are not read.
    """

    def open_watcher() -> Watcher | None:
        from hyperstep.cli.reading import read_journal, read_status  # noqa: PLC0415 - imported while the script starts up
        from hyperstep.cli.watching import Watcher  # noqa: PLC0415 - imported while the script starts up
        from hyperstep.runtime.home import Home  # noqa: PLC0415 - imported while the script starts up
        from hyperstep.runtime.liveness import pause_of  # noqa: PLC0415 - imported while the script starts up
        from hyperstep.settings import load_settings  # noqa: PLC0415 - imported while the script starts up

        settings = load_settings()
        if not settings.home.exists():  # a script that submits nothing leaves nothing behind
            return None
        home = Home.open(settings, read_only=True)
        read = read_status if status_only else read_journal
        return Watcher(home.store, submission, root_ids, lambda root_id: pause_of(home, root_id), read)

    return Feed(open_watcher)


def report(views: list[RootView], *, canceled: bool = False) -> None:
    """Say how each run ended, on standard error.

    Args:
        views: The runs as they stand.
        canceled: Their end was asked for, and not waited for to the last.
    """
    if not views:
        return
    try:
        _report(views, canceled=canceled)
    except Exception as error:  # noqa: BLE001 - the script's exit code stands, whatever goes wrong in talking about it
        say(f"how the run stands cannot be said: {fault_words(error)}")


def _report(views: list[RootView], *, canceled: bool) -> None:
    from hyperstep.cli.opening import opened_home, output_words, unique_prefix  # noqa: PLC0415 - when there is a run
    from hyperstep.cli.render_report import report_lines  # noqa: PLC0415 - when there is a run

    with opened_home() as home:
        for view in views:

            def locate(output: OutputView, workspace: str = view.workspace) -> str:
                return output_words(home, workspace, output)

            write_lines(report_lines(view, locate, lambda run_id: unique_prefix(home, run_id), canceled=canceled))


def fault_words(error: Exception) -> str:
    """An error in one line; ours speak for themselves."""
    return str(error) if isinstance(error, HyperstepError) else f"{type(error).__name__}: {error}"


def say(message: str) -> None:
    """One line of ours on standard error."""
    if sys.stdout is not None:  # closed by who started us
        sys.stdout.flush()
    write_lines([message])
