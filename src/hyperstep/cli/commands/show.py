"""`hyperstep show RUN`: how a run stands."""

from __future__ import annotations

import time

import click

from hyperstep.cli import wording
from hyperstep.cli.documents import Document, root_document, run_document, step_document, trial_document
from hyperstep.cli.json_output import print_json
from hyperstep.cli.live_processes import live_processes
from hyperstep.cli.opening import Target, find_target, opened_home, output_path, output_words
from hyperstep.cli.printable import printable
from hyperstep.cli.process_details import ProcessDetails, process_details
from hyperstep.cli.reading import read_root
from hyperstep.cli.render_parts import part_text, process_text, trial_text
from hyperstep.cli.render_tables import root_text
from hyperstep.cli.runner_state import RunnerState
from hyperstep.cli.taking_over import looked_at
from hyperstep.cli.view import OutputView, RootView, StepView, SweepView, TrialView
from hyperstep.digest import Json
from hyperstep.records.run import RunKind
from hyperstep.runtime.home import Home
from hyperstep.runtime.outside_code import outside_code


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@click.option("--all", "every", is_flag=True, help="List every trial of a sweep that has hundreds.")
@click.option("--no-resume", is_flag=True, help="Start no runner when the run has lost its own.")
def show(*, run_id: str, as_json: bool, every: bool, no_resume: bool) -> None:
    """Show RUN: its status, its steps, its trials, its best. Of a step or trial: that step or trial."""
    with opened_home() as home:
        target = find_target(home, run_id)
        root = find_target(home, target.root_id).run
        runner = looked_at(home, root, resume=not no_resume)
        summary = None if every or as_json else target.run.id
        view = read_root(home.store, target.root_id, summary_for=summary)
        processes = live_processes(home, view)
        view = processes.in_view(view)
        if as_json:
            print_json(_document(home, target, view, {**runner.document(), **processes.document()}))
        else:
            click.echo("\n".join([*_text(home, target, printable(view), runner), *processes.lines()]))


def _text(home: Home, target: Target, view: RootView, runner: RunnerState) -> list[str]:
    def locate(output: OutputView) -> str:
        return output_words(home, view.workspace, output)

    now = time.time()
    trial = _trial(view, target.run.id)
    if trial:
        return trial_text(*trial, printable(process_details(home, target.run)), runner.words, now)
    step = _step(view, target.run.id)
    if target.run.id == target.root_id or step is None:
        lines = root_text(view, runner.words, now, locate)
    else:
        lines = part_text(view, step, runner.words, now, locate)
    return [*lines, *_process_lines(home, target), *_outside_lines(home, target)]


def _process_lines(home: Home, target: Target) -> list[str]:
    """What there is of a script, or of a step that is one."""
    details = process_details(home, target.run) if target.run.kind in {RunKind.STEP, RunKind.SCRIPT} else None
    return list(process_text(printable(details))) if details and details.attempts else []


def _outside_lines(home: Home, target: Target) -> list[str]:
    """What of the user's own code no fingerprint sees."""
    places = outside_code(home.path, target.run.properties.get("ContentSnapshotId", ""))
    return ["", wording.outside_code_words(places)] if places else []


def _trial(view: RootView, run_id: str) -> tuple[SweepView, TrialView] | None:
    found = ((sweep, trial) for sweep in view.sweeps for trial in sweep.trials if trial.id == run_id)
    return next(found, None)


def _step(view: RootView, run_id: str) -> StepView | None:
    """The step of that id, or whose sweep has it."""
    return next((s for s in view.steps if s.id == run_id or (s.sweep and s.sweep.id == run_id)), None)


def _document(home: Home, target: Target, view: RootView, runner: Document) -> Document:
    """The root's document, or that of the part that was asked for; ``runner`` is the root's in each."""

    def locate(output: OutputView) -> str:
        return str(output_path(home, view.workspace, output))

    if target.run.id == target.root_id:
        return root_document(view, runner, locate)
    details: dict[str, Json] = {}
    trial, step = _trial(view, target.run.id), _step(view, target.run.id)
    if trial:
        details = trial_document(trial[1])
    elif step:
        document = step_document(step, locate)
        details = document if step.id == target.run.id else document["sweep"]  # type: ignore[assignment]  # it has one
    return {**run_document(target.run), **details, **_process(home, target), **runner}


def _process(home: Home, target: Target) -> Document:
    found: ProcessDetails | None = None
    if target.run.kind in {RunKind.TRIAL, RunKind.STEP}:
        found = process_details(home, target.run)
    return found.document() if found else {}
