"""`hyperstep logs RUN`: what a run's processes wrote."""

from __future__ import annotations

import sys

import click
from msgspec.structs import asdict

from hyperstep.cli.following import say
from hyperstep.cli.json_output import print_json
from hyperstep.cli.log_stream import Reading, read_logs, stream_logs
from hyperstep.cli.opening import find_target, opened_home


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("-f", "--follow", is_flag=True, help="Go on until the run has ended.")
@click.option("-n", "--lines", type=click.IntRange(min=0), help="Only the last lines of each log.")
@click.option("--attempt", type=click.IntRange(min=0), help="Of a trial or script: that attempt, from 0.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@click.option("--no-resume", is_flag=True, help="With -f: start no runner when the run has lost its own.")
def logs(*, run_id: str, follow: bool, lines: int | None, attempt: int | None, as_json: bool, no_resume: bool) -> None:
    """Print the logs of RUN.

    Of a trial or script: what its process wrote. Of a pipeline: each step's log, one after the other. Of a sweep: its
    decisions; when it has failed, the last lines of a failed trial too.
    """
    if follow and as_json:
        rule = "--json prints the logs as they stand; leave out -f"
        raise click.UsageError(rule)
    with opened_home() as home:
        target = find_target(home, run_id)
        if as_json:
            logs_found = read_logs(home, target, lines, attempt)
            print_json({"id": target.run.id, "logs": [asdict(log) for log in logs_found]})
        else:
            reading = Reading(follow=follow, lines=lines, attempt=attempt, resume=not no_resume)
            stream_logs(home, target, _write, say, reading)


def _write(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
