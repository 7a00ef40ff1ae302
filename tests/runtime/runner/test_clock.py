"""The runner's clock goes forward steadily, whatever becomes of the machine's own clock."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from hyperstep.runtime.runner.clock import SteadyClock, machine_clock
from hyperstep.testing.run_store import root_run

DAY_S = 86400.0


@dataclass
class Hands:
    """A wall clock and a steady one, both set by hand."""

    wall_s: float = 1000.0
    steady_s: float = 50.0

    def clock(self, *, offset_s: float | None = None, not_before_s: float = 0.0) -> SteadyClock:
        return SteadyClock(lambda: self.wall_s, lambda: self.steady_s, offset_s=offset_s, not_before_s=not_before_s)


def test_it_begins_with_the_wall_clock() -> None:
    assert Hands().clock().now() == 1000.0


@given(st.lists(st.tuples(st.floats(0, DAY_S), st.floats(-DAY_S, DAY_S)), max_size=20))
def test_jumps_of_the_wall_clock_do_not_reach_it(moves: list[tuple[float, float]]) -> None:
    hands = Hands()
    clock = hands.clock()
    for passed_s, jump_s in moves:
        before = clock.now()
        hands.steady_s += passed_s
        hands.wall_s += passed_s + jump_s
        assert clock.now() == before + passed_s or abs(clock.now() - before - passed_s) < 1e-6
        assert clock.now() >= before


def test_the_next_runner_of_the_same_boot_counts_on_whatever_the_wall_clock_says() -> None:
    hands = Hands()
    first = hands.clock()
    hands.steady_s += 10
    hands.wall_s -= DAY_S
    assert hands.clock(offset_s=first.offset_s).now() == 1010.0
    hands.wall_s += 10 * DAY_S
    assert hands.clock(offset_s=first.offset_s).now() == 1010.0


def test_after_another_boot_it_begins_with_the_wall_clock_but_never_before_what_is_recorded() -> None:
    hands = Hands(wall_s=500.0)
    assert hands.clock(not_before_s=1010.0).now() == 1010.0
    assert hands.clock(not_before_s=400.0).now() == 500.0


def test_a_runs_clock_is_remembered_in_its_folder_and_a_torn_note_of_it_is_passed_over(tmp_path: Path) -> None:
    first = machine_clock(tmp_path, [root_run()])
    assert machine_clock(tmp_path, []).offset_s == first.offset_s
    (tmp_path / "clock.json").write_text('{"boot": ')
    assert abs(machine_clock(tmp_path, []).now() - first.now()) < DAY_S
