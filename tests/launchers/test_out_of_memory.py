"""The system's count of what it ended for want of memory, in both versions of control groups."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from hyperstep.launchers import out_of_memory
from hyperstep.launchers.out_of_memory import ended_for_memory, oom_kills


@pytest.mark.parametrize(
    ("own", "file", "text", "count"),
    [
        ("0::/user/job\n", "user/job/memory.events", "low 0\nhigh 1\nmax 3\noom 2\noom_kill 5\n", 5),
        ("0::/\n", "memory.events", "oom_kill 2\n", 2),
        ("7:memory:/docker/x\n2:cpu:/\n", "memory/docker/x/memory.oom_control", "under_oom 0\noom_kill 4\n", 4),
        ("7:cpu,memory:/host/path\n", "memory/memory.oom_control", "oom_kill 1\n", 1),
        ("7:memory:/x\n", "memory/x/memory.oom_control", "oom_kill_disable 0\n", None),
        ("2:cpu:/\n", "memory.events", "oom_kill 2\n", None),
        ("nonsense\n", "memory.events", "oom_kill 2\n", None),
    ],
)
def test_the_count_is_read(tmp_path: Path, own: str, file: str, text: str, count: int | None) -> None:
    groups = tmp_path / "groups"
    (groups / file).parent.mkdir(parents=True)
    (groups / file).write_text(text)
    (tmp_path / "own").write_text(own)
    assert oom_kills(tmp_path / "own", groups) == count


def test_there_is_no_count_without_groups(tmp_path: Path) -> None:
    assert oom_kills(tmp_path / "own", tmp_path) is None


@pytest.mark.parametrize(
    ("before", "now", "number", "answer"),
    [
        (1, 2, signal.SIGKILL, True),
        (2, 2, signal.SIGKILL, False),
        (None, 2, signal.SIGKILL, None),
        (2, None, signal.SIGKILL, None),
        (1, 2, signal.SIGTERM, False),
        (1, 2, None, False),
    ],
)
def test_an_attempt_that_was_killed_while_the_count_grew_was_starved(
    monkeypatch: pytest.MonkeyPatch, before: int | None, now: int | None, number: int | None, answer: bool | None
) -> None:
    monkeypatch.setattr(out_of_memory, "oom_kills", lambda: now)
    assert ended_for_memory(before, number) is answer
