"""`hyperstep doctor`: what hyperstep finds on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from msgspec.structs import replace

from hyperstep.cli.exit_codes import FAILED, OK
from hyperstep.cli.following import say
from hyperstep.cli.json_output import print_json
from hyperstep.cli.machine import Findings, examine
from hyperstep.cli.stored_files import damage_words, examine_with_progress
from hyperstep.cli.wording import how_many
from hyperstep.runtime.index_rebuilding import rebuild
from hyperstep.settings import locate_home


@click.command()
@click.option("--rebuild-index", "anew", is_flag=True, help="Set the index aside; make another from the runs.")
@click.option("--verify", is_flag=True, help="Read all stored files; set aside and name those that are damaged.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def doctor(*, anew: bool, verify: bool, as_json: bool) -> int:
    """Say what hyperstep finds on this machine, and warn of what will not go well. Exit code 1 with a problem."""
    if anew:
        for line in _rebuild():
            say(line)
    findings = examine()
    if verify and findings.home is not None:
        findings = _with_stored_files(findings, findings.home)
    if as_json:
        print_json(findings.document())
    else:
        click.echo("\n".join(findings.text()))
    return FAILED if findings.problems else OK


def _with_stored_files(findings: Findings, home: Path) -> Findings:
    stored = examine_with_progress(home)
    return replace(findings, stored=stored, problems=(*findings.problems, *map(damage_words, stored.damaged)))


def _rebuild() -> Iterator[str]:
    found = rebuild(locate_home()[0])
    if found.set_aside is not None:
        yield f"the old index was set aside as {found.set_aside}"
    names, fingerprints = how_many(found.n_names, "name"), how_many(found.n_fingerprints, "fingerprint")
    yield f"the new index has {how_many(found.n_runs, 'run')}, {names} and {fingerprints}"
    for folder in found.damaged:
        yield f"not in it: runs/{folder}, whose database cannot be read; it was left as it is"
    if found.torn_lines:
        yield f"{how_many(found.torn_lines, 'change')} of names could be read in part only, and left out"
