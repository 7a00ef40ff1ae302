"""`hyperstep cancel RUN`: ask for a run's end."""

from __future__ import annotations

import time

import click

from hyperstep.cli import wording
from hyperstep.cli.exit_codes import OK
from hyperstep.cli.opening import find_target, opened_home
from hyperstep.errors import ConflictError
from hyperstep.runtime.submission import request_cancel

_LOOK_S = 0.1


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--reason", default="canceled by hyperstep cancel", help="Recorded with the run.")
@click.option("--wait", "wait_s", type=float, default=0.0, metavar="SECONDS", help="Wait this long for the end.")
def cancel(*, run_id: str, reason: str, wait_s: float) -> int:
    """End RUN: a pipeline, a step, a sweep or one trial. Its processes are ended, what they wrote stays."""
    with opened_home(writable=True) as home:  # a run whose runner is gone is taken over, one that has ended set right
        target = find_target(home, run_id)
        if target.run.status.is_terminal:
            click.echo(wording.ended_already(target.run.id, target.run.status))
            return OK
        request_cancel(home, target.run.id, reason)
        deadline = time.monotonic() + wait_s
        status = target.run.status
        while wait_s and not status.is_terminal:
            if time.monotonic() > deadline:
                rule = f"The run ends within {wait_s:g} seconds of being asked."
                raise ConflictError(rule, received=status.value, remedy="It was asked to; look again later.")
            time.sleep(_LOOK_S)
            status = find_target(home, target.run.id).run.status
    click.echo(
        f"{target.run.id} has ended: {wording.status_word(status)}" if wait_s else f"{target.run.id} was asked to end"
    )
    return OK
