"""`hyperstep resume RUN`: a runner for a run whose runner is gone."""

from __future__ import annotations

import time
from functools import partial

import click

from hyperstep.cli import wording
from hyperstep.cli.awaiting import exit_code, watch
from hyperstep.cli.display_mode import DisplayMode
from hyperstep.cli.display_options import display_options
from hyperstep.cli.exit_codes import OK
from hyperstep.cli.following import say
from hyperstep.cli.opening import find_target, opened_home, unique_prefix
from hyperstep.cli.runner_state import runner_state
from hyperstep.errors import StoreError
from hyperstep.records.run import RunRecord
from hyperstep.runtime.home import Home
from hyperstep.runtime.liveness import standstill
from hyperstep.runtime.submission import ensure_runner


@click.command()
@click.argument("run_id", metavar="[RUN]", default="")
@click.option("--all", "every", is_flag=True, help="All runs whose runner is gone.")
@click.option("--force", is_flag=True, help="Take RUN from a runner that lives, but is stopped or stuck.")
@click.option("--detach", is_flag=True, help="Return at once; the runs go on by themselves.")
@display_options
def resume(*, run_id: str, every: bool, force: bool, detach: bool, mode: DisplayMode) -> int:
    """Take over RUN, whose runner is gone, and show it until it has ended.

    What its trials have finished stays; trials that still run are taken over, those that are gone are tried again.
    Ctrl-C leaves the run to go on by itself. With --force a runner that is stopped or stuck can do no more, should it
    wake up.
    """
    if every == bool(run_id) or (every and force):
        rule = "give either a RUN or --all" if every == bool(run_id) else "--force needs a RUN"
        raise click.UsageError(rule)
    with opened_home(writable=True) as home:
        roots = _orphans(home) if every else [_root(home, run_id)]
        found = [_take(home, root, force=force, quiet=mode.quiet) for root in roots]
    if every and not roots and not mode.quiet:
        say("no run has lost its runner")
    taken = [root.id for root in found if not root.status.is_terminal]
    if not taken:
        return exit_code([root.status for root in found])
    return OK if detach else watch(taken, mode)


def _root(home: Home, text: str) -> RunRecord:
    return find_target(home, find_target(home, text).root_id).run


def _orphans(home: Home) -> list[RunRecord]:
    """The runs that nobody drives although they have not ended, oldest first."""
    found = [root for root in home.store.roots() if not root.status.is_terminal]
    return [root for root in map(partial(_current, home), reversed(found)) if root is not None]


def _current(home: Home, root: RunRecord) -> RunRecord | None:
    """A run as its own records have it; None when somebody drives it. One that is damaged is told, the others go on."""
    try:
        current = find_target(home, root.id).run
        return current if runner_state(home, current).gone else None
    except StoreError as error:
        say(str(error))
        return None


def _take(home: Home, root: RunRecord, *, force: bool, quiet: bool) -> RunRecord:
    """Give a run a runner if it needs one; returns how it stands then."""
    name = unique_prefix(home, root.id)
    started = ensure_runner(home, root.id, force=force)
    now = find_target(home, root.id).run
    if root.status.is_terminal:
        words = wording.ended_already(name, now.status)
    elif now.status.is_terminal:
        words = f"{name} has ended: {wording.status_word(now.status)}"
    else:
        words = f"{name} goes on with a new runner" if started else f"{name} has a runner already"
        state = runner_state(home, now)
        if not started and state.owner is not None and (why := standstill(state.owner, time.time())):
            words += f", but {why}; --force takes the run over"
    if not quiet:
        say(words)
    return now
