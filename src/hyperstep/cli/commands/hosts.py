"""`hyperstep hosts [stop]`: the trial hosts of this user, and the warm servers that trials are forked from."""

from __future__ import annotations

import time

import click

from hyperstep.cli.json_output import print_json
from hyperstep.cli.render_hosts import host_documents, host_lines, stopped_document, stopped_lines
from hyperstep.launchers import can_host


@click.command()
@click.argument("action", type=click.Choice(["list", "stop"]), default="list", metavar="[stop]")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
def hosts(*, action: str, as_json: bool) -> None:
    """List the trial hosts and their warm servers; with `stop`, end those that nobody needs now.

    A host starts and watches trials, and outlives runners. A warm server has imported a script's libraries and is
    forked for each trial. Both end by themselves when they have been idle for a while.

    `stop` reaches all of yours on this machine: of every home, checkout and shell (with this TMPDIR). It ends no trial
    and no run: a server whose trials run goes when they have ended, and a host that watches trials or runners stays.
    """
    if not can_host():
        click.echo("There are no trial hosts on this system.", err=True)
        return
    from hyperstep.launchers.hosts import hosts_here, stop_idle  # noqa: PLC0415 - needs Unix
    from hyperstep.launchers.inherited import conditions  # noqa: PLC0415

    if action == "stop":
        stopped = stop_idle()
        if as_json:
            print_json([stopped_document(host) for host in stopped])
        else:
            click.echo("\n".join(stopped_lines(stopped)))
        return
    found = hosts_here()
    if as_json:
        print_json(host_documents(found))
    elif found:
        click.echo("\n".join(host_lines(found, time.time(), conditions())))
    else:
        click.echo("No trial host runs; one is started with the next run.", err=True)
