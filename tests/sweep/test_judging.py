"""Reports make curves longer, and the policy stops trials."""

from __future__ import annotations

from collections.abc import Callable

from hyperstep.policies.bandit import BanditPolicy
from hyperstep.policies.cohort import Cohort
from hyperstep.records.goal import Goal
from hyperstep.sweep.config import SweepConfig
from hyperstep.sweep.controller import SweepController
from hyperstep.sweep.events import MetricReported, SweepStarted, TrialEnded
from hyperstep.sweep.instructions import RecordDecision, StopTrial

MakeConfig = Callable[..., SweepConfig]

REASON = "Bandit: best 0.5 by interval 1 is below 0.9 / 1.2 = 0.75"


def _controller(make_config: MakeConfig, policy: BanditPolicy | None = None) -> SweepController:
    controller = SweepController(make_config(policy=policy or BanditPolicy(slack_factor=0.2)))
    controller.handle(SweepStarted(at_s=0, slots=2))
    return controller


def _report(trial: int, *values: float | None, attempt: int = 0) -> MetricReported:
    return MetricReported(at_s=1, trial=trial, attempt=attempt, values=values)


def test_a_stop_is_recorded_with_its_evidence_and_then_instructed(make_config: MakeConfig) -> None:
    controller = _controller(make_config)
    assert controller.handle(_report(0, 0.9)) == []
    decision, stop = controller.handle(_report(1, 0.5))
    assert stop == StopTrial(1, 0, REASON)
    assert isinstance(decision, RecordDecision)
    assert (decision.kind, decision.trial) == ("stop", 1)
    cohort = Cohort(Goal.MAXIMIZE)
    cohort.report(0, 0.9)
    cohort.report(1, 0.5)
    assert decision.evidence == controller.config.policy.judge(1, 1, cohort).evidence


def test_each_value_of_a_report_is_judged_at_its_own_interval(make_config: MakeConfig) -> None:
    controller = _controller(make_config, BanditPolicy(2, slack_factor=0.2, delay_evaluation=3))
    assert controller.handle(_report(0, 0.9, 0.9, 0.9, 0.9)) == []
    decision, _ = controller.handle(_report(1, 0.1, 0.2, 0.3, 0.4, 0.95))
    assert isinstance(decision, RecordDecision)
    assert (decision.evidence["interval"], decision.evidence["value"]) == (4, 0.4)
    assert controller.curve(1) == (0.1, 0.2, 0.3, 0.4, 0.95)


def test_a_trial_is_stopped_once_and_its_later_values_are_kept(make_config: MakeConfig) -> None:
    controller = _controller(make_config)
    controller.handle(_report(0, 0.9))
    controller.handle(_report(1, 0.5))
    assert controller.handle(_report(1, 0.4, 0.3)) == []
    assert controller.curve(1) == (0.5, 0.4, 0.3)
    assert controller.last_value(1) == 0.3


def test_what_was_reported_after_the_stop_can_be_best(make_config: MakeConfig) -> None:
    controller = _controller(make_config)
    controller.handle(_report(0, 0.9))
    controller.handle(_report(1, 0.5))
    controller.handle(_report(1, 0.99))
    assert (controller.best(), controller.best_value()) == (1, 0.99)


def test_a_trial_that_failed_is_no_longer_the_best_whether_or_not_somebody_asks(make_config: MakeConfig) -> None:
    controller = _controller(make_config)
    controller.handle(_report(0, 0.5))
    controller.handle(_report(1, 0.9))
    assert controller.state.cohort.best() == (1, 0.9)
    controller.handle(TrialEnded(at_s=1, trial=1, attempt=0, exit_code=1))
    assert controller.state.cohort.best() == (0, 0.5)
    assert controller.state.best() == (0, 0.5)


def test_reports_of_an_old_attempt_or_an_ended_or_unknown_trial_are_ignored(make_config: MakeConfig) -> None:
    controller = _controller(make_config)
    controller.handle(TrialEnded(at_s=1, trial=0, attempt=0, exit_code=None, lost=True))
    controller.handle(TrialEnded(at_s=1, trial=1, attempt=0, exit_code=1))
    for report in (_report(0, 0.9), _report(1, 0.9), _report(77, 0.9), _report(-1, 0.9), _report(2, 0.9, attempt=3)):
        assert controller.handle(report) == []
    assert controller.best() is None
    assert controller.handle(_report(0, 0.8, attempt=1)) == []
    assert controller.best() == 0


def test_values_that_are_no_finite_numbers_are_counted_and_never_best(make_config: MakeConfig) -> None:
    controller = _controller(make_config)
    controller.handle(_report(0, None, float("nan"), float("inf"), 0.1))
    assert controller.best_value() == 0.1
    assert controller.best_value(0) == 0.1
    assert controller.best_value(1) is None
    assert controller.trials[0].unusable_values == 3


def test_an_empty_report_is_nothing(make_config: MakeConfig) -> None:
    controller = _controller(make_config)
    controller.handle(_report(0))
    assert not controller.state.metric_seen
