"""A sweep that took over trials stands for what these had read, and is as old as the oldest of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.runtime.bench import Bench, sweep_config
from tests.runtime.test_changing_inputs import told
from tests.runtime.test_pipeline_runs import submit
from tests.runtime.test_reads_by_name import HEAD, READS, STORE, register_dataset, register_model
from tests.runtime.test_reads_of_runs import ended

from hyperstep.digest import Json
from hyperstep.pipeline.reuse import Reason
from hyperstep.pipeline.spec import PipelineSpec, StepSpec, TuningSpec
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime.submission import Label

ONE = "if sys.argv[sys.argv.index('--x') + 1] == '1':\n    "


def replace_file(bench: Bench) -> None:
    (bench.home.datastore_folder("local", STORE) / "ref" / "a.txt").write_text("changed")


READ_BY_TRIAL_1: dict[str, tuple[str, Callable[[Bench], object], str]] = {
    "model": ("print(Model(ws, 'best').version)", register_model, "read: model best"),
    "dataset": (
        READS.strip().replace("\n", "\n    "),
        lambda bench: register_dataset(bench, "reference", "ref", "id-2"),
        "read: dataset reference",
    ),
    "content": (READS.strip().replace("\n", "\n    "), replace_file, "read: dataset reference"),
    "place": (
        f"from azureml.core import Datastore\n    Datastore.get(ws, '{STORE}').download('dl', prefix='ref')",
        replace_file,
        f"read: files {STORE}/ref*",
    ),
    "run": (
        "print(list(Run.list(run.experiment.workspace.experiments['other']))[0].get_metrics())",
        lambda _bench: ended(),
        "read: runs of other",
    ),
}
WAYS: dict[str, Callable[[int], dict[str, Json]]] = {
    "concurrency": lambda n: sweep_config(total=2, concurrent=n),
    "growth": lambda n: sweep_config(total=1 + n, concurrent=1, space={"x": ["choice", [[0, 1, 2, 3]]]}),
    "history": lambda n: {
        **sweep_config(total=1 + n, concurrent=1, space={"x": ["choice", [[*range(1 + n)]]]}),
        "keep_history": {},
    },
    "deterministic": lambda n: {**sweep_config(total=2, concurrent=n), "deterministic": True},
}


def tuning(bench: Bench, script: str, config: dict[str, Json]) -> PipelineSpec:
    step = StepSpec("tune0000", "tune", bench.code(HEAD + script), tuning=TuningSpec(config), kind="HyperDriveStep")
    return PipelineSpec(steps=(step,))


def completed(bench: Bench, spec: PipelineSpec, label: Label) -> tuple[RunRecord, RunRecord]:
    """The run of the pipeline and that of its one step, kept as a source."""
    root, steps = submit(bench, spec, label)
    assert root.status is RunStatus.COMPLETED, root.error
    (tune,) = steps.values()
    source = tune.reused_from or tune.id
    bench.wait_until(lambda: source in {f.run_id for f in bench.home.store.remembered("local", "tune", limit=9)})
    return root, tune


def taken_over(bench: Bench, root: RunRecord) -> int:
    trials = bench.home.store.journal(root.id).runs(kind=RunKind.TRIAL)
    return sum(trial.reused_from is not None for trial in trials)


def prepared(bench: Bench) -> None:
    place = bench.home.datastore_folder("local", STORE) / "ref"
    place.mkdir(parents=True)
    (place / "a.txt").write_text("a")
    register_dataset(bench, "reference", "ref")
    register_model(bench)
    ended()


@pytest.mark.parametrize("read", READ_BY_TRIAL_1)
def test_what_a_trial_that_was_taken_over_had_read_counts_for_the_sweep(bench: Bench, label: Label, read: str) -> None:
    prepared(bench)
    script, change, part = READ_BY_TRIAL_1[read]
    specs = [tuning(bench, ONE + script + "\nrun.log('acc', 1.0)\n", WAYS["concurrency"](n)) for n in (1, 2)]
    completed(bench, specs[0], label)
    second, step = completed(bench, specs[1], label)
    assert taken_over(bench, second) == 2
    assert completed(bench, specs[1], label)[1].reused_from == step.id
    change(bench)
    third, again = completed(bench, specs[1], label)
    assert again.reused_from is None
    assert told(bench, third) == (Reason.READS_CHANGED, [part])
    assert taken_over(bench, third) == 1


@pytest.mark.parametrize("way", WAYS)
def test_it_counts_however_the_trial_came_to_be_taken_over(bench: Bench, label: Label, way: str) -> None:
    prepared(bench)
    script = ONE + "print(Model(ws, 'best').version)\nrun.log('acc', 1.0)\n"
    for n in (1, 2, 3):  # the third sweep takes over from the first, through the second
        completed(bench, tuning(bench, script, WAYS[way](n)), label)
    register_model(bench)
    root, step = completed(bench, tuning(bench, script, WAYS[way](3)), label)
    assert step.reused_from is None
    assert told(bench, root) == (Reason.READS_CHANGED, ["read: model best"])


def test_what_the_run_registered_that_computed_a_trial_does_not_count_against_the_sweep(
    bench: Bench, label: Label
) -> None:
    script = (
        f"{ONE}os.makedirs('outputs', exist_ok=True)\n    open('outputs/m.txt', 'w').write('m')\n"
        "    Model.register(ws, 'outputs/m.txt', 'own')\n    print(Model(ws, 'own').version)\nrun.log('acc', 1.0)\n"
    )
    completed(bench, tuning(bench, script, WAYS["concurrency"](1)), label)
    step = completed(bench, tuning(bench, script, WAYS["concurrency"](2)), label)[1]
    assert completed(bench, tuning(bench, script, WAYS["concurrency"](2)), label)[1].reused_from == step.id


def test_a_sweep_is_as_old_as_the_oldest_run_that_computed_one_of_its_trials(bench: Bench, label: Label) -> None:
    spec = [tuning(bench, "run.log('acc', 1.0)\n", WAYS["concurrency"](n)) for n in (1, 2)]
    first, _ = completed(bench, spec[0], label)
    completed(bench, spec[1], label)
    trials = bench.home.store.journal(first.id).runs(kind=RunKind.TRIAL)
    newest, oldest = (pick(float(trial.ended_at or 0.0) for trial in trials) for pick in (max, min))
    found = bench.home.store.remembered("local", "tune", limit=1)[0]
    assert found.record["ended_at"] == pytest.approx(oldest)
    assert newest < found.created_at
