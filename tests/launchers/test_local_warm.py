"""The local launcher keeps the contract with attempts that are forked from a warm server."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from hyperstep.launchers.local import LocalLauncher
from hyperstep.records.attempt import WarmStart
from hyperstep.testing.launcher_bench import Bench
from hyperstep.testing.launchers import ProcessLauncherContract
from hyperstep.testing.warm_launcher import WarmedLauncher

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="warm starts need Linux")


class TestLocalLauncherWarm(ProcessLauncherContract):
    exits_outlive_owner = True
    warm = WarmStart("key", ("json", "random"))

    @pytest.fixture(autouse=True)
    def _own_host(self, control_path: Path) -> None:
        self.control_path = control_path

    def make_launcher(self, notify: Callable[[], None]) -> LocalLauncher:
        return WarmedLauncher(notify, self.control_path)

    def expression(self) -> str:
        return f"hyperstep.testing.warm_launcher.WarmedLauncher(notify, pathlib.Path({str(self.control_path)!r}))"

    def descriptors(self, bench: Bench) -> int:
        processes = [psutil.Process(self._host(bench)), *self._servers(bench)]
        return super().descriptors(bench) + sum(process.num_fds() for process in processes)

    def zombies(self, bench: Bench) -> list[int]:
        found = super().zombies(bench)
        for server in self._servers(bench):
            found += [child.pid for child in server.children() if child.status() == psutil.STATUS_ZOMBIE]
        children = psutil.Process(self._host(bench)).children()
        return found + [child.pid for child in children if child.status() == psutil.STATUS_ZOMBIE]

    def _servers(self, bench: Bench) -> list[psutil.Process]:
        return psutil.Process(self._host(bench)).children()

    def _host(self, bench: Bench) -> int:
        assert isinstance(bench.launcher, LocalLauncher)
        pid = bench.launcher.host_pid()
        assert pid is not None
        return pid
