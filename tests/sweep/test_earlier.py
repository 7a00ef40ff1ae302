"""A sweep that goes on from earlier trials, and one that is taken over without asking its sampler again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hyperstep import samplers
from hyperstep.digest import Json, canonical_json
from hyperstep.errors import InvalidInputError
from hyperstep.policies.no_termination import NoTerminationPolicy
from hyperstep.records.goal import Goal, PrimaryMetric
from hyperstep.records.status import RunStatus
from hyperstep.samplers.base import Observation, Point, Sampler
from hyperstep.sweep.config import Limits, SweepConfig
from hyperstep.sweep.controller import SweepController
from hyperstep.sweep.earlier import EarlierTrial, ResumedTrial
from hyperstep.sweep.events import SweepStarted, TrialEnded
from hyperstep.sweep.instructions import FinishSweep, LaunchTrial, RecordDecision
from hyperstep.testing.simulation import Script, Simulation

FINITE: dict[str, Json] = {"b": ["choice", [[1, 2, 3]]], "a": ["choice", [["x", "y"]]]}
NAMES = ("RANDOM", "GRID", "SOBOL", "BayesianOptimization")


def _sampler(name: str, space: Mapping[str, Json] = FINITE, goal: str = "maximize") -> Sampler:
    seed = {} if name == "GRID" else {"seed": 3}
    return samplers.from_json(
        {"name": name, "space": space, **seed, **({"goal": goal} if name.startswith("Bayes") else {})}
    )


def _config(sampler: Sampler, total: int = 10, concurrent: int = 1) -> SweepConfig:
    return SweepConfig(sampler, NoTerminationPolicy(), PrimaryMetric("acc", Goal.MAXIMIZE), Limits(total, concurrent))


def _point(b: int, a: str) -> Point:
    return {"b": b, "a": a}


class Counting(Sampler):
    """Counts how often it is asked; what it says depends on all it was shown."""

    name = "COUNTING"
    size = None

    def __init__(self) -> None:
        self.asked = 0

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Counting:
        del data
        return cls()

    def propose(self, index: int, history: Sequence[Observation]) -> Point | None:
        self.asked += 1
        return {"x": [index, *(seen.best for seen in history)]}

    def to_json(self) -> dict[str, Json]:
        return {"name": self.name}


@pytest.mark.parametrize("name", NAMES)
def test_points_tried_before_are_not_tried_again_in_a_finite_space(name: str) -> None:
    earlier = (EarlierTrial(_point(2, "x"), 0.5), EarlierTrial({"a": "y", "b": 1}, None))
    simulation = Simulation(replace(_config(_sampler(name)), history=earlier), lambda *_: Script((0.5,)))
    finish = simulation.run()
    tried = {canonical_json(trial.point) for trial in simulation.controller.trials}
    assert len(tried) == len(simulation.controller.trials) == 4
    assert not tried & {canonical_json(trial.point) for trial in earlier}
    assert finish.status is RunStatus.COMPLETED


@pytest.mark.parametrize("name", NAMES)
def test_a_space_that_was_tried_as_a_whole_is_said_to_be(name: str) -> None:
    earlier = tuple(EarlierTrial(_point(b, a), 0.1) for b in (1, 2, 3) for a in ("x", "y"))
    finish = Simulation(replace(_config(_sampler(name)), history=earlier), lambda *_: Script((0.5,))).run()
    assert finish == FinishSweep(
        RunStatus.FAILED, "Every point of the search space was tried by the sweeps that this one goes on from.", None
    )


def test_resumed_trials_come_first_with_their_keys_in_the_order_of_the_space() -> None:
    resumed = (ResumedTrial({"a": "y", "b": 3}, {"outputs/m": "d1"}), ResumedTrial(_point(1, "x"), {}))
    controller = SweepController(replace(_config(_sampler("GRID"), concurrent=3), resumed=resumed))
    instructions = controller.handle(SweepStarted(at_s=0, slots=3))
    launched = [list(i.point.items()) for i in instructions if isinstance(i, LaunchTrial)]
    assert launched == [[("b", 3), ("a", "y")], [("b", 1), ("a", "x")], [("b", 1), ("a", "y")]]
    kinds = [(i.kind, i.trial) for i in instructions if isinstance(i, RecordDecision)]
    assert kinds == [("take up", 0), ("take up", 1), ("sample", 2)]


def test_an_empty_point_can_be_resumed() -> None:
    controller = SweepController(replace(_config(_sampler("GRID", {})), resumed=(ResumedTrial({}, {}),)))
    controller.handle(SweepStarted(at_s=0, slots=1))
    assert [trial.point for trial in controller.trials] == [{}]


def test_a_model_learns_from_all_five_hundred_earlier_trials() -> None:
    space: dict[str, Json] = {"x": ["uniform", [0, 1]]}
    earlier = tuple(EarlierTrial({"x": n / 500}, -abs(n / 500 - 0.7)) for n in range(500))
    sampler = _sampler("BayesianOptimization", space)
    controller = SweepController(replace(_config(sampler), history=earlier))
    controller.handle(SweepStarted(at_s=0, slots=1))
    first = controller.trials[0].point["x"]
    assert isinstance(first, float)
    assert abs(first - 0.7) < 0.1
    told = SweepController(_config(sampler))
    told.handle(SweepStarted(at_s=0, slots=1))
    assert told.trials[0].point["x"] != first


def test_a_hyperparameter_that_a_model_cannot_learn_from_is_named() -> None:
    sampler = _sampler("BayesianOptimization")
    foreign: list[tuple[Point, str]] = [
        ({"b": 1}, "'a'"),
        ({"b": 9, "a": "x"}, "'b'"),
        ({**_point(1, "x"), "c": 1}, "'c'"),
    ]
    for point, name in foreign:
        with pytest.raises(InvalidInputError, match=name):
            replace(_config(sampler), history=(EarlierTrial(point, 0.1),))
        replace(_config(_sampler("RANDOM")), history=(EarlierTrial(point, 0.1),))


def test_a_sampler_that_goes_the_other_way_than_the_metric_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="maximize"):
        _config(_sampler("BayesianOptimization", goal="minimize"))


def test_more_resumed_trials_than_the_sweep_may_have_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="No more trials"):
        replace(_config(_sampler("GRID"), total=1), resumed=(ResumedTrial(_point(1, "x"), {}),) * 2)


def test_what_it_goes_on_from_is_part_of_its_json_and_comes_back() -> None:
    config = replace(
        _config(_sampler("RANDOM")),
        history=(EarlierTrial(_point(1, "x"), 0.25), EarlierTrial(_point(2, "x"), None)),
        resumed=(ResumedTrial(_point(3, "y"), {"outputs/m.txt": "abc"}),),
    )
    again = SweepConfig.from_json(json.loads(canonical_json(config.to_json())))
    assert (again.history, again.resumed) == (config.history, config.resumed)
    assert set(_config(_sampler("RANDOM")).to_json()) == {"sampler", "policy", "metric", "limits"}
    with pytest.raises(InvalidInputError, match="EarlierTrial"):
        SweepConfig.from_json({**config.to_json(), "history": [{"point": 3}]})


def test_a_replay_with_the_recorded_points_asks_the_sampler_nothing() -> None:
    sampler = Counting()
    config = _config(sampler, total=6, concurrent=2)
    simulation = Simulation(config, lambda trial, _: Script((float(trial),)))
    simulation.run()
    points = [trial.point for trial in simulation.controller.trials]
    assert sampler.asked == len(points) == 6
    replayed = SweepController.replay(config, simulation.events, points)
    assert sampler.asked == 6
    assert replayed.state == simulation.controller.state


@given(
    name=st.sampled_from(("RANDOM", "GRID", "SOBOL")),
    cut=st.integers(0, 8),
    tried=st.sets(st.tuples(st.sampled_from([1, 2, 3]), st.sampled_from(["x", "y"])), max_size=4),
    taken_up=st.integers(0, 2),
)
@settings(deadline=None)
def test_a_sweep_taken_over_with_recorded_points_goes_on_as_it_would_have(
    name: str, cut: int, tried: set[tuple[int, str]], taken_up: int
) -> None:
    config = replace(
        _config(_sampler(name)),
        history=tuple(EarlierTrial(_point(*point), 0.5) for point in sorted(tried)),
        resumed=tuple(ResumedTrial(_point(3, a), {}) for a in ("x", "y")[:taken_up]),
    )
    simulation = Simulation(config, lambda trial, _: Script((float(trial),)))
    simulation.run()
    before = SweepController.replay(config, simulation.events[:cut])
    again = SweepController.replay(config, simulation.events[:cut], [trial.point for trial in before.trials])
    assert again.state == before.state
    for event in simulation.events[cut:]:
        again.handle(event)
    assert again.state == simulation.controller.state


def test_a_bayesian_sweep_taken_over_with_recorded_points_proposes_the_same() -> None:
    config = replace(
        _config(_sampler("BayesianOptimization", {"x": ["uniform", [0, 1]]}), total=14),
        history=(EarlierTrial({"x": 0.5}, 0.5),),
        resumed=(ResumedTrial({"x": 0.25}, {}),),
    )
    simulation = Simulation(config, lambda trial, _: Script((trial * 0.1,)))
    simulation.run()
    points = [trial.point for trial in simulation.controller.trials]
    ended = [place for place, event in enumerate(simulation.events) if isinstance(event, TrialEnded)]
    cut = ended[11] + 1
    again = SweepController.replay(config, simulation.events[:cut], points[:13])
    for event in simulation.events[cut:]:
        again.handle(event)
    assert [trial.point for trial in again.trials] == points
