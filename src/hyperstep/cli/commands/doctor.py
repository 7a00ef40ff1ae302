"""`hyperstep doctor`: what hyperstep finds on this machine."""

from __future__ import annotations

import click

from hyperstep.cli.exit_codes import FAILED, OK
from hyperstep.cli.json_output import print_json
from hyperstep.cli.machine import examine


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def doctor(*, as_json: bool) -> int:
    """Say what hyperstep finds on this machine, and warn of what will not go well. Exit code 1 with a problem."""
    findings = examine()
    if as_json:
        print_json(findings.document())
    else:
        click.echo("\n".join(findings.text()))
    return FAILED if findings.problems else OK
