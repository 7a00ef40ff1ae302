"""Any look at a run whose runner is gone starts the next one, unless the user does not want that."""

from __future__ import annotations

from hyperstep.cli.following import say
from hyperstep.cli.opening import opened_home
from hyperstep.cli.runner_state import RunnerState, runner_state
from hyperstep.errors import HyperstepError
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.runtime.guarding import given_up
from hyperstep.runtime.home import Home
from hyperstep.runtime.submission import ensure_runner

GOES_ON = "another one goes on"


def looked_at(home: Home, root: RunRecord, *, resume: bool) -> RunnerState:
    """Who drives a root run; when nobody does, a runner is started, and that is said on standard error.

    None is started for an interactive run, which has none, nor where the trial host has given up: that is for the user
    to look into.

    Args:
        home: The home, which may be open for reading only.
        root: The root run.
        resume: The user's wish; the settings have a say too.

    Raises:
        StoreError: Its journal cannot be read.
    """
    state = runner_state(home, root)
    if not state.gone or not resume or not may_take_over(home, root) or not take_over(root.id):
        return state
    say(f"{state.words.partition(';')[0]}; {GOES_ON}")
    return RunnerState(f"the last one is gone; {GOES_ON}")


def may_take_over(home: Home, root: RunRecord) -> bool:
    """Whether a mere look may start a runner for a run that has lost its own."""
    return home.settings.resume == "always" and root.kind is not RunKind.INTERACTIVE and not given_up(home, root.id)


def take_over(root_id: str) -> bool:
    """Start a runner; False when that was not needed, or when the home or the system refuses: who looks goes on."""
    try:
        with opened_home(writable=True) as home:
            return ensure_runner(home, root_id)
    except (HyperstepError, OSError):
        return False
