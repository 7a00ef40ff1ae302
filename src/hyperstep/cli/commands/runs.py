"""`hyperstep runs`: what was submitted."""

from __future__ import annotations

import time

import click

from hyperstep.cli.documents import Document, run_document
from hyperstep.cli.json_output import print_json
from hyperstep.cli.opening import opened_home
from hyperstep.cli.render_tables import runs_table
from hyperstep.cli.runner_state import RunnerState, runner_state
from hyperstep.errors import DiskFullError, HyperstepError, StoreBusyError, StoreDeniedError
from hyperstep.records.run import RunRecord
from hyperstep.run_store import unknown_runs
from hyperstep.run_store.conflicts import missing_from_index
from hyperstep.runtime.home import Home

_GONE, _DAMAGED, _PAUSED = "runner gone", "records damaged", "paused"
_CLOSED = "records not readable now"


@click.command()
@click.option("--experiment", help="Only those of this experiment.")
@click.option("--workspace", help="Only those of this workspace.")
@click.option("-n", "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="This many at most.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
def runs(*, experiment: str | None, workspace: str | None, limit: int, as_json: bool) -> None:
    """List submitted runs, newest first."""
    with opened_home() as home:
        found = home.store.roots(workspace=workspace, experiment=experiment, limit=limit)
        marks = {run.id: _mark(home, run) for run in found}
        unknown = [] if found else unknown_runs(home.path)
    if as_json:
        print_json([{**run_document(run), **_keys(marks[run.id])} for run in found])
    elif found:
        click.echo("\n".join(runs_table(found, time.time(), marks)))
    elif unknown:
        click.echo(f"{missing_from_index(unknown)} Type `hyperstep doctor --rebuild-index`.", err=True)
    elif chosen := [
        f"{kind} '{name}'" for kind, name in (("experiment", experiment), ("workspace", workspace)) if name
    ]:
        click.echo(f"No run was submitted in {', '.join(chosen)}. `hyperstep runs` lists all.", err=True)
    else:
        click.echo("Nothing has been submitted yet. Try: hyperstep run SCRIPT", err=True)


def _mark(home: Home, run: RunRecord) -> str:
    """What is wrong with a run, in two words; empty when nothing is."""
    try:
        home.store.journal(run.id).run(run.id)
        state = RunnerState("") if run.status.is_terminal else runner_state(home, run)
    except (StoreDeniedError, StoreBusyError, DiskFullError):
        return _CLOSED
    except HyperstepError:
        return _DAMAGED
    if state.gone:
        return _GONE
    return _PAUSED if state.paused else ""


def _keys(mark: str) -> Document:
    return {
        "runner_gone": mark == _GONE,
        "damaged": mark == _DAMAGED,
        "paused": mark == _PAUSED,
        "unreadable": mark == _CLOSED,
    }
