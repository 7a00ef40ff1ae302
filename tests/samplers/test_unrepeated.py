"""Each point once, in an order that a generator decides."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from hyperstep.samplers.unrepeated import shuffled, unrepeated_indices
from hyperstep.search_space.space import SearchSpace


@settings(deadline=None)
@given(st.integers(0, 200), st.integers())
def test_a_shuffle_holds_every_number_once(count: int, seed: int) -> None:
    assert sorted(shuffled(count, Random(seed))) == list(range(count))


def test_every_order_of_a_shuffle_is_equally_likely() -> None:
    orders = Counter(tuple(shuffled(3, Random(seed))) for seed in range(6000))
    assert len(orders) == 6
    assert all(850 < count < 1150 for count in orders.values())


def test_the_start_of_a_huge_shuffle_needs_no_room_for_the_rest() -> None:
    start = list(islice(shuffled(10**30, Random(1)), 100))
    assert len(set(start)) == 100
    assert max(start) > 10**28


def test_the_rest_of_a_space_whose_draws_hardly_reach_it_follows_shuffled() -> None:
    space = SearchSpace.from_json({f"n{i}": ["qloguniform", [-40, 8, 1]] for i in range(6)})
    indices = list(islice(unrepeated_indices(space, Random(1)), 5000))
    assert len(set(indices)) == 5000
    assert max(indices) > (space.size or 0) // 2
