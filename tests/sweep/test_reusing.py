"""Finished trials stand for ones that were to be launched: the same decisions, and nothing runs that need not."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.sweep.conftest import MakeConfig
from tests.sweep.test_logical_time import SLOTS, WORLDS, Life, World, configs, counts_metric

from hyperstep import policies
from hyperstep.records.status import RunStatus
from hyperstep.sweep.config import SweepConfig
from hyperstep.sweep.controller import SweepController
from hyperstep.sweep.decision_log import decision_log
from hyperstep.sweep.events import (
    CancelRequested,
    SweepStarted,
    TrialReused,
    TrialStarted,
    event_from_json,
    event_to_json,
)
from hyperstep.sweep.instructions import EndTrial, Instruction, LaunchTrial, RecordDecision
from hyperstep.testing.simulation import Script, Simulation

BANDIT = policies.from_json({"name": "Bandit", "properties": {"slack_amount": 0.1}})
METRICS = ("accuracy",)


def found(values: tuple[float | None, ...] = (0.5,), stopped: str = "", **fields: object) -> TrialReused:
    """A finished trial; its number is set where it is used."""
    event = TrialReused(
        at_s=0, trial=0, attempt=0, source="HD_old_0", values=values, metrics=METRICS if values else (), stopped=stopped
    )
    return replace_event(event, **fields)


def replace_event(event: TrialReused, **fields: object) -> TrialReused:
    made = event_from_json({**event_to_json(event), **fields})  # type: ignore[dict-item]
    assert isinstance(made, TrialReused)
    return made


class Recalled(Life):
    """A life in which some trials were finished before: whole, or stopped by an earlier policy."""

    def __init__(self, config: SweepConfig, world: World, slots: int, seed: int) -> None:
        super().__init__(config, world, slots, seed)
        chance = random.Random(seed + 1)

        def look_up(trial: int) -> TrialReused | None:
            curve = world.curves[trial % len(world.curves)]
            if world.exit_codes[trial % len(world.exit_codes)] or chance.random() < 0.3:
                return None
            if chance.random() < 0.5:
                return found(curve)
            return found(curve[: chance.randint(1, len(curve))], stopped="an earlier policy said so")

        self._finished = look_up


@settings(deadline=None, max_examples=60)
@given(configs(), WORLDS.map(counts_metric), st.sampled_from(SLOTS), st.integers(1, 10**6))
def test_a_deterministic_sweep_decides_the_same_with_and_without_finished_trials(
    config: SweepConfig, world: World, slots: int, seed: int
) -> None:
    plain = Life(config, replace(world, lost_after=((),)), slots=1, seed=0).live()
    recalled = Recalled(config, world, slots, seed).live()
    assert recalled.log == plain.log
    assert recalled.controller.best() == plain.controller.best()
    assert recalled.controller.state.cohort == plain.controller.state.cohort or config.limits.max_failed is not None


@settings(deadline=None, max_examples=15)
@given(
    configs(kinds=["BayesianOptimization"]), WORLDS.map(counts_metric), st.sampled_from(SLOTS), st.integers(1, 10**6)
)
def test_points_of_a_model_are_the_same_with_and_without(
    config: SweepConfig, world: World, slots: int, seed: int
) -> None:
    limits = replace(config.limits, max_total=14, max_concurrent=4, max_failed=None, max_retries=0)
    config = replace(config, limits=limits)
    plain = Life(config, replace(world, lost_after=((),)), slots=1, seed=0).live()
    assert Recalled(config, world, slots, seed).live().log == plain.log


@settings(deadline=None, max_examples=40)
@given(configs(), WORLDS, st.sampled_from(SLOTS), st.integers(1, 10**6), st.booleans())
def test_every_trial_ends_once_with_finished_trials_too(
    config: SweepConfig, world: World, slots: int, seed: int, deterministic: bool
) -> None:
    config = replace(config, deterministic=deterministic)
    life = Recalled(config, counts_metric(world), slots, seed).live()
    ends = [end.trial for end in life.of(EndTrial)]
    assert sorted(ends) == list(range(len(life.controller.trials)))
    points = [trial.point for trial in life.controller.trials]
    again = SweepController.replay(config, life.events, points)
    assert again.state == life.controller.state


def runs_of(simulation: Simulation) -> set[int]:
    """The trials whose process ran."""
    return {event.trial for event in simulation.events if isinstance(event, TrialStarted)}


def statuses(simulation: Simulation) -> list[RunStatus]:
    return [trial.status for trial in simulation.controller.trials]


def test_twenty_to_forty_trials_runs_exactly_twenty(make_config: MakeConfig) -> None:
    simulation = Simulation(
        make_config(total=40, concurrent=3),
        lambda _trial, _attempt: Script(values=(0.2,)),
        finished=lambda trial: found((0.1 * trial,)) if trial < 20 else None,
    )
    simulation.run()
    assert runs_of(simulation) == set(range(20, 40))
    assert simulation.controller.best() == 19
    assert simulation.controller.trials[7].reused_from == "HD_old_0"
    assert [d.evidence for d in _decisions(simulation, "reuse")] == [{"source_run": "HD_old_0"}] * 20


def test_a_policy_that_stops_a_finished_trial_sets_its_later_values_aside(make_config: MakeConfig) -> None:
    curves = [(0.5, 0.9, 0.9), (0.5, 0.1, 1.0)]
    simulation = Simulation(
        make_config(total=2, policy=BANDIT), lambda _t, _a: Script(), finished=lambda trial: found(curves[trial])
    )
    simulation.run()
    assert statuses(simulation) == [RunStatus.COMPLETED, RunStatus.CANCELED]
    assert simulation.controller.curve(1) == (0.5, 0.1)
    assert simulation.controller.trials[1].counted_values == 2
    assert simulation.controller.best() == 0
    assert [d.trial for d in _decisions(simulation, "stop")] == [1]


@pytest.mark.parametrize("deterministic", [False, True])
def test_a_trial_stopped_earlier_stands_only_where_the_policy_stops_it_no_later(
    make_config: MakeConfig, deterministic: bool
) -> None:
    config = replace(make_config(total=3, policy=BANDIT, concurrent=1), deterministic=deterministic)
    finished = [found((0.9, 0.9)), found((0.1,), stopped="early"), found((0.88,), stopped="early")]
    simulation = Simulation(
        config, lambda _t, _a: Script(values=(0.88, 0.89)), slots=1, finished=lambda trial: finished[trial]
    )
    simulation.run()
    assert runs_of(simulation) == {2}
    assert statuses(simulation) == [RunStatus.COMPLETED, RunStatus.CANCELED, RunStatus.COMPLETED]
    assert simulation.controller.trials[2].reused_from == ""
    assert simulation.controller.curve(2) == (0.88, 0.89)
    assert "would go on" in str(_decisions(simulation, "reuse")[-1].evidence["reason"])


def test_an_equal_policy_takes_the_earlier_verdict_as_it_was(make_config: MakeConfig) -> None:
    finished = [found((0.2, 0.3), stopped="worse than trial 1", as_it_was=True, counted=1), found((0.9,))]
    simulation = Simulation(
        make_config(total=2, policy=BANDIT), lambda _t, _a: Script(), finished=lambda trial: finished[trial]
    )
    simulation.run()
    assert statuses(simulation) == [RunStatus.CANCELED, RunStatus.COMPLETED]
    assert simulation.controller.trials[0].reason == "worse than trial 1"
    assert simulation.controller.curve(0) == (0.2,)
    assert runs_of(simulation) == set()


def test_a_trial_that_was_told_to_stop_ends_and_takes_nothing_over(make_config: MakeConfig) -> None:
    controller = SweepController(make_config())
    controller.handle(SweepStarted(at_s=0, slots=2))
    controller.handle(CancelRequested(at_s=1, reason="enough"))
    ended = controller.handle(replace_event(found(), at_s=2))
    assert [(i.trial, i.status) for i in ended if isinstance(i, EndTrial)] == [(0, RunStatus.CANCELED)]
    assert controller.curve(0) == ()


def test_a_finished_trial_found_too_late_changes_nothing(make_config: MakeConfig) -> None:
    simulation = Simulation(make_config(total=1), lambda _t, _a: Script(values=(0.1,)))
    simulation.run()
    assert simulation.feed(found()) == []
    assert simulation.controller.best_value() == 0.1


def test_a_finished_trial_without_the_metric_halts_as_one_that_ran(make_config: MakeConfig) -> None:
    simulation = Simulation(make_config(total=9), lambda _t, _a: Script(), slots=1, finished=lambda _trial: found(()))
    assert simulation.run().status is RunStatus.FAILED
    assert len(simulation.controller.trials) == 1


def test_takings_over_are_no_part_of_the_decision_log() -> None:
    taken: list[Instruction] = [RecordDecision("reuse", 0, {"source_run": "a"}), LaunchTrial(0, 0, {})]
    assert decision_log([d for d in taken if isinstance(d, RecordDecision)]) == []


def _decisions(simulation: Simulation, kind: str) -> list[RecordDecision]:
    return [i for i in simulation.instructions if isinstance(i, RecordDecision) and i.kind == kind]
