"""A process's share of the machine, as variables."""

from __future__ import annotations

import pytest

from hyperstep.runtime.runner.job_environment import THREAD_VARIABLES, WAITING_VARIABLE, cores_of_one, thread_share


@pytest.mark.parametrize(("cores", "processes", "share"), [(8, 2, "4"), (8, 3, "2"), (2, 8, "1"), (4, 1, "4")])
def test_each_process_has_its_share_of_the_cores(cores: int, processes: int, share: str) -> None:
    found = thread_share({}, cores, processes)
    assert {found[name] for name in THREAD_VARIABLES} == {share}
    assert cores_of_one(cores, processes) == int(share)


def test_what_the_user_set_is_left_alone() -> None:
    assert thread_share({"MKL_NUM_THREADS": "3"}, 8, 1) == {}
    assert thread_share({"OMP_NUM_THREADS": "3"}, 8, 2) == {WAITING_VARIABLE: "PASSIVE"}
    assert WAITING_VARIABLE not in thread_share({WAITING_VARIABLE: "ACTIVE"}, 8, 2)


def test_threads_of_processes_that_run_at_once_wait_asleep() -> None:
    assert thread_share({}, 8, 2)[WAITING_VARIABLE] == "PASSIVE"
    assert WAITING_VARIABLE not in thread_share({}, 8, 1)
