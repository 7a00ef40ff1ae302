"""`hyperstep logs RUN`: what a run's processes wrote."""

from __future__ import annotations

import sys

import click

from hyperstep.cli.log_stream import stream_logs
from hyperstep.cli.opening import find_target, opened_home


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("-f", "--follow", is_flag=True, help="Go on until the run has ended.")
@click.option("-n", "--lines", type=click.IntRange(min=0), help="Only the last lines of each log.")
def logs(*, run_id: str, follow: bool, lines: int | None) -> None:
    """Print the logs of RUN.

    Of a trial or script: what its process wrote. Of a pipeline: each step's log, one after the other. Of a sweep: its
    decisions; when it has failed, the last lines of a failed trial too.
    """
    with opened_home() as home:
        stream_logs(home, find_target(home, run_id), _write, follow=follow, lines=lines)


def _write(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
