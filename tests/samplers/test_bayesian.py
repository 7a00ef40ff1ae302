"""The Bayesian sampler: learns, forgets nothing it needs, follows from seed, index and history alone."""

from __future__ import annotations

import json
import logging
import math
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperstep import samplers
from hyperstep.digest import canonical_json
from hyperstep.errors import InvalidInputError
from hyperstep.records.goal import Goal
from hyperstep.samplers.base import Observation, Point, Sampler
from hyperstep.samplers.bayesian import STARTUP_TRIALS, TOLD, BayesianSampler
from hyperstep.samplers.random import RandomSampler
from hyperstep.search_space.space import SearchSpace
from hyperstep.testing.samplers import SamplerContract

V1: dict[str, Any] = {
    "solver": ["choice", [["sgd", "adam", "lbfgs"]]],
    "rate": ["uniform", [0, 1]],
    "layers": ["quniform", [1, 30, 1]],
}
EVERY: dict[str, Any] = {
    "options": ["choice", [[1, 1.0, True, None, [2, 3], 1]]],
    "one": ["choice", [["only"]]],
    "fixed": {"a": 1},
    "whole": ["randint", [1000]],
    "flat": ["uniform", [-1, 1]],
    "steps": ["quniform", [-3, 3, 0.5]],
    "scale": ["loguniform", [-9, 1]],
    "few": ["qloguniform", [0, 5, 1]],
    "bell": ["normal", [5, 2]],
    "bells": ["qnormal", [0, 3, 0.25]],
    "skew": ["lognormal", [0, 1]],
    "skews": ["qlognormal", [2, 1, 1]],
    "same": ["loguniform", [-2, -2]],
    "long": ["choice", [list(range(1500))]],
}
CELLS: dict[str, Any] = {"a": ["choice", [list("wxyz")]], "b": ["randint", [6]], "c": 0}


class TestBayesianSampler(SamplerContract):
    uses_history = True

    def make_sampler(self, space: SearchSpace, seed: int) -> Sampler:
        return BayesianSampler(space, seed, Goal.MAXIMIZE)


def bayesian(space: dict[str, Any], seed: int = 1, goal: Goal = Goal.MINIMIZE) -> BayesianSampler:
    return BayesianSampler(SearchSpace.from_json(space), seed, goal)


def loss(point: Point) -> float:
    """Least, 0, at adam, 0.3, 17."""
    rate, layers = float(str(point["rate"])), float(str(point["layers"]))
    return (rate - 0.3) ** 2 + ((layers - 17) / 20) ** 2 + (point["solver"] != "adam") * 0.3


def sweep(sampler: Sampler, length: int, value: Callable[[Point], float], at_once: int = 1) -> list[Observation]:
    """A sweep whose trials end in order, ``at_once`` of them running."""
    history: list[Observation] = []
    for index in range(length):
        known = [
            seen if seen.index <= index - at_once else Observation(seen.index, seen.point, None, ended=False)
            for seen in history
        ]
        point = sampler.propose(index, known)
        assert point is not None
        history.append(Observation(index, point, value(point), ended=True))
    return history


def best(history: Sequence[Observation]) -> float:
    return min(seen.best for seen in history if seen.best is not None)


def drawn(space: dict[str, Any], count: int, value: Callable[[Point], float]) -> list[Observation]:
    sampler = RandomSampler(SearchSpace.from_json(space), 77)
    points = [sampler.propose(index, ()) or {} for index in range(count)]
    return [Observation(index, point, value(point), ended=True) for index, point in enumerate(points)]


@pytest.mark.parametrize("at_once", [1, 4])
def test_it_comes_nearer_to_the_best_than_random_sampling(at_once: int) -> None:
    space = SearchSpace.from_json(V1)
    ours = [best(sweep(BayesianSampler(space, seed, Goal.MINIMIZE), 60, loss, at_once)) for seed in range(5)]
    random = [best(sweep(RandomSampler(space, seed), 60, loss)) for seed in range(5)]
    assert sum(ours) < 0.6 * sum(random)


