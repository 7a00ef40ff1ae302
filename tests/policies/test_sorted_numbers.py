"""Sorted numbers in blocks are a sorted list."""

from __future__ import annotations

from bisect import insort

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperstep.policies import sorted_numbers
from hyperstep.policies.sorted_numbers import SortedNumbers, number_at

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


@settings(deadline=None)
@given(st.lists(st.lists(NUMBERS, max_size=12), max_size=6), st.integers(1, 3), st.sampled_from([0, 10]))
def test_a_number_of_several_lists_is_found_by_its_place_in_all(
    lists: list[list[float]], block: int, merged: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sorted_numbers, "BLOCK", block)
        patch.setattr(sorted_numbers, "MERGED", merged)
        parts = [SortedNumbers() for _ in lists]
        for part, numbers in zip(parts, lists, strict=True):
            for number in numbers:
                part.add(number)
        whole = sorted(number for numbers in lists for number in numbers)
        assert [number_at(parts, place) for place in range(len(whole))] == whole
        for place in (-1, len(whole)):
            with pytest.raises(IndexError):
                number_at(parts, place)


def test_to_find_a_number_of_long_lists_reads_few_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [SortedNumbers() for _ in range(3)]
    for number in range(60_000):
        parts[number % 3].add(float(number * 7919 % 60_013))
    whole = sorted(number for part in parts for number in part)
    reads: list[float] = []
    ranks = SortedNumbers.ranks

    def counting(self: SortedNumbers, number: float) -> tuple[int, int]:
        reads.append(number)
        return ranks(self, number)

    monkeypatch.setattr(SortedNumbers, "ranks", counting)
    assert number_at(parts, 12_345) == whole[12_345]
    assert len(reads) < 3 * 3 * 16
