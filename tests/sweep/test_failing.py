"""More failures than may be end a sweep; a failed trial is tried again as often as asked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from hyperstep.errors import InvalidInputError
from hyperstep.records.status import RunStatus
from hyperstep.sweep.config import Limits, SweepConfig
from hyperstep.sweep.instructions import FinishSweep, LaunchTrial, RecordDecision
from hyperstep.testing.simulation import Script, Simulation

MakeConfig = Callable[..., SweepConfig]


def _config(make_config: MakeConfig, **limits: int) -> SweepConfig:
    config = make_config(total=8, concurrent=2)
    return replace(config, limits=replace(config.limits, **limits))


def _failing(first: int) -> Callable[[int, int], Script]:
    def script(trial: int, _attempt: int) -> Script:
        broken = trial >= first
        return Script((0.5, 0.6, 0.7), exit_code=int(broken), error=f"ValueError: bad row {trial}" if broken else "")

    return script


def test_the_sweep_fails_with_the_commonest_error_and_launches_nothing_more(make_config: MakeConfig) -> None:
    simulation = Simulation(_config(make_config, max_failed=1), _failing(2), slots=2)
    finish = simulation.run()
    reason = "2 trials failed, limit 1. The commonest error, 2 of 2, first in trial 2: ValueError: bad row 2"
    assert finish == FinishSweep(RunStatus.FAILED, reason, 0)
    assert len(simulation.controller.trials) == 5
    assert [t.status for t in simulation.controller.trials].count(RunStatus.FAILED) == 2


def test_what_still_runs_is_stopped_with_the_cause(make_config: MakeConfig) -> None:
    def script(trial: int, _attempt: int) -> Script:
        return Script((), exit_code=1, error="no") if trial == 0 else Script((0.5,) * 9)

    simulation = Simulation(_config(make_config, max_failed=0), script, slots=2)
    assert simulation.run().status is RunStatus.FAILED
    assert [t.status for t in simulation.controller.trials] == [RunStatus.FAILED, RunStatus.CANCELED]
    decisions = [i for i in simulation.instructions if isinstance(i, RecordDecision)]
    assert RecordDecision("max_failed", None, {"limit": 0}) in decisions
    stop = next(d for d in decisions if d.kind == "stop")
    assert (stop.trial, stop.evidence["cause"]) == (1, "max_failed")
    assert simulation.controller.trials[1].reason == "the limit of failed trials, 0, was passed"


def test_as_many_failures_as_may_be_end_nothing(make_config: MakeConfig) -> None:
    finish = Simulation(_config(make_config, max_failed=2), _failing(6), slots=2).run()
    assert (finish.status, finish.reason) == (RunStatus.COMPLETED, "8 trials: 6 completed, 2 failed.")


def test_a_failed_trial_is_tried_again_and_only_its_last_attempt_counts(make_config: MakeConfig) -> None:
    def script(trial: int, attempt: int) -> Script:
        broken = trial == 1 and attempt < 2
        return Script((9.0,) if broken else (0.5,), exit_code=int(broken), error="OSError: busy" if broken else "")

    simulation = Simulation(_config(make_config, max_retries=2), script, slots=2)
    assert simulation.run() == FinishSweep(RunStatus.COMPLETED, "8 trials: 8 completed.", 0)
    assert [i.attempt for i in simulation.instructions if isinstance(i, LaunchTrial) and i.trial == 1] == [0, 1, 2]
    retry = next(i for i in simulation.instructions if isinstance(i, RecordDecision) and i.kind == "retry")
    assert retry.evidence == {
        "attempt": 1,
        "lost_attempts": 0,
        "max_lost_attempts": 2,
        "failed_attempts": 1,
        "max_retries": 2,
        "error": "OSError: busy",
    }


def test_after_the_last_retry_the_trial_has_failed(make_config: MakeConfig) -> None:
    simulation = Simulation(_config(make_config, max_retries=1), _failing(7), slots=2)
    simulation.run()
    last = simulation.controller.trials[7]
    assert (last.status, last.attempt, last.failed_attempts) == (RunStatus.FAILED, 1, 2)


def test_a_trial_that_was_told_to_stop_is_not_tried_again(make_config: MakeConfig) -> None:
    def script(trial: int, _attempt: int) -> Script:
        return Script((), exit_code=1) if trial == 0 else Script((0.5,) * 9)

    simulation = Simulation(_config(make_config, max_failed=0, max_retries=1), script, slots=2)
    simulation.run()
    assert [(t.attempt, t.status) for t in simulation.controller.trials] == [
        (1, RunStatus.FAILED),
        (0, RunStatus.CANCELED),
    ]


@pytest.mark.parametrize(
    "limits", [{"max_failed": -1}, {"max_failed": 1.5}, {"max_retries": -1}, {"max_retries": None}]
)
def test_limits_out_of_bounds_are_refused(limits: dict[str, int]) -> None:
    with pytest.raises(InvalidInputError, match=next(iter(limits))):
        Limits(4, 2, **limits)
