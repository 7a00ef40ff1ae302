"""Deterministic sweeps: the same decisions at any concurrency, in any order of events, after any kill."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from hyperstep import policies, samplers
from hyperstep.digest import Json, canonical_json
from hyperstep.policies.base import Policy, Verdict
from hyperstep.policies.cohort import Cohort
from hyperstep.records.goal import Goal, PrimaryMetric
from hyperstep.records.status import RunStatus
from hyperstep.sweep.config import Limits, SweepConfig
from hyperstep.sweep.controller import SweepController
from hyperstep.sweep.decision_log import decision_digest, decision_log
from hyperstep.sweep.events import MetricReported, SweepEvent, SweepStarted, TrialEnded
from hyperstep.sweep.instructions import AwaitVerdicts, EndTrial, Instruction, LaunchTrial, RecordDecision, StopTrial
from hyperstep.testing.simulation import Script, Simulation

Curve = tuple[float | None, ...]

POLICIES: list[Json] = [
    {"name": "Default"},
    {"name": "Bandit", "properties": {"slack_amount": 0.5}},
    {"name": "Bandit", "properties": {"slack_factor": 0.5, "evaluation_interval": 2, "delay_evaluation": 2}},
    {"name": "MedianStopping", "properties": {"evaluation_interval": 2}},
    {"name": "MedianStopping"},
    {"name": "TruncationSelection", "properties": {"truncation_percentage": 40}},
]
SPACES: dict[str, dict[str, Json]] = {
    "finite": {"x": ["choice", [[1, 2, 3, 4, 5, 6, 7]]]},
    "infinite": {"x": ["uniform", [0, 1]]},
}
SLOTS = (1, 2, 4, 16)


class World(Struct, frozen=True):
    """What trials do, whoever watches."""

    curves: tuple[Curve, ...]
    exit_codes: tuple[int, ...]
    lost_after: tuple[tuple[int, ...], ...]
    """For each trial, after how many values each of its first attempts is lost."""

    def script(self, trial: int, attempt: int) -> Script:
        values = self.curves[trial % len(self.curves)]
        lost = self.lost_after[trial % len(self.lost_after)]
        if attempt < len(lost):
            return Script(values=values[: lost[attempt]], lost=True)
        return Script(values=values, exit_code=self.exit_codes[trial % len(self.exit_codes)], error="ValueError: x")


VALUES = st.one_of(st.integers(-2, 3).map(float), st.floats(-10, 10), st.none())
WORLDS = st.builds(
    World,
    curves=st.lists(st.lists(VALUES, max_size=7).map(tuple), min_size=1, max_size=10).map(tuple),
    exit_codes=st.lists(st.sampled_from([0, 0, 0, 1]), min_size=1, max_size=5).map(tuple),
    lost_after=st.lists(st.lists(st.integers(0, 6), max_size=2).map(tuple), min_size=1, max_size=5).map(tuple),
)


def sampler_json(kind: str, space: str, goal: Goal) -> dict[str, Json]:
    rest: dict[str, dict[str, Json]] = {"GRID": {}, "BayesianOptimization": {"seed": 3, "goal": goal.value}}
    space = "finite" if kind == "GRID" else space
    return {"name": kind, "space": SPACES[space], "order": ["x"], **rest.get(kind, {"seed": 3})}


@st.composite
def configs(draw: st.DrawFn, kinds: Sequence[str] = ("RANDOM", "GRID", "SOBOL")) -> SweepConfig:
    goal = draw(st.sampled_from(Goal))
    kind, space = draw(st.sampled_from(kinds)), draw(st.sampled_from(sorted(SPACES)))
    return SweepConfig(
        sampler=samplers.from_json(sampler_json(kind, space, goal)),
        policy=policies.from_json(draw(st.sampled_from(POLICIES))),
        metric=PrimaryMetric("accuracy", goal),
        limits=Limits(
            max_total=draw(st.integers(1, 10)),
            max_concurrent=16,
            max_failed=draw(st.sampled_from([None, None, 0, 1, 2])),
            max_retries=draw(st.integers(0, 1)),
        ),
        deterministic=True,
    )


class Life(Simulation):
    """A simulated sweep whose events come in any order; its owner is replaced now and then."""

    def __init__(self, config: SweepConfig, world: World, slots: int, seed: int) -> None:
        chance = random.Random(seed)

        def pick(live: Sequence[int]) -> int:
            self.controller.state.check()
            if chance.random() < 0.1:
                before = self.controller.state
                self.replace_owner()
                assert self.controller.state == before
            return chance.choice(live)

        super().__init__(config, world.script, slots, pick if seed else None)

    def live(self) -> Life:
        self.run()
        self.controller.state.check()
        return self

    def of(self, kind: type[Instruction]) -> list[Any]:
        return [instruction for instruction in self.instructions if isinstance(instruction, kind)]

    @property
    def decisions(self) -> list[RecordDecision]:
        return self.of(RecordDecision)

    @property
    def log(self) -> list[dict[str, Json]]:
        return decision_log(self.decisions)


def counts_metric(world: World) -> World:
    """The same where every trial logs something: who logs nothing halts the others, which is a race."""
    return replace(world, curves=tuple(curve or (0.0,) for curve in world.curves))


@settings(deadline=None, max_examples=100)
@given(configs(), WORLDS.map(counts_metric), st.sampled_from(SLOTS), st.integers(1, 10**6))
def test_decisions_are_the_same_at_any_concurrency_in_any_order_after_any_kill(
    config: SweepConfig, world: World, slots: int, seed: int
) -> None:
    undisturbed = Life(config, replace(world, lost_after=((),)), slots=1, seed=0).live()
    disturbed = Life(config, world, slots, seed).live()
    assert disturbed.log == undisturbed.log
    assert decision_digest(disturbed.decisions) == decision_digest(undisturbed.decisions) is not None
    assert disturbed.controller.best() == undisturbed.controller.best()
    assert disturbed.controller.best_value() == undisturbed.controller.best_value()


@settings(deadline=None, max_examples=15)
@given(
    configs(kinds=["BayesianOptimization"]), WORLDS.map(counts_metric), st.sampled_from(SLOTS), st.integers(1, 10**6)
)
def test_points_of_a_model_are_the_same_at_any_concurrency(
    config: SweepConfig, world: World, slots: int, seed: int
) -> None:
    config = replace(config, limits=Limits(max_total=18, max_concurrent=4))
    undisturbed = Life(config, replace(world, lost_after=((),)), slots=1, seed=0).live()
    assert Life(config, world, slots, seed).live().log == undisturbed.log


def _cohort(goal: Goal, curves: Sequence[Curve], until: int | None = None) -> Cohort:
    cohort = Cohort(goal)
    for trial, curve in enumerate(curves):
        for value in curve[:until]:
            cohort.report(trial, value)
    return cohort


def _first_stop(policy: Policy, goal: Goal, earlier: Sequence[Curve], curve: Curve) -> Verdict | None:
    """The first verdict to stop, each interval with a fresh look at all earlier curves."""
    intervals = (interval for interval in range(1, len(curve) + 1) if policy.applies_at(interval))
    trial = len(earlier)
    verdicts = (policy.judge(trial, n, _cohort(goal, [*earlier, curve], n)) for n in intervals)
    return next((verdict for verdict in verdicts if verdict.stop), None)


def _stops_by_the_rule(policy: Policy, goal: Goal, curves: Sequence[Curve]) -> tuple[list[Json], Cohort]:
    """The definition, word by word."""
    counted: list[Curve] = []
    stops: list[Json] = []
    for trial, curve in enumerate(curves):
        stop = _first_stop(policy, goal, counted, curve)
        if stop is not None:
            stops.append({"kind": "stop", "trial": trial, "evidence": dict(stop.evidence)})
        counted.append(curve if stop is None else curve[: int(str(stop.evidence["interval"]))])
    return stops, _cohort(goal, counted)


@settings(deadline=None, max_examples=100)
@given(configs(), WORLDS.map(counts_metric), st.sampled_from(SLOTS), st.integers(1, 10**6))
def test_stops_are_those_of_the_rule(config: SweepConfig, world: World, slots: int, seed: int) -> None:
    config = replace(config, limits=replace(config.limits, max_failed=None))
    life = Life(config, replace(world, exit_codes=(0,)), slots, seed).live()
    curves = [world.curves[trial.index % len(world.curves)] for trial in life.controller.trials]
    stops, counted = _stops_by_the_rule(config.policy, config.metric.goal, curves)
    assert [entry for entry in life.log if entry["kind"] == "stop"] == stops
    assert life.controller.state.cohort == counted


@settings(deadline=None, max_examples=100)
@given(configs(), WORLDS, st.integers(1, 20), st.integers(1, 10**6))
def test_every_trial_ends_once_and_no_limit_is_passed(config: SweepConfig, world: World, slots: int, seed: int) -> None:
    life = Life(config, world, slots, seed).live()
    launched = [launch.trial for launch in life.of(LaunchTrial)]
    assert sorted(end.trial for end in life.of(EndTrial)) == sorted(set(launched))
    assert all(trial.ended for trial in life.controller.trials)
    assert all(launched.count(trial) <= 1 + 2 + config.limits.max_retries for trial in launched)


def test_a_trial_that_ends_before_its_verdict_waits_and_may_have_been_stopped() -> None:
    config = SweepConfig(
        sampler=samplers.from_json(sampler_json("RANDOM", "infinite", Goal.MAXIMIZE)),
        policy=policies.from_json({"name": "Bandit", "properties": {"slack_amount": 0.1}}),
        metric=PrimaryMetric("accuracy", Goal.MAXIMIZE),
        limits=Limits(max_total=2, max_concurrent=2),
        deterministic=True,
    )
    world = World(curves=((0.9, 0.9), (0.1, 1.0)), exit_codes=(0,), lost_after=((),))
    life = Life(config, world, 2, 0)
    life._pick = max
    life.live()
    assert [wait.trial for wait in life.of(AwaitVerdicts)] == [1]
    assert [(end.trial, end.status) for end in life.of(EndTrial)] == [(1, RunStatus.CANCELED), (0, RunStatus.COMPLETED)]
    assert life.controller.curve(1) == (0.1,)
    assert life.controller.best() == 0


@pytest.mark.parametrize("slots", SLOTS)
def test_past_the_limit_of_failures_the_same_trials_count(slots: int) -> None:
    config = SweepConfig(
        sampler=samplers.from_json(sampler_json("RANDOM", "infinite", Goal.MAXIMIZE)),
        policy=policies.from_json({"name": "Default"}),
        metric=PrimaryMetric("accuracy", Goal.MAXIMIZE),
        limits=Limits(max_total=20, max_concurrent=16, max_failed=1),
        deterministic=True,
    )
    world = World(curves=((0.5, 0.6), (0.1,), (0.9, 0.9, 0.9)), exit_codes=(0, 1, 0), lost_after=((),))
    life = Life(config, world, slots, 0).live()
    finish = life.log[-1]["evidence"]
    assert isinstance(finish, dict)
    assert finish["counted_trials"] == 5
    assert finish["status"] == "Failed"
    assert life.controller.best() == 2
    assert canonical_json(finish["trials"]) == '{"Completed":3,"Failed":2}'


def test_a_point_that_rests_on_results_waits_for_those_before_the_concurrency() -> None:
    config = SweepConfig(
        sampler=samplers.from_json(sampler_json("BayesianOptimization", "infinite", Goal.MAXIMIZE)),
        policy=policies.from_json({"name": "Default"}),
        metric=PrimaryMetric("accuracy", Goal.MAXIMIZE),
        limits=Limits(max_total=6, max_concurrent=2),
        deterministic=True,
    )
    controller = SweepController(config)

    def launched(event: SweepEvent) -> list[int]:
        return [i.trial for i in controller.handle(event) if isinstance(i, LaunchTrial)]

    def end(trial: int) -> list[int]:
        return launched(TrialEnded(at_s=1, trial=trial, attempt=0, exit_code=0, metrics=("accuracy",)))

    assert launched(SweepStarted(at_s=0, slots=2)) == [0, 1]
    assert end(1) == [2]
    assert end(2) == []
    assert controller.running == (0,)
    assert end(0) == [3, 4]


def test_a_trial_that_starts_anew_is_judged_again_and_others_wait_for_it() -> None:
    config = SweepConfig(
        sampler=samplers.from_json(sampler_json("RANDOM", "infinite", Goal.MAXIMIZE)),
        policy=policies.from_json({"name": "Bandit", "properties": {"slack_amount": 0.1}}),
        metric=PrimaryMetric("accuracy", Goal.MAXIMIZE),
        limits=Limits(max_total=3, max_concurrent=3),
        deterministic=True,
    )
    controller = SweepController(config)

    def stopped(event: SweepEvent) -> list[int]:
        return [i.trial for i in controller.handle(event) if isinstance(i, StopTrial)]

    def report(trial: int, value: float, attempt: int = 0) -> list[int]:
        return stopped(MetricReported(at_s=1, trial=trial, attempt=attempt, values=(value,)))

    stopped(SweepStarted(at_s=0, slots=3))
    assert report(0, 0.5) == report(1, 0.9) == []
    stopped(TrialEnded(at_s=1, trial=1, attempt=0, exit_code=None, lost=True))
    assert report(2, 0.2) == []
    assert controller.curve(2) == (0.2,)
    assert report(1, 0.1, attempt=1) == [1, 2]
    assert controller.trials[2].stop_reason.endswith("0.5 - 0.1 = 0.4")
