"""When the inputs of a sweep are looked at, and what a look says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hyperstep.runtime.runner.reuse.steady_inputs import NOT_LOOKED_AT, InputWatch, first_change

states = st.dictionaries(st.sampled_from("abc"), st.sampled_from(["1", "2", ""]))


@given(states)
def test_only_known_equal_states_are_no_change(before: dict[str, str]) -> None:
    assert first_change(before, before) == next((name for name in before if not before[name]), "")
    assert (first_change(before, {}) == "") == (not before)


class Clock:
    """Each look takes as long as it is told."""

    def __init__(self) -> None:
        self.now = 100.0
        self.state = "1"
        self.looks = 0

    def look(self) -> dict[str, str]:
        self.looks += 1
        self.now += 1.0
        return {"raw": self.state}


def test_looks_that_take_long_are_rare_and_a_change_stays_one() -> None:
    clock = Clock()
    watch = InputWatch({"raw": "1"}, clock.look, lambda: clock.now)
    assert watch.change() == ""
    assert watch.change() == NOT_LOOKED_AT
    clock.now += 19
    assert watch.change() == NOT_LOOKED_AT
    clock.now += 1
    assert watch.change() == ""
    clock.state = "2"
    assert watch.change() == NOT_LOOKED_AT
    assert watch.change(at_last=True) == "raw"
    clock.state = "1"
    assert watch.change() == watch.change(at_last=True) == "raw"
    assert clock.looks == 3


def test_without_inputs_nothing_is_looked_at() -> None:
    clock = Clock()
    watch = InputWatch({}, clock.look, lambda: clock.now)
    assert watch.change(at_last=True) == ""
    assert clock.looks == 0