def test_the_goal_decides_which_way_it_goes() -> None:
    history = drawn(V1, 40, lambda point: float(str(point["rate"])))
    rates = {
        goal: [float(str((bayesian(V1, seed, goal).propose(40, history) or {})["rate"])) for seed in range(12)]
        for goal in Goal
    }
    assert sum(rates[Goal.MAXIMIZE]) / 12 > 0.8
    assert sum(rates[Goal.MINIMIZE]) / 12 < 0.2


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 45), st.integers(0, 10**9), st.data())
def test_a_fresh_sampler_and_one_that_lived_long_propose_the_same(index: int, seed: int, data: st.DataObject) -> None:
    ended = drawn(V1, index, loss)
    states = data.draw(st.lists(st.sampled_from(["ended", "failed", "running"]), min_size=index, max_size=index))
    history = [
        Observation(seen.index, seen.point, seen.best if state == "ended" else None, ended=state != "running")
        for seen, state in zip(ended, states, strict=True)
    ]
    old = bayesian(V1, seed)
    for earlier in (index // 2, index, 3 * index // 4):
        old.propose(earlier, ended[:earlier])
    copied = [Observation(seen.index, dict(seen.point), seen.best, ended=seen.ended) for seen in history]
    assert canonical_json(old.propose(index, history)) == canonical_json(bayesian(V1, seed).propose(index, copied))


@pytest.mark.parametrize("space", [V1, CELLS], ids=["unbounded", "finite"])
def test_a_whole_sweep_is_proposed_again_from_its_history(space: dict[str, Any]) -> None:
    history = sweep(bayesian(space), 20, lambda point: len(str(point)))
    for index in (0, STARTUP_TRIALS - 1, STARTUP_TRIALS, 17):
        assert bayesian(space).propose(index, history[:index]) == history[index].point


def test_another_process_with_another_hash_seed_proposes_the_same() -> None:
    sampler = bayesian(V1, 3)
    history = drawn(V1, 30, loss)
    code = (
        "import json, sys; from hyperstep.samplers import from_json; from hyperstep.samplers.base import Observation;"
        "d, h = json.load(sys.stdin); print(json.dumps(from_json(d).propose(30, [Observation(*o) for o in h])))"
    )
    sent = json.dumps([sampler.to_json(), [[seen.index, dict(seen.point), seen.best, True] for seen in history]])
    for hash_seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        command = [sys.executable, "-W", "error", "-c", code]
        result = subprocess.run(command, input=sent, env=environment, capture_output=True, text=True, check=True)
        assert json.loads(result.stdout) == sampler.propose(30, history)
        assert result.stderr == ""


def test_seed_index_and_history_each_change_the_point() -> None:
    history = drawn(V1, 30, loss)
    other = drawn(V1, 30, lambda point: -loss(point))
    points = [
        bayesian(V1, 3).propose(30, history),
        bayesian(V1, 4).propose(30, history),
        bayesian(V1, 3).propose(31, history),
        bayesian(V1, 3).propose(30, other),
    ]
    assert len(set(map(canonical_json, points))) == 4


def test_running_trials_are_kept_away_from() -> None:
    space: dict[str, Any] = {"x": ["uniform", [0, 1]]}
    history = drawn(space, 30, lambda point: abs(float(str(point["x"])) - 0.5))
    crowd = [Observation(30 + place, {"x": 0.5 + place / 1e4}, None, ended=False) for place in range(30)]
    alone, crowded = (
        sum(abs(float(str((bayesian(space, seed).propose(60, known) or {})["x"])) - 0.5) for seed in range(10))
        for known in (history, history + crowd)
    )
    assert crowded > 2 * alone


def test_trials_without_a_usable_value_teach_nothing() -> None:
    history = drawn(V1, 25, loss)
    failed = [
        Observation(25 + place, {"solver": "sgd", "rate": 0.5, "layers": 3.0}, value, ended=True)
        for place, value in enumerate([None, math.nan, math.inf, -math.inf])
    ]
    sampler = bayesian(V1)
    assert sampler.propose(40, history + failed) == sampler.propose(40, history)


def test_the_first_points_are_drawn_from_the_distributions() -> None:
    space: dict[str, Any] = {"a": ["choice", [["common"] * 9 + ["rare"]]], "x": ["uniform", [0, 1]]}
    running = [Observation(index, {"a": "rare", "x": 0.5}, 0.1, ended=False) for index in range(50)]
    firsts = [(bayesian(space, seed).propose(50, running) or {})["a"] for seed in range(100)]
    assert 75 < firsts.count("common") < 100


@pytest.mark.parametrize("goal", Goal)
def test_every_distribution_is_modelled_with_values_it_could_have_drawn(goal: Goal) -> None:
    space = SearchSpace.from_json(EVERY)
    history = sweep(BayesianSampler(space, 2, goal), 30, lambda point: float(str(point["scale"])), at_once=3)
    assert all(space.contains(seen.point) and list(seen.point) == list(space) for seen in history)


def test_a_normal_distribution_is_searched_from_its_middle_and_left_when_the_best_lies_outside() -> None:
    space: dict[str, Any] = {"x": ["normal", [0, 1]]}
    history = sweep(bayesian(space, 4), 60, lambda point: abs(float(str(point["x"])) - 3.2))
    assert best(history[:10]) > best(history)
    assert best(history) < 0.3


@pytest.mark.parametrize("seed", range(3))
def test_a_finite_space_is_exhausted_exactly_whatever_is_running(seed: int) -> None:
    space = SearchSpace.from_json(CELLS)
    sampler = BayesianSampler(space, seed, Goal.MINIMIZE)
    history = sweep(sampler, 24, lambda point: float(space.index_of(point)), at_once=5)
    assert sorted(space.index_of(seen.point) for seen in history) == list(range(24))
    assert sampler.propose(24, history) is None


def test_a_finite_space_is_learnt_from_too() -> None:
    space: dict[str, Any] = {"n": ["randint", [400]], "a": ["choice", [list("xyz")]]}
    history = sweep(bayesian(space, 2), 50, lambda point: abs(int(str(point["n"])) - 321) + 50 * (point["a"] != "y"))
    assert best(history) <= 4


def test_the_last_untried_points_are_taken_nearest_first() -> None:
    space: dict[str, Any] = {"n": ["randint", [40]]}
    tried = [n for n in range(40) if n not in (14, 33, 39)]
    history = [Observation(place, {"n": n}, abs(n - 12.0), ended=True) for place, n in enumerate(tried)]
    assert bayesian(space).propose(len(history), history) == {"n": 14}


def test_a_history_that_repeats_points_ends_when_all_are_tried_and_not_before() -> None:
    space: dict[str, Any] = {"n": ["randint", [3]]}
    history = [Observation(place, {"n": 1}, 1.0, ended=True) for place in range(2)]
    assert bayesian(space).propose(2, history) in ({"n": 0}, {"n": 2})
    assert bayesian(space).propose(2, [*history, Observation(2, {"n": 0}, None, ended=False)]) == {"n": 2}


def test_a_long_history_is_cut_to_what_the_model_needs() -> None:
    history = drawn(V1, 3000, loss)
    told = TOLD.of(history, Goal.MINIMIZE)
    order = [seen.index for seen in told]
    assert order == sorted(set(order))
    top = sorted(history, key=lambda seen: seen.best or 0.0)[: TOLD.best]
    assert {seen.index for seen in top} <= set(order)
    running = [Observation(3000 + place, history[place].point, None, ended=False) for place in range(TOLD.pending + 9)]
    assert len(TOLD.of(running, Goal.MINIMIZE)) == TOLD.pending
    assert loss(bayesian(V1).propose(3000, history) or {}) < 0.1


def test_optunas_log_lines_stay_away_and_its_verbosity_as_it_was(capfd: pytest.CaptureFixture[str]) -> None:
    import optuna  # noqa: PLC0415 - only this test needs it

    optuna.logging.set_verbosity(logging.DEBUG)
    try:
        bayesian(V1).propose(20, drawn(V1, 20, loss))
        assert optuna.logging.get_verbosity() == logging.DEBUG
    finally:
        optuna.logging.set_verbosity(logging.INFO)
    assert capfd.readouterr() == ("", "")


def test_optuna_is_imported_when_there_is_something_to_learn_from() -> None:
    code = (
        "import sys; from hyperstep.samplers import from_json\n"
        "s = from_json({'name': 'BayesianOptimization', 'space': {'x': ['uniform', [0, 1]]}, 'seed': 1,"
        " 'goal': 'minimize'})\n"
        "s.propose(0, ()); print('optuna' in sys.modules, 'numpy' in sys.modules)"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "False False\n"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": "1"}, "seed is a whole number"),
        ({"goal": None}, r"needs the goal.*maximize, minimize"),
        ({"goal": "MAXIMIZE"}, r"needs the goal.*'MAXIMIZE'"),
        ({"goal": ["maximize"]}, "needs the goal"),
        ({"rule": "sobol"}, r"takes seed, goal.*rule"),
    ],
)
def test_a_broken_setting_is_refused(change: dict[str, Any], message: str) -> None:
    data: dict[str, Any] = {"name": "BayesianOptimization", "space": V1, "seed": 1, "goal": "minimize"}
    assert isinstance(samplers.from_json(data), BayesianSampler)
    with pytest.raises(InvalidInputError, match=message):
        samplers.from_json({**data, **change})
