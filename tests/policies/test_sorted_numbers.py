"""Sorted numbers in blocks are a sorted list."""

from __future__ import annotations

from bisect import insort

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperstep.policies import sorted_numbers
from hyperstep.policies.sorted_numbers import SortedNumbers

NUMBERS = st.one_of(st.integers(-3, 3).map(float), st.floats(allow_nan=False))


@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), NUMBERS), max_size=80), st.integers(1, 3))
def test_they_are_what_a_sorted_list_is(steps: list[tuple[bool, float]], block: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sorted_numbers, "BLOCK", block)
        ours, plain = SortedNumbers(), list[float]()
        for is_added, number in steps:
            if is_added or number not in plain:
                ours.add(number)
                insort(plain, number)
            else:
                ours.remove(number)
                plain.remove(number)
            assert list(ours) == plain
            assert len(ours) == len(plain)
            assert [ours[place] for place in range(-len(plain), len(plain))] == [*plain, *plain]
        assert list(ours[1:3]) == plain[1:3]


def test_what_is_not_there_cannot_be_removed() -> None:
    numbers = SortedNumbers()
    for number in (1.0, 3.0):
        numbers.add(number)
    for absent in (0.0, 2.0, 4.0):
        with pytest.raises(ValueError, match=str(absent)):
            numbers.remove(absent)
    with pytest.raises(IndexError):
        numbers[2]
    assert list(numbers) == [1.0, 3.0]


def test_no_block_grows_with_the_length() -> None:
    numbers = SortedNumbers()
    for place in range(20_000):
        numbers.add(float(place * 7919 % 20_011))
    assert max(map(len, numbers._blocks)) < 2 * sorted_numbers.BLOCK
    assert numbers[10_000] == sorted(numbers)[10_000]
