"""What real processes do, as the system tells it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from hyperstep.launchers.process_activity import activity_of
from hyperstep.testing.launcher_bench import wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="read from /proc")

_BUSY = "print(flush=True)\nwhile True: pass"
_PARENT = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {_BUSY!r}])"


@contextmanager
def running(program: str) -> Iterator[int]:
    process = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid
    finally:
        for pid in (*_children(process.pid), process.pid):
            subprocess.run(["kill", "-9", str(pid)], check=False)
        process.communicate()


def _children(pid: int) -> list[int]:
    done = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return list(map(int, done.stdout.split()))


def _has_used_more(pid: int, cpu_s: float) -> bool:
    seen = activity_of(pid)
    return seen is not None and seen.cpu_s > cpu_s


def test_a_process_that_waits_is_asleep_and_uses_nothing() -> None:
    with running("import sys; print(flush=True); sys.stdin.read()") as pid:
        wait_until(lambda: (seen := activity_of(pid)) is not None and seen.all_asleep, "its sleep")
        first, second = activity_of(pid), activity_of(pid)
        assert first is not None
        assert first == second
        assert first.running == 0


def test_a_busy_one_runs_and_so_does_its_child() -> None:
    for program in (_BUSY, _PARENT):
        with running(program) as pid:
            before = activity_of(pid)
            assert before is not None
            assert before.running == 1
            assert not before.all_asleep
            wait_until(partial(_has_used_more, pid, before.cpu_s), "its work")


def test_what_is_gone_does_nothing() -> None:
    assert activity_of(1 << 22) is None
