"""What is said of a runner that lives and does not get on."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hyperstep.runtime.liveness import standstill
from hyperstep.runtime.runner.ownership import this_process


@pytest.mark.parametrize(
    ("beat", "beat_at", "words"),
    [
        (5, 95.0, ""),
        (5, 60.0, "process {pid} has not moved for 40 s"),
        (0, 0.0, ""),
    ],
    ids=["it beats", "it does not", "it is none that beats"],
)
def test_a_runner_without_a_sign_of_life_is_told(beat: int, beat_at: float, words: str) -> None:
    owner = replace(this_process(), beat=beat, beat_at=beat_at)
    assert standstill(owner, 100.0) == words.format(pid=owner.pid)
