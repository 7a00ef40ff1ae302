"""Whole and normal numbers from bits."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperstep.search_space.chance import MAX_DEVIATIONS, standard_normal, whole_below


@settings(deadline=None)
@given(st.integers(1, 10**30), st.integers())
def test_a_whole_number_stays_below_its_bound(bound: int, seed: int) -> None:
    assert 0 <= whole_below(Random(seed), bound) < bound


def test_whole_numbers_are_equally_likely() -> None:
    generator = Random(1)
    counts = Counter(whole_below(generator, 5) for _ in range(10_000))
    assert sorted(counts) == [0, 1, 2, 3, 4]
    assert all(1850 < count < 2150 for count in counts.values())


def test_the_share_of_normal_draws_within_one_and_two_deviations_is_the_known_one() -> None:
    generator = Random(1)
    sample = [abs(standard_normal(generator)) for _ in range(20_000)]
    assert sum(value < 1 for value in sample) / len(sample) == pytest.approx(0.6827, abs=0.01)
    assert sum(value < 2 for value in sample) / len(sample) == pytest.approx(0.9545, abs=0.01)


@pytest.mark.parametrize("extreme", [0.0, 1 - 2**-53])
def test_the_farthest_draw_is_within_the_stated_limit(extreme: float) -> None:
    class Extreme(Random):
        def random(self) -> float:
            return extreme

    assert abs(standard_normal(Extreme())) < MAX_DEVIATIONS
