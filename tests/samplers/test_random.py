"""The random sampler: one seed, one list of points, everywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from itertools import takewhile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperstep.errors import InvalidInputError
from hyperstep.samplers.base import Sampler
from hyperstep.samplers.random import RandomSampler
from hyperstep.search_space.space import SearchSpace
from hyperstep.testing.samplers import SamplerContract

MIXED: dict[str, Any] = {
    "lr": ["loguniform", [-6, -1]],
    "units": ["qlognormal", [3, 1, 1]],
    "momentum": ["normal", [0.9, 0.01]],
    "depth": ["randint", [9]],
    "solver": ["choice", [["sgd", "adam"]]],
}
PINNED_DEPTHS = [7, 3, 1]
PINNED_SOLVERS = ["adam", "adam", "adam"]
PINNED_UNITS = [12.0, 14.0, 21.0]
PINNED_RATES = [0.007601902898771172, 0.016879733245264452, 0.0335977075658105]
PINNED_MOMENTA = [0.9044468039925889, 0.8968692227875901, 0.9068738674007596]
PINNED_CELLS = "z2y1y2x0z1y0x2x1z0"


class TestRandomSampler(SamplerContract):
    def make_sampler(self, space: SearchSpace, seed: int) -> Sampler:
        return RandomSampler(space, seed)


def proposed(space: dict[str, Any], seed: int, count: int) -> list[Any]:
    sampler = RandomSampler(SearchSpace.from_json(space), seed)
    return list(takewhile(lambda point: point is not None, (sampler.propose(index, ()) for index in range(count))))


def test_the_list_of_a_seed_is_the_one_that_earlier_versions_gave() -> None:
    points = proposed(MIXED, 7, 3)
    assert [point["depth"] for point in points] == PINNED_DEPTHS
    assert [point["solver"] for point in points] == PINNED_SOLVERS
    assert [point["units"] for point in points] == PINNED_UNITS
    assert [point["lr"] for point in points] == pytest.approx(PINNED_RATES, rel=1e-12)
    assert [point["momentum"] for point in points] == pytest.approx(PINNED_MOMENTA, rel=1e-12)
    cells = proposed({"a": ["choice", [list("xyz")]], "b": ["randint", [3]]}, 7, 9)
    assert "".join(f"{cell['a']}{cell['b']}" for cell in cells) == PINNED_CELLS


def test_another_process_with_another_hash_seed_gives_the_same_list() -> None:
    code = (
        "import json, sys; from hyperstep.samplers import from_json; s = from_json(json.load(sys.stdin));"
        "print(json.dumps([s.propose(i, ()) for i in range(6)]))"
    )
    cells: dict[str, Any] = {"a": ["choice", [list("xyz")]], "b": ["randint", [3]]}
    for space in (MIXED, cells):
        sampler = RandomSampler(SearchSpace.from_json(space), 11)
        outputs = [
            subprocess.run(
                [sys.executable, "-c", code],
                input=json.dumps(sampler.to_json()),
                env={**os.environ, "PYTHONHASHSEED": hash_seed},
                capture_output=True,
                text=True,
                check=True,
            ).stdout
            for hash_seed in ("1", "2")
        ]
        assert outputs[0] == outputs[1]
        assert json.loads(outputs[0]) == proposed(space, 11, 6)


def test_another_seed_gives_another_list() -> None:
    assert proposed(MIXED, 1, 5) != proposed(MIXED, 2, 5)
    cells = {"a": ["randint", [50]]}
    assert proposed(cells, 1, 50) != proposed(cells, 2, 50)


@settings(deadline=None)
@given(
    st.dictionaries(
        st.text(min_size=1, max_size=4),
        st.one_of(
            st.lists(st.one_of(st.integers(-2, 2), st.booleans(), st.text(max_size=1)), min_size=1, max_size=5).map(
                lambda options: ["choice", [options]]
            ),
            st.integers(1, 5).map(lambda upper: ["randint", [upper]]),
            st.integers(-3, 3).map(lambda low: ["quniform", [low, low + 4, 2]]),
        ),
        max_size=3,
    ),
    st.integers(),
)
def test_a_finite_space_is_exhausted_exactly(expressions: dict[str, Any], seed: int) -> None:
    space = SearchSpace.from_json(expressions)
    size = space.size
    assert size is not None
    points = proposed(expressions, seed, size + 1)
    assert sorted(space.index_of(point) for point in points) == list(range(size))


def test_options_listed_twice_come_early_more_often_and_still_once() -> None:
    space: dict[str, Any] = {"a": ["choice", [["common"] * 9 + ["rare"]]]}
    firsts = Counter(proposed(space, seed, 1)[0]["a"] for seed in range(400))
    assert 320 < firsts["common"] < 400
    assert [point["a"] for point in proposed(space, 0, 9)] in (["common", "rare"], ["rare", "common"])


def test_a_concentrated_finite_space_is_still_exhausted() -> None:
    space: dict[str, Any] = {"n": ["qloguniform", [-30, 6, 1]]}
    points = proposed(space, 3, 1000)
    assert sorted(point["n"] for point in points) == [float(n) for n in range(404)]


def test_a_huge_finite_space_is_sampled_without_making_it() -> None:
    space: dict[str, Any] = {f"p{i}": ["choice", [list(range(10))]] for i in range(20)}
    sampler = RandomSampler(SearchSpace.from_json(space), 5)
    assert sampler.size == 10**20
    points = {json.dumps(sampler.propose(index, ())) for index in range(500)}
    assert len(points) == 500


@pytest.mark.parametrize("seed", [None, "7", 7.0, True])
def test_a_seed_that_is_no_int_is_refused(seed: Any) -> None:
    with pytest.raises(InvalidInputError, match="seed is a whole number"):
        RandomSampler(SearchSpace({}), seed)


def test_another_rule_is_refused_with_the_sampler_that_has_it() -> None:
    data: dict[str, Any] = {"name": "RANDOM", "space": {}, "seed": 1}
    assert RandomSampler.from_json({**data, "rule": "random"}).propose(0, ()) == {}
    with pytest.raises(InvalidInputError, match=r"'random' only.*'sobol'.*SOBOL"):
        RandomSampler.from_json({**data, "rule": "sobol"})
    with pytest.raises(InvalidInputError, match=r"takes seed, rule.*logbase"):
        RandomSampler.from_json({**data, "logbase": 10})
