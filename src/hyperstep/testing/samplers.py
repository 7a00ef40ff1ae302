"""What every sampler must keep true, as a pytest class to inherit.

Usage::

    class TestMySampler(SamplerContract):
        def make_sampler(self, space: SearchSpace, seed: int) -> Sampler:
            return MySampler(space, seed)
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import pytest

from hyperstep import samplers
from hyperstep.digest import canonical_json
from hyperstep.errors import InvalidInputError
from hyperstep.samplers.base import Observation, Point, Sampler
from hyperstep.search_space.space import SearchSpace

FINITE = SearchSpace.from_json(
    {"--z": ["choice", [[1, 1.0, True, "1", 1]]], "a": ["choice", [["x", None, [2, 3]]]], "fixed": 7}
)
"""12 points: options that are equal in Python and different in JSON, one listed twice, a constant."""
INFINITE = SearchSpace.from_json({"lr": ["loguniform", [-6, -1]], "layers": ["choice", [[1, 2, 3]]]})
LARGE = SearchSpace.from_json({f"p{digit}": ["randint", [10]] for digit in range(30)})
SEED = 20
LENGTH = 12
"""Trials proposed in each test; the number of points of FINITE."""


class SamplerContract(ABC):
    """Inherit, and say how the sampler is made."""

    uses_history: ClassVar[bool] = False
    """True when earlier trials' results change what is proposed."""
    order_counts: ClassVar[bool] = False
    """True when the list of points depends on the order in which the space is written."""
    needs_finite_space: ClassVar[bool] = False
    """True when the sampler refuses a space that is not finite."""

    @abstractmethod
    def make_sampler(self, space: SearchSpace, seed: int) -> Sampler:
        """The sampler under test; one without chance leaves ``seed`` alone."""

    @pytest.fixture
    def finite(self) -> Sampler:
        """A sampler over the finite space."""
        return self.make_sampler(FINITE, SEED)

    @pytest.fixture(params=["small", "unbounded"])
    def space(self, request: pytest.FixtureRequest) -> SearchSpace:
        """A space that the trials exhaust, and one that no sweep does."""
        unbounded = LARGE if self.needs_finite_space else INFINITE
        return FINITE if request.param == "small" else unbounded

    def test_equal_arguments_give_an_equal_sequence(self, space: SearchSpace) -> None:
        first, second = self.make_sampler(space, SEED), self.make_sampler(space, SEED)
        assert _keys(_in_turn(first)) == _keys(_in_turn(second))

    def test_every_point_lies_in_the_space_with_its_keys_in_order(self, space: SearchSpace) -> None:
        for point in _in_turn(self.make_sampler(space, SEED)):
            assert space.contains(point)
            assert list(point) == list(space)

    def test_asking_again_gives_the_same_point(self, space: SearchSpace) -> None:
        sampler = self.make_sampler(space, SEED)
        assert _key(sampler.propose(0, ())) == _key(sampler.propose(0, ()))

    def test_a_point_does_not_depend_on_what_was_asked_before(self, space: SearchSpace) -> None:
        points = _in_turn(self.make_sampler(space, SEED))
        history = _observed(points)
        jumping = self.make_sampler(space, SEED)
        assert _key(jumping.propose(7, history[:7])) == _key(points[7])
        assert _key(jumping.propose(3, history[:3])) == _key(points[3])

    def test_the_history_changes_nothing_unless_the_sampler_says_so(self, space: SearchSpace) -> None:
        if self.uses_history:
            pytest.skip("uses the history")
        sampler = self.make_sampler(space, SEED)
        points = _in_turn(sampler)
        history = _observed(points)
        for index, point in enumerate(points):
            assert _key(sampler.propose(index, ())) == _key(point)
            assert _key(sampler.propose(index, history[: index // 2])) == _key(point)

    def test_it_says_whether_it_looks_at_results(self, finite: Sampler) -> None:
        assert finite.uses_history is self.uses_history

    def test_a_longer_sweep_begins_like_a_shorter_one(self, space: SearchSpace) -> None:
        points = _in_turn(self.make_sampler(space, SEED))
        later = self.make_sampler(space, SEED)
        rest = [later.propose(index, _observed(points[:index])) for index in range(LENGTH // 2, LENGTH)]
        assert [_key(point) for point in rest] == _keys(points[LENGTH // 2 :])

    def test_trials_of_an_earlier_sweep_may_stand_before_its_own(self, space: SearchSpace) -> None:
        sampler = self.make_sampler(space, SEED)
        points = _in_turn(sampler)
        earlier = [Observation(index - 3, point, best=0.5, ended=True) for index, point in enumerate(points[-3:])]
        point = self.make_sampler(space, SEED).propose(0, earlier)
        assert point is not None
        assert space.contains(point)
        assert sampler.foreign_to(point) == ""

    def test_its_json_gives_the_sequence_back_even_with_sorted_keys(self, space: SearchSpace) -> None:
        sampler = self.make_sampler(space, SEED)
        text = canonical_json(sampler.to_json())
        again = samplers.from_json(json.loads(text))
        assert type(again) is type(sampler)
        assert canonical_json(again.to_json()) == text
        assert [list(point.items()) for point in _in_turn(again)] == [list(p.items()) for p in _in_turn(sampler)]

    def test_its_json_carries_its_name(self, finite: Sampler) -> None:
        assert finite.to_json()["name"] == finite.name

    def test_the_order_in_which_the_space_is_written_is_that_of_keys_alone_unless_it_says_so(
        self, space: SearchSpace
    ) -> None:
        turned = SearchSpace({name: space[name] for name in reversed(list(space))})
        sampler, other = self.make_sampler(space, SEED), self.make_sampler(turned, SEED)
        points = _in_turn(other)
        assert all(list(point) == list(turned) for point in points)
        assert other.order_counts is self.order_counts
        assert (_keys(points) != _keys(_in_turn(sampler))) is self.order_counts

    def test_a_finite_space_is_proposed_without_repetition_and_then_ends(self, finite: Sampler) -> None:
        points = _in_turn(finite)
        assert finite.size == FINITE.size == LENGTH
        assert len(set(_keys(points))) == LENGTH
        history = _observed(points)
        assert finite.propose(LENGTH, history) is None
        assert finite.propose(LENGTH + 100, history) is None
        assert _key(finite.propose(LENGTH - 1, history[:-1])) == _key(points[-1])

    def test_an_empty_space_holds_one_empty_point(self) -> None:
        sampler = self.make_sampler(SearchSpace({}), SEED)
        assert sampler.propose(0, ()) == {}
        assert sampler.propose(1, _observed([{}])) is None

    def test_the_size_is_none_where_the_space_has_no_end(self) -> None:
        if self.needs_finite_space:
            with pytest.raises(InvalidInputError, match="lr"):
                self.make_sampler(INFINITE, SEED)
        else:
            assert self.make_sampler(INFINITE, SEED).size is None

    def test_a_negative_index_is_refused(self, finite: Sampler) -> None:
        with pytest.raises(InvalidInputError, match="from 0"):
            finite.propose(-1, ())


def _in_turn(sampler: Sampler) -> list[Point]:
    """The first points, each proposed after the ones before it have ended."""
    points: list[Point] = []
    for index in range(LENGTH):
        point = sampler.propose(index, _observed(points))
        assert point is not None
        points.append(point)
    return points


def _observed(points: Sequence[Point]) -> list[Observation]:
    return [
        Observation(index=index, point=point, best=1 / (index + 1), ended=True) for index, point in enumerate(points)
    ]


def _key(point: Point | None) -> str:
    return canonical_json(point)


def _keys(points: Sequence[Point]) -> list[str]:
    return [_key(point) for point in points]
