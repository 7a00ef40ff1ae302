"""How the runs of one driver ended, as data that is the same when nothing that matters differs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hyperstep.cli.progress import recorded_decisions
from hyperstep.cli.reading import read_journal
from hyperstep.cli.view import RootView, SweepView, TrialView
from hyperstep.digest import Json, digest_file
from hyperstep.errors import HyperstepError
from hyperstep.file_tree import files_under
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.run_store.base import Journal
from hyperstep.runtime.home import Home
from hyperstep.settings import Settings
from hyperstep.sweep.decision_log import decision_log

_LOGS = ("azureml-logs/", "user_logs/", "logs/")
"""What processes print may name them; it is no result."""

OUTPUTS = "outputs"
"""The part of a run that has what its steps wrote; all other parts are runs."""

Tree = Mapping[str, Json]


def read_outcome(home_folder: Path) -> Tree:
    """All submitted runs of a home, by their order.

    A trial that a policy stopped has its point only: how far it got by then is a race. So is its being stopped, unless
    the sweep is deterministic; then all decisions, and the digest of them, are part of the outcome.

    Raises:
        StoreError: The records cannot be read.
    """
    home = Home.open(Settings(home=home_folder), read_only=True)
    try:
        roots = list(reversed(home.store.roots()))
        return {f"run {n + 1}": _read_root(home, home.store.journal(root.id)) for n, root in enumerate(roots)}
    finally:
        home.close()


def stopped_trials(outcome: Tree) -> set[str]:
    """Labels of trials that a policy stopped, in sweeps that are not deterministic."""
    return {
        f"{name}/{label}"
        for name, root in outcome.items()
        if isinstance(root, dict)
        for label, facts in root.items()
        if isinstance(facts, dict) and facts.get("stopped by a race")
    }


def _read_root(home: Home, journal: Journal) -> dict[str, Json]:
    view = read_journal(home.store, journal)
    sweeps = {sweep.id: sweep for sweep in view.sweeps}
    trials = {trial.id: (sweep, trial) for sweep in view.sweeps for trial in sweep.trials}
    tree: dict[str, Json] = {}
    for run in journal.runs():
        if run.kind is RunKind.TRIAL and run.id in trials:
            tree[f"trial {run.number} of {_place(journal, run)}"] = _trial(journal, run, *trials[run.id])
        else:
            sweep = sweeps.get(run.id)
            facts = _sweep(journal, sweep) if sweep else {}
            tree[f"{run.kind.value} {run.folder}".strip()] = {**_run(journal, run), **facts}
    return tree | {OUTPUTS: _outputs(home, view)}


def _run(journal: Journal, run: RunRecord) -> dict[str, Json]:
    """Of a sweep the status only: its table of bests follows the order in which values arrived."""
    if run.kind is RunKind.SWEEP:
        return {"status": run.status.value}
    metrics: list[Json] = [
        [record.name, record.kind.value, repr(record.value), record.step] for record in journal.metrics(run.id)
    ]
    artifacts: dict[str, Json] = {
        artifact.path: artifact.digest for artifact in journal.artifacts(run.id) if not artifact.path.startswith(_LOGS)
    }
    return {"status": run.status.value, "metrics": metrics, "files": artifacts}


def _trial(journal: Journal, run: RunRecord, sweep: SweepView, trial: TrialView) -> dict[str, Json]:
    point: dict[str, Json] = {"point": dict(trial.parameters)}
    if not trial.stopped_early:
        return {**point, **_run(journal, run)}
    return {**point, "status": run.status.value} if sweep.deterministic else {**point, "stopped by a race": True}


def _sweep(journal: Journal, sweep: SweepView) -> dict[str, Json]:
    facts: dict[str, Json] = {"trials": len(sweep.trials)}
    if sweep.deterministic:
        best = sweep.best
        facts["decisions"] = [dict(entry) for entry in decision_log(recorded_decisions(journal.decisions(sweep.id)))]
        facts |= {"decision log": sweep.decision_log, "best": None if best is None else [best.number, best.best]}
    return facts


def _outputs(home: Home, view: RootView) -> dict[str, Json]:
    """Contents of the steps' outputs; the metrics file names runs by their ids, so that only its being there counts."""
    found: dict[str, Json] = {}
    for step in view.steps:
        for output in step.outputs:
            try:
                place = home.datastore_folder(view.workspace, output.datastore) / output.path
            except HyperstepError as error:
                found[f"{step.name}/{output.name}"] = str(error)
                continue
            found[f"{step.name}/{output.name}"] = _content(place) if output.kind != "metrics" else place.exists()
    return found


def _content(place: Path) -> Json:
    if place.is_file():
        return digest_file(place)
    return {str(file.relative_to(place)): digest_file(file) for file in sorted(files_under(place))}


def _place(journal: Journal, trial: RunRecord) -> str:
    """Where a trial's sweep lies in the run: its id is new each time."""
    folder = journal.run(trial.parent_id).folder if trial.parent_id else ""
    return folder or "the sweep"
