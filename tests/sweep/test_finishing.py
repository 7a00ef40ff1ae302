"""How sweeps end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pytest
from msgspec.structs import replace

from hyperstep.digest import Json
from hyperstep.policies.bandit import BanditPolicy
from hyperstep.records.goal import Goal
from hyperstep.records.status import RunStatus
from hyperstep.samplers.base import Observation, Point, Sampler
from hyperstep.sweep.config import SweepConfig
from hyperstep.sweep.controller import SweepController
from hyperstep.sweep.events import CancelRequested, MetricReported, SweepStarted, TimeAdvanced, TrialEnded, TrialStarted
from hyperstep.sweep.instructions import EndTrial, FinishSweep, Instruction, RecordDecision, StopTrial
from hyperstep.testing.simulation import Script, Simulation

MakeConfig = Callable[..., SweepConfig]


def _finish(instructions: list[Instruction]) -> FinishSweep | None:
    return next((i for i in instructions if isinstance(i, FinishSweep)), None)


def test_completed_with_the_best_trial_and_a_tally(make_config: MakeConfig) -> None:
    scripts = {0: Script((0.5,)), 1: Script((0.9, 0.7)), 2: Script((None, 0.9)), 3: Script((0.1,), exit_code=1)}
    simulation = Simulation(make_config(), lambda trial, _: scripts[trial])
    finish = simulation.run()
    assert finish == FinishSweep(
        RunStatus.COMPLETED,
        "4 trials: 3 completed, 1 failed. Values of 'accuracy' that were no finite numbers: 1, in trials: 1.",
        1,
    )
    assert simulation.instructions[-2] == RecordDecision(
        "finish",
        None,
        {
            "status": "Completed",
            "reason": finish.reason,
            "best": {"trial": 1, "value": 0.9},
            "trials": {"Completed": 3, "Failed": 1},
        },
    )


def test_trials_that_never_logged_the_metric_are_counted_when_others_did(make_config: MakeConfig) -> None:
    scripts = {0: Script((0.5,)), 1: Script(metrics=("loss",)), 2: Script((None,)), 3: Script(exit_code=1)}
    finish = Simulation(make_config(), lambda trial, _: scripts[trial]).run()
    assert finish.reason == (
        "4 trials: 3 completed, 1 failed. Values of 'accuracy' that were no finite numbers: 1, in trials: 1. "
        "Trials that never logged 'accuracy': 1."
    )


def test_of_equal_bests_the_first_trial_wins(make_config: MakeConfig) -> None:
    finish = Simulation(make_config(goal=Goal.MINIMIZE), lambda trial, _: Script((1.0,) * (5 - trial))).run()
    assert finish.best == 0


def test_a_stopped_trial_can_be_best(make_config: MakeConfig) -> None:
    policy = BanditPolicy(slack_amount=0.1)
    stopped = Simulation(make_config(policy=policy), lambda trial, _: Script((0.9, 0.9) if trial == 1 else (0.5,)))
    assert stopped.run().best == 1


def test_a_trial_that_failed_is_never_best(make_config: MakeConfig) -> None:
    failed = Simulation(make_config(), lambda trial, _: Script((0.9,), exit_code=1) if trial == 2 else Script((0.5,)))
    assert failed.run().best == 0


def test_errors_that_differ_by_a_number_are_one(make_config: MakeConfig) -> None:
    simulation = Simulation(make_config(), lambda trial, _: Script((), 1, f"ValueError: x={trial / 7}"))
    assert "4 of 4, first in trial 0: ValueError: x=0.0" in simulation.run().reason


def test_stopped_trials_are_told_apart_in_the_tally(make_config: MakeConfig) -> None:
    simulation = Simulation(
        make_config(policy=BanditPolicy(slack_amount=0.1)), lambda trial, _: Script((1.0 - trial, 1.0 - trial))
    )
    assert simulation.run().reason == "4 trials: 1 completed, 3 stopped early."


def test_all_failed_names_the_commonest_error_its_count_and_a_trial(make_config: MakeConfig) -> None:
    simulation = Simulation(
        make_config(), lambda trial, _: Script((0.5,), 1, "OSError: y" if trial == 0 else "ValueError: x")
    )
    assert simulation.run() == FinishSweep(
        RunStatus.FAILED,
        "All 4 trials failed. The commonest error, 3 of 4, first in trial 1: ValueError: x",
        None,
    )


class Nothing(Sampler):
    """Has no point."""

    name = "NOTHING"
    size = 0

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Nothing:
        del data
        return cls()

    def propose(self, index: int, history: Sequence[Observation]) -> Point | None:
        del index, history
        return None

    def to_json(self) -> dict[str, Json]:
        return {"name": self.name}


def test_a_space_without_a_point_is_a_failure_that_says_so(make_config: MakeConfig) -> None:
    controller = SweepController(replace(make_config(), sampler=Nothing()))
    finish = FinishSweep(RunStatus.FAILED, "The search space holds no point.", None)
    assert controller.handle(SweepStarted(at_s=0, slots=2))[-1] == finish


def test_cancel_stops_all_that_runs_and_ends_when_they_have(make_config: MakeConfig) -> None:
    controller = SweepController(make_config())
    controller.handle(SweepStarted(at_s=0, slots=2))
    controller.handle(MetricReported(at_s=1, trial=0, attempt=0, values=(0.5,)))
    instructions = controller.handle(CancelRequested(at_s=1, reason="enough"))
    assert instructions == [
        RecordDecision("stop", 0, {"cause": "cancel", "reason": "enough"}),
        StopTrial(0, 0, "enough"),
        RecordDecision("stop", 1, {"cause": "cancel", "reason": "enough"}),
        StopTrial(1, 0, "enough"),
    ]
    assert controller.handle(CancelRequested(at_s=2, reason="again")) == []
    assert _finish(controller.handle(TrialEnded(at_s=3, trial=1, attempt=0, exit_code=None, signal=15))) is None
    finish = _finish(controller.handle(TrialEnded(at_s=3, trial=0, attempt=0, exit_code=None, signal=15)))
    assert finish == FinishSweep(RunStatus.CANCELED, "enough", 0)


def test_cancel_before_the_start_ends_at_once(make_config: MakeConfig) -> None:
    instructions = SweepController(make_config()).handle(CancelRequested(at_s=0, reason=""))
    assert _finish(instructions) == FinishSweep(RunStatus.CANCELED, "the sweep was canceled", None)


def test_cancel_ends_a_trial_that_waits_for_a_slot_at_once(make_config: MakeConfig) -> None:
    controller = SweepController(make_config())
    controller.handle(SweepStarted(at_s=0, slots=2))
    controller.handle(SweepStarted(at_s=0, slots=1))
    controller.handle(TrialEnded(at_s=1, trial=0, attempt=0, exit_code=None, lost=True))
    instructions = controller.handle(CancelRequested(at_s=2, reason="enough"))
    assert EndTrial(0, RunStatus.CANCELED, "enough") in instructions
    assert [i.trial for i in instructions if isinstance(i, StopTrial)] == [1]
    controller.state.check()


def test_a_trial_that_the_policy_stopped_is_not_stopped_again_by_cancel(make_config: MakeConfig) -> None:
    controller = SweepController(make_config(policy=BanditPolicy(slack_amount=0.1)))
    controller.handle(SweepStarted(at_s=0, slots=2))
    controller.handle(MetricReported(at_s=1, trial=0, attempt=0, values=(0.9,)))
    controller.handle(MetricReported(at_s=1, trial=1, attempt=0, values=(0.1,)))
    instructions = controller.handle(CancelRequested(at_s=2, reason="enough"))
    assert [i.trial for i in instructions if isinstance(i, StopTrial)] == [0]


@pytest.mark.parametrize("value", [0.5, None])
def test_the_time_limit_stops_all_and_completes_only_with_a_usable_value(
    make_config: MakeConfig, value: float | None
) -> None:
    controller = SweepController(make_config(duration_s=60))
    controller.handle(SweepStarted(at_s=1000, slots=1))
    controller.handle(MetricReported(at_s=1010, trial=0, attempt=0, values=(value,)))
    assert controller.handle(TimeAdvanced(at_s=1059)) == []
    instructions = controller.handle(TimeAdvanced(at_s=1060))
    assert StopTrial(0, 0, "the time limit of 60 s was reached") in instructions
    assert controller.handle(TimeAdvanced(at_s=1070)) == []
    finish = _finish(controller.handle(TrialEnded(at_s=1071, trial=0, attempt=0, exit_code=None, signal=15)))
    assert finish is not None
    assert finish.reason.startswith("The time limit of 60 s was reached. ")
    assert finish.status is (RunStatus.FAILED if value is None else RunStatus.COMPLETED)


def test_any_event_shows_that_time_is_over(make_config: MakeConfig) -> None:
    controller = SweepController(make_config(duration_s=60))
    controller.handle(SweepStarted(at_s=0, slots=1))
    ended = TrialEnded(at_s=60, trial=0, attempt=0, exit_code=0, metrics=("accuracy",))
    assert _finish(controller.handle(ended)) is not None


def test_time_never_runs_backwards(make_config: MakeConfig) -> None:
    controller = SweepController(make_config(duration_s=60))
    controller.handle(SweepStarted(at_s=1000, slots=1))
    controller.handle(TimeAdvanced(at_s=1059))
    controller.handle(TimeAdvanced(at_s=0))
    assert controller.state.now_s == 1059
    assert controller.handle(TimeAdvanced(at_s=1060)) != []


def test_time_before_the_start_ends_nothing(make_config: MakeConfig) -> None:
    controller = SweepController(make_config(duration_s=60))
    assert controller.handle(TimeAdvanced(at_s=0)) == []
    instructions = controller.handle(TimeAdvanced(at_s=60))
    assert _finish(instructions) == FinishSweep(
        RunStatus.FAILED, "The time limit of 60 s was reached. No trial was run.", None
    )


def test_nothing_follows_the_end(make_config: MakeConfig) -> None:
    simulation = Simulation(make_config(), lambda *_: Script((0.5,)))
    simulation.run()
    controller = simulation.controller
    assert controller.finished
    for event in (
        SweepStarted(at_s=1e6, slots=9),
        TrialStarted(at_s=1e6, trial=0, attempt=0),
        MetricReported(at_s=1e6, trial=0, attempt=0, values=(9.0,)),
        TrialEnded(at_s=1e6, trial=0, attempt=0, exit_code=1),
        CancelRequested(at_s=1e6, reason="late"),
        TimeAdvanced(at_s=1e9),
    ):
        assert controller.handle(event) == []
    assert controller.state == SweepController.replay(controller.config, simulation.events).state
