"""`hyperstep schedule`: submit what schedules say, while this command is up."""

from __future__ import annotations

import time
from datetime import datetime

import click

from hyperstep.cli.exit_codes import OK
from hyperstep.cli.opening import opened_home
from hyperstep.runtime.home import Home
from hyperstep.runtime.schedules import Fired, ScheduleRecord, look, next_due, scheduled_workspaces, schedules

_LOOK_S = 5.0


@click.command()
@click.option("--once", is_flag=True, help="Submit what is due now, and end: for cron and timers.")
@click.option("--every", "look_s", type=float, default=_LOOK_S, metavar="SECONDS", help="Time between two looks.")
def schedule(*, once: bool, look_s: float) -> int:
    """Submit the pipelines of all active schedules when they are due. Runs until Ctrl-C.

    A due time that passed while nothing was looking is made up for once: the latest one, however many there were.
    """
    with opened_home(writable=True) as home:
        _announce(home, "" if once else " Ctrl-C ends.")
        while True:
            for fired in look(home, time.time()):
                click.echo(_line(fired))
            if once:
                return OK
            time.sleep(look_s)


def _announce(home: Home, ending: str) -> None:
    """Say which schedules there are, and when each is due next."""
    now = time.time()
    found = [record for name in scheduled_workspaces(home) for record in schedules.all(home, name) if record.active]
    click.echo(f"{len(found)} active schedule{'' if len(found) == 1 else 's'}.{ending}", err=True)
    for record in found:
        click.echo(f"  {record.name} [{record.id}]: {_when(record, now)}", err=True)


def _when(record: ScheduleRecord, now: float) -> str:
    if record.watch is not None:
        place = f"{record.watch.datastore}/{record.watch.path}"
        return f"looks at {place} every {record.watch.interval_min} min"
    due_at = next_due(record, now)
    return f"next at {_clock(due_at)}" if due_at is not None else "has no further time"


def _line(fired: Fired) -> str:
    name = f"{_clock(fired.due_at)} {fired.schedule.name}"
    if fired.error:
        return f"{name}: nothing was submitted: {fired.error}"
    missed = f"; {fired.missed} earlier due times have passed and are not made up for" if fired.missed else ""
    return f"{name}: submitted {fired.run_id}{missed}"


def _clock(moment: float) -> str:
    """A time of this machine's zone."""
    return datetime.fromtimestamp(moment).astimezone().strftime("%Y-%m-%d %H:%M:%S")
