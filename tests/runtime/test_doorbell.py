"""How long a runner waits for its bell: as long as it likes, but for a short look after each ring."""

from __future__ import annotations

import select
import time
from pathlib import Path

import pytest

from hyperstep.runtime import doorbell
from hyperstep.runtime.doorbell import Doorbell, hung
from hyperstep_trial.record_writer import RING_EVERY_S

_LONG_S = 100.0


def test_whoever_does_not_ring_so_soon_after_a_ring_is_looked_at_all_the_same() -> None:
    assert doorbell._LOOK_AGAIN_S > RING_EVERY_S


def test_the_wait_after_a_ring_is_short_and_the_one_after_that_is_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [50.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    with hung(tmp_path / "bell") as bell:
        bell.ring()
        bell.ring()
        bell.wait(_LONG_S)
        assert _waits(bell, now, monkeypatch, 2) == [pytest.approx(doorbell._LOOK_AGAIN_S), _LONG_S]


def test_work_that_takes_longer_than_that_is_followed_by_a_look_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [50.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    with hung(tmp_path / "bell") as bell:
        bell.ring()
        bell.wait(_LONG_S)
        now[0] += 1.0
        assert _waits(bell, now, monkeypatch, 2) == [0.0, _LONG_S]


def _waits(bell: Doorbell, now: list[float], monkeypatch: pytest.MonkeyPatch, count: int) -> list[float]:
    """How long each of some waits would be that nobody rings in."""
    waited: list[float] = []

    def pass_time(_reading: object, _writing: object, _failing: object, timeout_s: float) -> tuple[list[int], ...]:
        waited.append(timeout_s)
        now[0] += timeout_s
        return [], [], []

    with monkeypatch.context() as patched:
        patched.setattr(select, "select", pass_time)
        for _ in range(count):
            bell.wait(_LONG_S)
    return waited
