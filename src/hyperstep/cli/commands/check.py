"""`hyperstep check PATH`: which azureml names code uses, and what becomes of each."""

from __future__ import annotations

from pathlib import Path

import click

from hyperstep.cli.exit_codes import FAILED, OK
from hyperstep.cli.json_output import print_json
from hyperstep.cli.render_check import check_document, check_text


@click.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--all", "show_all", is_flag=True, help="List the names that work too, with their places.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def check(*, path: Path, show_all: bool, as_json: bool) -> int:
    """Say which azureml names the code at PATH uses, and which of them work. Nothing is run.

    PATH is a script, a notebook, or a folder of them. Exit code 1 when a name is not supported or a file is unreadable.
    """
    from hyperstep.compatibility.checking import check as examine  # noqa: PLC0415 - loads the v1 API

    result = examine(path)
    if as_json:
        print_json(check_document(result))
    else:
        click.echo("\n".join(check_text(result, show_all=show_all)))
    return OK if result.works else FAILED
