"""When a process counts as hung."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hyperstep.runtime.runner.warm.stillness import Look, Signs, Stillness, patience_s

_TICK_S = 0.5


def looks(changes: list[tuple[float, int, bool]]) -> list[Look]:
    """Looks half a second apart, each after so much more CPU time and output."""
    found = [Look(0.0, 1.0, 100, all_asleep=True)]
    for used, wrote, asleep in changes:
        last = found[-1]
        found.append(Look(last.at_s + _TICK_S, last.cpu_s + used, last.written + wrote, asleep))
    return found


def still_s(seen: list[Look]) -> float:
    stillness = Stillness(seen[0])
    for look in seen[1:]:
        stillness = stillness.after(look)
    return stillness.lasts_s(seen[-1])


idle = st.tuples(st.just(0.0), st.just(0), st.just(True))
busy = st.one_of(
    st.tuples(st.floats(0.1, 1.0), st.just(0), st.just(True)),
    st.tuples(st.just(0.0), st.integers(1, 50), st.just(True)),
    st.tuples(st.just(0.0), st.just(0), st.just(False)),
)


@given(st.lists(st.one_of(idle, busy), max_size=30), st.lists(idle, max_size=30))
def test_it_lasts_since_the_last_sign_of_life(
    before: list[tuple[float, int, bool]], after: list[tuple[float, int, bool]]
) -> None:
    assert still_s(looks([*before, (0.5, 1, True), *after])) == len(after) * _TICK_S


def test_a_thread_that_looks_about_now_and_then_is_still() -> None:
    assert still_s(looks([(0.001, 0, True)] * 100)) == 100 * _TICK_S


def test_a_slow_but_steady_worker_is_not() -> None:
    assert still_s(looks([(0.02, 0, True)] * 100)) < 5


def test_patience_is_clearly_longer_than_the_cold_attempt_took() -> None:
    assert patience_s(30.0, 2.0) == 30.0
    assert patience_s(30.0, 60.0) == 300.0


def why_hung(seen: list[Look], *, least_s: float, cold_s: float) -> str:
    signs = Signs.first(seen[0])
    for look in seen[1:]:
        signs = signs.after(look)
    return signs.why_hung(seen[-1], least_s, cold_s)


TURNING = (_TICK_S, 0, False)
"""A core at work, and nothing written."""


def test_one_that_works_and_writes_nothing_hangs_only_after_very_long() -> None:
    assert not why_hung(looks([TURNING] * 39), least_s=1.0, cold_s=0.5)
    assert why_hung(looks([TURNING] * 41), least_s=1.0, cold_s=0.5).startswith(
        "hung, it seems: it wrote nothing for 20 s"
    )
    assert not why_hung(looks([TURNING] * 41), least_s=1.0, cold_s=2.0)


@given(st.lists(busy, min_size=1, max_size=30))
def test_a_line_now_and_then_is_life(seen: list[tuple[float, int, bool]]) -> None:
    assert not why_hung(looks([*[TURNING] * 30, *seen, (0.0, 1, False), *[TURNING] * 30]), least_s=1.0, cold_s=0.1)


def test_one_that_is_still_hangs_soon() -> None:
    still = looks([(0.0, 0, True)] * 3)
    assert why_hung(still, least_s=1.0, cold_s=0.1) == "hung: for 2 s it used no CPU time and wrote nothing"
