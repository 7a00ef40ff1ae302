"""The front holds the best point at or before each interval."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from hyperstep.policies.front import Front, FrontPoint

POINTS = st.lists(
    st.builds(FrontPoint, st.integers(1, 5), st.integers(-1, 2).map(float), st.integers(0, 4)), max_size=40
)


@settings(deadline=None)
@given(points=POINTS, interval=st.integers(0, 10))
def test_it_answers_like_a_look_at_all_points(points: list[FrontPoint], interval: int) -> None:
    front = Front()
    for point in points:
        front.add(point)
    until = [p for p in points if p.interval <= interval]
    best = max(until, key=lambda p: (p.gain, -p.interval, -p.trial), default=None)
    assert front.best_until(interval) == best
    for trial in range(5):
        answers = (front.best_until(n) for n in range(10))
        assert front.holds(trial) is any(p is not None and p.trial == trial for p in answers)


@settings(deadline=None)
@given(points=POINTS)
def test_a_rebuilt_front_equals_one_that_grew(points: list[FrontPoint]) -> None:
    grown, rebuilt = Front(), Front()
    for point in points:
        grown.add(point)
    rebuilt.add(FrontPoint(1, 99.0, 0))
    rebuilt.rebuild(reversed(points))
    assert [grown.best_until(n) for n in range(10)] == [rebuilt.best_until(n) for n in range(10)]
