"""`hyperstep show RUN`: how a run stands."""

from __future__ import annotations

import time

import click

from hyperstep.cli.documents import Document, root_document, run_document, step_document, trial_document
from hyperstep.cli.json_output import print_json
from hyperstep.cli.opening import Target, find_target, opened_home, output_path
from hyperstep.cli.reading import read_root
from hyperstep.cli.render_tables import root_text
from hyperstep.cli.view import OutputView, RootView
from hyperstep.digest import Json
from hyperstep.run_store.base import Owner
from hyperstep.runtime.home import Home
from hyperstep.runtime.liveness import live_owner


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def show(*, run_id: str, as_json: bool) -> None:
    """Show RUN: its status, its steps, its trials, its best."""
    with opened_home() as home:
        target = find_target(home, run_id)
        view = read_root(home.store, target.root_id)
        owner = live_owner(home, target.root_id)
        if as_json:
            print_json(_document(home, target, view, owner))
            return
    if target.run.id != target.root_id:
        click.echo(f"{target.run.kind.value} {target.run.id} ({target.run.status.value}) is part of:")
    click.echo("\n".join(root_text(view, _words(owner), time.time())))


def _document(home: Home, target: Target, view: RootView, owner: Owner | None) -> Document:
    """The root's document, or that of the part that was asked for; ``runner`` is the root's in each."""

    def locate(output: OutputView) -> str:
        return str(output_path(home, view.workspace, output))

    runner: Document | None = {"pid": owner.pid, "host": owner.host} if owner else None
    if target.run.id == target.root_id:
        return root_document(view, runner, locate)
    details: dict[str, Json] = {}
    for step in view.steps:
        if step.id == target.run.id:
            details = step_document(step, locate)
        elif step.sweep and step.sweep.id == target.run.id:
            details = step_document(step, locate)["sweep"]  # type: ignore[assignment]  # it has one
        elif step.sweep:
            details |= next((trial_document(t) for t in step.sweep.trials if t.id == target.run.id), {})
    return {**run_document(target.run), **details, "runner": runner}


def _words(owner: Owner | None) -> str:
    return f"pid {owner.pid} on {owner.host}" if owner else "none"
