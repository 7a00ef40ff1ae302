"""`hyperstep why RUN [STEP]`: why each step was reused or ran."""

from __future__ import annotations

import click
from msgspec.structs import replace

from hyperstep.cli.json_output import print_json
from hyperstep.cli.opening import Target, find_target, opened_home, unique_prefix
from hyperstep.cli.printable import printable
from hyperstep.cli.render_reuse import verdict_lines
from hyperstep.errors import NotFoundError
from hyperstep.pipeline.plan import ALONE, StepVerdict, Verdict, recorded_decision, verdict_of
from hyperstep.records.names import SEED_FROM
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.runtime.home import Home
from hyperstep.runtime.outside_code import outside_code
from hyperstep.runtime.runner.reuse.trial_plan import told_trials

_NODE = "azureml.nodeid"


@click.command()
@click.argument("run_id", metavar="RUN")
@click.argument("step", required=False, metavar="[STEP]")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def why(*, run_id: str, step: str | None, as_json: bool) -> None:
    """Say of each step of RUN (or of STEP, by its name) whether it was reused, from where, or what differed."""
    with opened_home() as home:
        target = find_target(home, run_id)
        verdicts = _wanted(_verdicts(home, target.root_id), target, step)
        if as_json:
            print_json({"id": target.root_id, "steps": [verdict.to_json() for verdict in verdicts]})
            return
        lines = verdict_lines(printable(verdicts), lambda other: unique_prefix(home, other))
        click.echo("\n".join([f"run {target.root_id}", *lines]))


def _verdicts(home: Home, root_id: str) -> list[StepVerdict]:
    """What was decided of each step of a run, in step order."""
    journal = home.store.journal(root_id)
    try:
        root = journal.run(root_id)
        if root.kind is not RunKind.PIPELINE:
            sweep = (
                told_trials(journal, root.id, root.properties.get(SEED_FROM)) if root.kind is RunKind.SWEEP else None
            )
            verdict = StepVerdict(root.name, "", Verdict.MISS, ALONE, run_id=root.id, sweep=sweep)
            return [replace(verdict, outside_code=_outside_code(home, root))]
        steps = sorted(journal.runs(parent_id=root_id, kind=RunKind.STEP), key=lambda run: run.number)
        decided = {d.subject: d.evidence for d in journal.decisions(root_id) if d.kind == "reuse"}
        sweeps = {
            run.parent_id: told_trials(journal, run.id, run.properties.get(SEED_FROM))
            for run in journal.runs(kind=RunKind.SWEEP)
        }
    finally:
        journal.close()
    return [
        replace(
            verdict_of(run.name, run.properties.get(_NODE, ""), recorded_decision(decided[run.id]), run.id),
            sweep=sweeps.get(run.id),
            outside_code=_outside_code(home, run),
        )
        if run.id in decided
        else _undecided(run)
        for run in steps
    ]


def _outside_code(home: Home, run: RunRecord) -> tuple[str, ...]:
    return outside_code(home.path, run.properties.get("ContentSnapshotId", ""))


def _undecided(run: RunRecord) -> StepVerdict:
    reason = run.reason or (run.error.message if run.error else run.status.value)
    return StepVerdict(run.name, run.properties.get(_NODE, ""), Verdict.NOT_REACHED, reason, run_id=run.id)


def _wanted(verdicts: list[StepVerdict], target: Target, step: str | None) -> list[StepVerdict]:
    """The steps that the user means."""
    names = {step} if step else set()
    ids = {target.run.id, target.run.parent_id} if target.run.id != target.root_id else set()
    found = [v for v in verdicts if (not names or v.name in names) and (not ids or v.run_id in ids)]
    if not found:
        known = ", ".join(f"'{verdict.name}'" for verdict in verdicts)
        rule = "The run must have a step of that name."
        raise NotFoundError(rule, received=step or target.run.id, remedy=f"Its steps: {known}.")
    return found
