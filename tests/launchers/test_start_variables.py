"""Which variables of a process keep it from being forked, and in which forked ones must agree."""

from __future__ import annotations

import pytest

from hyperstep.launchers.start_variables import deciding_part, why_not_forked


@pytest.mark.parametrize("name", ["PYTHONHASHSEED", "PYTHONINSPECT", "LD_PRELOAD", "MALLOC_ARENA_MAX"])
def test_what_is_unusual_asks_for_a_process_of_its_own(name: str) -> None:
    assert why_not_forked({"PATH": "/bin", name: "1"}) == f"{name} is set, which a process reads when it starts"
    assert why_not_forked({"PATH": "/bin", name: ""}) == ""


def test_the_first_by_name_is_told() -> None:
    assert why_not_forked({"PYTHONMALLOC": "debug", "LD_PRELOAD": "x"}).startswith("LD_PRELOAD is set")


def test_what_forked_processes_may_have_if_all_have_the_same_is_no_reason() -> None:
    assert why_not_forked({"PYTHONPATH": "/a", "LANG": "C", "LC_ALL": "C"}) == ""


def test_what_a_process_reads_at_its_start_decides() -> None:
    env = {"PYTHONHASHSEED": "1", "LD_PRELOAD": "x", "LANG": "C", "PATH": "e", "HYPERSTEP_SHIM_PATH": "d"}
    assert dict(deciding_part(env)) == {name: value for name, value in env.items() if name != "PATH"}
