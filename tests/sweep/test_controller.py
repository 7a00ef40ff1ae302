"""What holds for every sweep, whatever happens in whatever order."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hyperstep import policies
from hyperstep.records.goal import Goal, PrimaryMetric
from hyperstep.records.status import RunStatus
from hyperstep.samplers.grid import GridSampler
from hyperstep.samplers.random import RandomSampler
from hyperstep.search_space.space import SearchSpace
from hyperstep.sweep.config import Limits, SweepConfig
from hyperstep.sweep.controller import SweepController
from hyperstep.sweep.events import (
    CancelRequested,
    MetricReported,
    SweepEvent,
    SweepStarted,
    TimeAdvanced,
    TrialCancelRequested,
    TrialEnded,
    TrialStarted,
    event_from_json,
    event_to_json,
)
from hyperstep.sweep.instructions import EndTrial, FinishSweep, Instruction, LaunchTrial, StopTrial

METRIC = "accuracy"
POLICIES: list[Any] = [
    {"name": "Default"},
    {"name": "Bandit", "properties": {"slack_amount": 0.1}},
    {"name": "Bandit", "properties": {"slack_factor": 0.5, "evaluation_interval": 2, "delay_evaluation": 2}},
    {"name": "MedianStopping"},
    {"name": "TruncationSelection", "properties": {"truncation_percentage": 40}},
]


@st.composite
def configs(draw: st.DrawFn) -> SweepConfig:
    """Small sweeps with every policy, finite and infinite spaces, in logical time and by arrival."""
    finite = draw(st.booleans())
    space = SearchSpace.from_json({"x": ["choice", [[1, 2, 3, 4, 5]]] if finite else ["uniform", [0, 1]]})
    return SweepConfig(
        sampler=GridSampler(space) if finite and draw(st.booleans()) else RandomSampler(space, draw(st.integers(0, 9))),
        policy=policies.from_json(draw(st.sampled_from(POLICIES))),
        metric=PrimaryMetric(METRIC, draw(st.sampled_from(Goal))),
        limits=Limits(
            max_total=draw(st.integers(1, 8)),
            max_concurrent=draw(st.integers(1, 4)),
            max_duration_s=draw(st.sampled_from([None, 5.0, 100.0])),
            max_lost_attempts=draw(st.integers(0, 2)),
            max_failed=draw(st.sampled_from([None, None, 0, 1, 2])),
            max_retries=draw(st.integers(0, 1)),
        ),
        deterministic=draw(st.booleans()),
    )


VALUES = st.one_of(st.none(), st.integers(-3, 3).map(float), st.floats())
NAMES = st.sampled_from([(), ("acc",), (METRIC,), ("loss", METRIC)])
FAULTS = st.sampled_from(["", "", "", "no slot fits"])
TRIALS = st.integers(-1, 8)
ATTEMPTS = st.integers(0, 3)
TIMES = st.floats(0, 20)
ARBITRARY: st.SearchStrategy[SweepEvent] = st.one_of(
    st.builds(TrialStarted, at_s=TIMES, trial=TRIALS, attempt=ATTEMPTS),
    st.builds(
        MetricReported, at_s=TIMES, trial=TRIALS, attempt=ATTEMPTS, values=st.lists(VALUES, max_size=3).map(tuple)
    ),
    st.builds(
        TrialEnded,
        at_s=TIMES,
        trial=TRIALS,
        attempt=ATTEMPTS,
        exit_code=st.sampled_from([0, 0, 1, None]),
        lost=st.booleans(),
        metrics=NAMES,
        fault=FAULTS,
        error=st.sampled_from(["", "ValueError: x", "OSError: y"]),
    ),
    st.builds(SweepStarted, at_s=TIMES, slots=st.integers(0, 5)),
    st.builds(TimeAdvanced, at_s=TIMES),
    st.builds(TrialCancelRequested, at_s=TIMES, trial=TRIALS, reason=st.just("not this one")),
)
CANCELS: st.SearchStrategy[SweepEvent] = st.builds(CancelRequested, at_s=TIMES, reason=st.just("enough"))
HAPPENINGS = st.lists(st.one_of(*[ARBITRARY] * 15, CANCELS), max_size=60)


@dataclass
class World:
    """A runner that carries out what it is told, and looks at every instruction."""

    config: SweepConfig
    controller: SweepController = field(init=False)
    events: list[SweepEvent] = field(default_factory=list)
    instructions: list[Instruction] = field(default_factory=list)
    running: dict[int, int] = field(default_factory=dict)
    """Attempt of each trial whose process runs."""
    slots: int = 0

    def __post_init__(self) -> None:
        self.controller = SweepController(self.config)

    def feed(self, event: SweepEvent) -> None:
        self.events.append(event)
        over = self.controller.finished
        if isinstance(event, SweepStarted):
            self.slots = max(1, min(event.slots, self.config.limits.max_concurrent))
        if isinstance(event, TrialEnded) and self.running.get(event.trial) == event.attempt:
            del self.running[event.trial]
        for instruction in self.controller.handle(event):
            assert not over
            self.carry_out(instruction)
        self.controller.state.check()
        assert tuple(self.running) == self.controller.running

    def carry_out(self, instruction: Instruction) -> None:
        assert not any(isinstance(i, FinishSweep) for i in self.instructions)
        self.instructions.append(instruction)
        if isinstance(instruction, LaunchTrial):
            assert instruction.trial not in self.running
            self.running[instruction.trial] = instruction.attempt
            assert len(self.running) <= self.slots
        if isinstance(instruction, StopTrial):
            assert self.running[instruction.trial] == instruction.attempt
        if isinstance(instruction, EndTrial):
            assert instruction.trial not in self.running
        if isinstance(instruction, FinishSweep):
            assert not self.running

    def end_all(self) -> None:
        """Let every process end well, until nothing is launched any more."""
        while self.running:
            trial, attempt = next(iter(self.running.items()))
            self.feed(TrialEnded(at_s=0, trial=trial, attempt=attempt, exit_code=0, metrics=(METRIC,)))

    def of(self, kind: type[Instruction]) -> list[Any]:
        return [i for i in self.instructions if isinstance(i, kind)]


def _live_through(config: SweepConfig, happenings: list[SweepEvent], slots: int) -> World:
    world = World(config)
    world.feed(SweepStarted(at_s=0, slots=slots))
    for event in happenings:
        world.feed(_addressed(world, event))
    world.end_all()
    return world


def _addressed(world: World, event: SweepEvent) -> SweepEvent:
    """Most events are made to concern a trial that runs; the others stay late, repeated or unknown."""
    if isinstance(event, TrialStarted | MetricReported | TrialEnded) and event.attempt < 3 and world.running:
        trial = list(world.running)[event.trial % len(world.running)]
        data = {**event_to_json(event), "trial": trial, "attempt": world.running[trial]}
        return event_from_json(data)
    return event


@given(config=configs(), happenings=HAPPENINGS, slots=st.integers(1, 5))
@settings(deadline=None, max_examples=300)
def test_invariants_hold_through_any_life(config: SweepConfig, happenings: list[SweepEvent], slots: int) -> None:
    world = _live_through(config, happenings, slots)
    launched = {launch.trial for launch in world.of(LaunchTrial)}
    attempts = Counter(launch.trial for launch in world.of(LaunchTrial))
    assert launched == set(range(len(launched)))
    assert len(launched) <= config.limits.max_total
    assert max(attempts.values()) <= 1 + config.limits.max_lost_attempts + config.limits.max_retries
    assert Counter(end.trial for end in world.of(EndTrial)) == dict.fromkeys(launched, 1)
    assert max(Counter(stop.trial for stop in world.of(StopTrial)).values(), default=0) <= 1
    assert [type(i) for i in world.instructions].count(FinishSweep) == 1
    assert isinstance(world.instructions[-1], FinishSweep)


@given(config=configs(), happenings=HAPPENINGS, slots=st.integers(1, 5))
@settings(deadline=None, max_examples=150)
def test_replay_of_the_recorded_events_gives_the_same_state_and_the_same_instructions(
    config: SweepConfig, happenings: list[SweepEvent], slots: int
) -> None:
    world = _live_through(config, happenings, slots)
    recorded = [json.loads(json.dumps(event_to_json(event))) for event in world.events]
    again = SweepConfig.from_json(json.loads(json.dumps(config.to_json())))
    controller = SweepController(again)
    instructions = [i for data in recorded for i in controller.handle(event_from_json(data))]
    assert instructions == world.instructions
    half = recorded[: len(recorded) // 2]
    resumed = SweepController.replay(again, map(event_from_json, half))
    for data in recorded[len(half) :]:
        resumed.handle(event_from_json(data))
    assert resumed.state == controller.state == world.controller.state


@given(config=configs(), happenings=HAPPENINGS, slots=st.integers(1, 5))
@settings(deadline=None, max_examples=150)
def test_the_best_trial_has_the_best_finite_value_of_the_attempts_that_count(
    config: SweepConfig, happenings: list[SweepEvent], slots: int
) -> None:
    controller = _live_through(config, happenings, slots).controller
    goal = config.metric.goal
    sound = [t.index for t in controller.state.counted_trials if t.status is not RunStatus.FAILED]
    bests = {trial: goal.best(v for v in controller.curve(trial) if v is not None) for trial in sound}
    value = goal.best(best for best in bests.values() if best is not None)
    assert controller.best_value() == value
    assert value is None or isfinite(value)
    winners = [trial for trial, best in bests.items() if best is not None and best == value]
    assert controller.best() == (min(winners) if winners else None)


@given(config=configs(), happenings=HAPPENINGS, slots=st.integers(1, 5))
@settings(deadline=None, max_examples=150)
def test_no_more_trials_fail_than_may_without_the_sweep_failing(
    config: SweepConfig, happenings: list[SweepEvent], slots: int
) -> None:
    world = _live_through(config, happenings, slots)
    failed = sum(trial.status is RunStatus.FAILED for trial in world.controller.trials)
    [finish] = world.of(FinishSweep)
    limit = config.limits.max_failed
    assert (limit is None or failed <= limit) or finish.status in {RunStatus.FAILED, RunStatus.CANCELED}


@given(config=configs(), slots=st.integers(1, 5))
@settings(deadline=None)
def test_points_are_the_same_at_any_concurrency(config: SweepConfig, slots: int) -> None:
    lives = [_live_through(config, [], n) for n in (1, slots)]
    points = [[(t.index, t.point) for t in world.controller.trials] for world in lives]
    assert points[0] == points[1]
