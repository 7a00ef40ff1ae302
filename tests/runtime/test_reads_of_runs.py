"""What a script reads of other runs counts, and so do lists of them; its own runs do not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.runtime.bench import Bench
from tests.runtime.test_changing_inputs import told
from tests.runtime.test_pipeline_runs import submit
from tests.runtime.test_reads_by_name import once, reading

from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.azureml_v1.core.run import Run
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.pipeline.reuse import Reason
from hyperstep.runtime.submission import Label

CHANGES: dict[str, Callable[[Run], None]] = {
    "metrics": lambda run: run.log("acc", 2.0),
    "tags": lambda run: run.tag("stage", "prod"),
    "properties": lambda run: run.add_properties({"owner": "me"}),
}
LISTS = {
    "experiment": "from azureml.core import Experiment\nprint([r.id for r in Experiment(ws, 'other').get_runs()])\n",
    "run": "from azureml.core import Experiment\nprint([r.id for r in Run.list(Experiment(ws, 'other'))])\n",
    "first": "from azureml.core import Experiment\nprint(next(Experiment(ws, 'other').get_runs()).get_metrics())\n",
    "in vain": "from azureml.core import Experiment\n"
    "print([r.id for r in Experiment(ws, 'other').get_runs(tags='none')])\n",
}


def ended(experiment: str = "other") -> Run:
    """A run that a driver logged to."""
    run = Experiment(Workspace.get("local"), experiment).start_logging(snapshot_directory=None)
    run.log("acc", 1.0)
    run.complete()
    return run


@pytest.mark.parametrize("change", CHANGES)
def test_a_run_that_was_read_counts_with_all_that_is_recorded_of_it(bench: Bench, label: Label, change: str) -> None:
    other = ended()
    spec = reading(bench, f"other = Run.get(ws, {other.id!r})\nprint(other.get_metrics(), other.tags)\n")
    first = once(bench, spec, label)
    assert submit(bench, spec, label)[1]["read"].reused_from == first.id
    CHANGES[change](other)
    second, steps = submit(bench, spec, label)
    assert steps["read"].reused_from is None
    assert told(bench, second) == (Reason.READS_CHANGED, [f"read: run {other.id}"])


def test_a_run_of_a_pipeline_that_has_ended_stays_as_it_was_read(bench: Bench, label: Label) -> None:
    other = once(bench, reading(bench, "run.log('acc', 1.0)\n"), label)
    spec = reading(bench, f"print(Run.get(ws, {other.id!r}).get_metrics(), run.parent.get_status())\n")
    first = once(bench, spec, label)
    assert submit(bench, spec, label)[1]["read"].reused_from == first.id


@pytest.mark.parametrize("read", LISTS)
def test_a_list_of_runs_counts_by_the_runs_that_there_are(bench: Bench, label: Label, read: str) -> None:
    ended()
    spec = reading(bench, LISTS[read])
    first = once(bench, spec, label)
    ended("another")
    assert submit(bench, spec, label)[1]["read"].reused_from == first.id
    ended()
    second, steps = submit(bench, spec, label)
    assert steps["read"].reused_from is None
    assert told(bench, second) == (Reason.READS_CHANGED, ["read: runs of other"])


def test_a_list_of_its_own_experiment_has_one_run_more_each_time(bench: Bench, label: Label) -> None:
    spec = reading(bench, "print([r.id for r in run.experiment.get_runs()], run.parent.get_metrics())\n")
    once(bench, spec, label)
    second, steps = submit(bench, spec, label)
    assert steps["read"].reused_from is None
    assert told(bench, second) == (Reason.READS_CHANGED, ["read: runs of experiment"])


def test_a_run_that_was_looked_for_in_vain_is_noted(bench: Bench, label: Label) -> None:
    script = "try:\n    print(Run.get(ws, 'late'))\nexcept Exception as error:\n    print(error)\n"
    first = once(bench, reading(bench, script), label)
    assert submit(bench, reading(bench, script), label)[1]["read"].reused_from == first.id
    reads: Any = bench.home.store.remembered("local", "read", limit=1)[0].record["reads"]
    assert [(read["name"], read["found"]) for read in reads] == [("late", None)]
