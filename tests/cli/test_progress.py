"""From records to what a person sees."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.cli.fabricated import PIPELINE, REGISTER, START, SWEEP, TUNE, make_metrics, make_run, make_sweep, make_trial

from hyperstep.cli.progress import RootRecords, SweepRecords, view_root, view_sweep
from hyperstep.digest import Json
from hyperstep.records.event import DecisionRecord
from hyperstep.records.goal import Goal
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus


def records_of(*runs: RunRecord, **fields: object) -> RootRecords:
    root = make_run(PIPELINE, RunKind.PIPELINE)
    return replace(RootRecords(root=root, runs=[root, *runs]), **fields)


def test_the_best_trial_is_the_earliest_of_those_with_the_best_value() -> None:
    trials = [make_trial(n, RunStatus.RUNNING) for n in range(3)]
    metrics = {t.id: make_metrics(t, *values) for t, values in zip(trials, [(0.5,), (0.9, 0.1), (0.9,)], strict=True)}
    sweep = view_sweep(make_sweep(), trials, SweepRecords(metrics))
    assert sweep.best is not None
    assert (sweep.best.number, sweep.best.best, sweep.best.last, sweep.best.reports) == (1, 0.9, 0.1, 2)


def test_when_minimizing_the_least_value_is_best() -> None:
    trials = [make_trial(n, RunStatus.COMPLETED) for n in range(2)]
    config = {**make_sweep().properties, "primary_metric_config": '{"name": "loss", "goal": "MINIMIZE"}'}
    metrics = {t.id: make_metrics(t, value) for t, value in zip(trials, (3.0, 2.0), strict=True)}
    sweep = view_sweep(make_sweep(properties=config), trials, SweepRecords(metrics))
    assert sweep.goal is Goal.MINIMIZE
    assert sweep.best is not None
    assert sweep.best.number == 1


def test_nan_infinity_and_text_are_never_best_and_never_last() -> None:
    trial = make_trial(0, RunStatus.COMPLETED)
    records = make_metrics(trial, float("inf"), 0.3, float("nan"))
    text = replace(records[0], value="0.99")
    sweep = view_sweep(make_sweep(), [trial], SweepRecords({trial.id: [*records, text]}))
    assert sweep.best is not None
    assert (sweep.best.best, sweep.best.last) == (0.3, 0.3)


def test_an_ended_sweep_shows_the_best_that_the_runner_named() -> None:
    trials = [make_trial(n, RunStatus.COMPLETED) for n in range(2)]
    metrics = {t.id: make_metrics(t, 0.9) for t in trials}
    properties = {**make_sweep().properties, "best_child_run_id": trials[1].id}
    sweep = view_sweep(make_sweep(status=RunStatus.COMPLETED, properties=properties), trials, SweepRecords(metrics))
    assert sweep.best is not None
    assert sweep.best.number == 1


def test_a_finite_space_bounds_the_number_of_trials() -> None:
    properties = {**make_sweep().properties, "max_total_runs": "20", "space_size": "6"}
    assert view_sweep(make_sweep(properties=properties), [], SweepRecords()).total == 6


def test_a_sweep_that_the_runner_has_not_described_yet_has_no_metric_and_no_total() -> None:
    sweep = view_sweep(make_sweep(properties={}), [], SweepRecords())
    assert (sweep.metric, sweep.total, sweep.best, sweep.requested_concurrency) == ("", None, None, None)


def test_steps_come_in_their_order_each_with_its_sweep() -> None:
    register = make_run(REGISTER, RunKind.STEP, name="register", parent_id=PIPELINE, number=1)
    tune = make_run(TUNE, RunKind.STEP, name="tune", parent_id=PIPELINE, number=0)
    view = view_root(records_of(register, tune, make_sweep(), make_trial(0, RunStatus.QUEUED)))
    assert [step.name for step in view.steps] == ["tune", "register"]
    assert [sweep.id for sweep in view.sweeps] == [SWEEP]
    assert view.steps[1].sweep is None


def test_a_sweep_submitted_by_itself_is_its_own_only_step() -> None:
    sweep = make_sweep(parent_id=None, root_id=SWEEP)
    view = view_root(RootRecords(root=sweep, runs=[sweep, make_trial(0, RunStatus.RUNNING)]))
    assert [step.id for step in view.steps] == [SWEEP]
    assert view.sweeps[0].running == 1


def test_a_steps_miss_names_what_differs() -> None:
    step = make_run(TUNE, RunKind.STEP, name="tune", parent_id=PIPELINE)
    parts: list[Json] = [{"part": f"code: {n}.py", "old": None, "new": None} for n in "abcde"]
    evidence: dict[str, Json] = {
        "reason": "differs from the nearest earlier run",
        "source_run": "x",
        "differences": parts,
    }
    decision = DecisionRecord(PIPELINE, 0, 0, "reuse", TUNE, evidence, START)
    view = view_root(records_of(step, decisions=[decision]))
    words = "differs from the nearest earlier run: code: a.py, code: b.py, code: c.py and 2 more"
    assert view.steps[0].computed_because == words


def test_a_sweep_submitted_by_itself_that_equals_an_earlier_one_is_not_called_different() -> None:
    sweep = make_sweep(parent_id=None, root_id=SWEEP)
    decision = DecisionRecord(SWEEP, 0, 0, "reuse", SWEEP, {"reason": "equal to an earlier run"}, START)
    view = view_root(RootRecords(root=sweep, runs=[sweep], decisions=[decision]))
    assert view.steps[0].computed_because == ""


def test_a_reused_step_says_how_long_its_source_took() -> None:
    step = make_run(TUNE, RunKind.STEP, name="tune", parent_id=PIPELINE, reused_from="x")
    evidence: dict[str, Json] = {"reason": "equal to an earlier run", "source_run": "x", "saved_s": 12.5}
    decision = DecisionRecord(PIPELINE, 0, 0, "reuse", TUNE, evidence, START)
    assert view_root(records_of(step, decisions=[decision])).steps[0].saved_s == 12.5


@given(st.lists(st.sampled_from(list(RunStatus)), max_size=30))
def test_each_trial_is_counted_at_most_once(statuses: list[RunStatus]) -> None:
    trials = [make_trial(n, status) for n, status in enumerate(statuses)]
    sweep = view_sweep(make_sweep(), trials, SweepRecords())
    assert sweep.ended == sum(status.is_terminal for status in statuses)
    assert sweep.ended + sweep.running <= len(trials)
    assert sweep.total is not None
    assert sweep.total >= len(trials)


def test_a_trial_that_failed_is_never_the_best_even_when_it_was_named() -> None:
    trials = [make_trial(0, RunStatus.FAILED), make_trial(1, RunStatus.CANCELED), make_trial(2, RunStatus.COMPLETED)]
    metrics = {t.id: make_metrics(t, value) for t, value in zip(trials, (0.9, 0.8, 0.7), strict=True)}
    named = {**make_sweep().properties, "best_child_run_id": trials[0].id}
    for sweep in (make_sweep(), make_sweep(status=RunStatus.COMPLETED, properties=named)):
        view = view_sweep(sweep, trials, SweepRecords(metrics))
        assert view.best is not None
        assert view.best.number == 1


def test_only_what_a_policy_ended_is_stopped_early() -> None:
    kept = make_trial(0, RunStatus.CANCELED).properties
    trials = [make_trial(n, RunStatus.CANCELED) for n in range(1, 4)]
    trials.append(make_trial(4, RunStatus.CANCELED, properties={**kept, "stopped_early": "true"}))
    bandit = DecisionRecord(SWEEP, 0, 0, "stop", trials[0].id, {"policy": "Bandit"}, START)
    person = DecisionRecord(SWEEP, 1, 0, "stop", trials[1].id, {"cause": "cancel", "reason": "x"}, START)
    sweep = view_sweep(make_sweep(), trials, SweepRecords(decisions=[bandit, person]))
    assert [trial.number for trial in sweep.trials if trial.stopped_early] == [1, 4]
    assert (sweep.stopped, sweep.canceled, sweep.ended) == (2, 2, 4)


def test_a_sampler_without_a_seed_has_none() -> None:
    assert view_sweep(make_sweep(properties={}), [], SweepRecords()).seed is None
    assert view_sweep(make_sweep(), [], SweepRecords()).seed == 17


def test_a_trial_that_was_started_again_says_how_often_and_why() -> None:
    trials = [make_trial(n, RunStatus.RUNNING) for n in range(2)]
    evidence: list[dict[str, Json]] = [
        {"attempt": 1, "lost_attempts": 1, "cause": "signal 9"},
        {"attempt": 2, "failed_attempts": 1, "error": "x"},
    ]
    retries = [DecisionRecord(SWEEP, n, 0, "retry", trials[1].id, told, START) for n, told in enumerate(evidence)]
    sweep = view_sweep(make_sweep(), trials, SweepRecords({}, retries))
    assert [(trial.tried_again, trial.why_again) for trial in sweep.trials] == [(0, ""), (2, "x")]
