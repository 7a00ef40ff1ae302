"""The inline launcher keeps the contract with real processes."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from hyperstep.launchers.base import Launcher
from hyperstep.launchers.inline import InlineLauncher
from hyperstep.testing.behaviour import Behaviour
from hyperstep.testing.launcher_bench import Bench, is_running, wait_until
from hyperstep.testing.launchers import ProcessLauncherContract

_PR_SET_CHILD_SUBREAPER = 36


class TestInlineLauncher(ProcessLauncherContract):
    exits_outlive_owner = False

    def make_launcher(self, notify: Callable[[], None]) -> Launcher:
        return InlineLauncher(notify)

    def expression(self) -> str:
        return "hyperstep.launchers.inline.InlineLauncher(notify)"


def _is_zombie(child: psutil.Process) -> bool:
    """Whether a child has ended; it is waited for."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(child.pid, os.WNOHANG)
    return psutil.pid_exists(child.pid) and child.status() == psutil.STATUS_ZOMBIE


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives orphans to somebody")
class TestOrphans:
    """As in the runner of a run in the foreground."""

    @pytest.fixture
    def bench(self, tmp_path: Path) -> Iterator[Bench]:
        prctl = ctypes.CDLL(None).prctl
        prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        bench = Bench(tmp_path, InlineLauncher)
        yield bench
        bench.clear()
        prctl(_PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
        wait_until(lambda: not any(map(_is_zombie, psutil.Process().children())), "the end of what was adopted")

    def test_a_child_in_a_session_of_its_own_ends_with_its_attempt_and_no_other(self, bench: Bench) -> None:
        other = bench.launch(Behaviour(hangs=True, strangers=1))
        others = bench.report(other)["children"]
        stranger = psutil.Popen([sys.executable, "-S", "-c", "import time; time.sleep(300)"])
        attempt = bench.launch(Behaviour(strangers=2))
        assert bench.ends()[0].key == attempt.key
        children = bench.report(attempt)["children"]
        wait_until(lambda: not any(map(is_running, children)), "the end of the attempt's children")
        assert all(map(is_running, others))
        assert is_running(stranger.pid)
        stranger.kill()
        stranger.wait()

    def test_a_stubborn_attempt_is_killed_with_its_children_in_other_sessions(self, bench: Bench) -> None:
        attempt = bench.launch(Behaviour(hangs=True, ignores_terminate=True, strangers=2))
        children = bench.report(attempt)["children"]
        bench.launcher.stop(attempt.key, 0.1)
        assert bench.ends()[0].signal == signal.SIGKILL
        wait_until(lambda: not any(map(is_running, children)), "the end of the attempt's children")

    def test_what_was_killed_is_waited_for_at_the_next_end(self, bench: Bench) -> None:
        (child,) = bench.report(bench.run(Behaviour(strangers=1)))["children"]

        def is_waited_for() -> bool:
            bench.run(Behaviour())
            return not psutil.pid_exists(child)

        wait_until(is_waited_for, "the end of the zombie")
