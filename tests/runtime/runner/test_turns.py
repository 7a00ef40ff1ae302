"""Everybody has a turn, and some come first each time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hyperstep.runtime.runner.turns import Turns


@given(st.integers(1, 5), st.integers(0, 20), st.sets(st.integers(0, 19)))
def test_each_has_a_turn_before_any_has_its_second(most: int, count: int, first: set[int]) -> None:
    turns, keys = Turns(most), list(range(count))
    others = [key for key in keys if key not in first]
    seen: list[int] = []
    for _ in range(-(-len(others) // most)):
        chosen = turns.choose(keys, lambda key: key in first)
        assert [key for key in chosen if key in first] == [key for key in keys if key in first]
        seen += [key for key in chosen if key not in first]
    assert set(seen) == set(others)
    assert all(len(turns.choose(keys, lambda key: key in first)) <= most + len(first) for _ in range(3))
