"""The local launcher keeps the contract with real processes, by a trial host of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from hyperstep.launchers.local import LocalLauncher
from hyperstep.testing.launcher_bench import Bench
from hyperstep.testing.launchers import ProcessLauncherContract


class TestLocalLauncher(ProcessLauncherContract):
    exits_outlive_owner = True

    @pytest.fixture(autouse=True)
    def _own_host(self, control_path: Path) -> None:
        self.control_path = control_path

    def make_launcher(self, notify: Callable[[], None]) -> LocalLauncher:
        return LocalLauncher(notify, self.control_path)

    def expression(self) -> str:
        return f"hyperstep.launchers.local.LocalLauncher(notify, pathlib.Path({str(self.control_path)!r}))"

    def descriptors(self, bench: Bench) -> int:
        return super().descriptors(bench) + sum(1 for _ in Path(f"/proc/{self._host(bench)}/fd").iterdir())

    def zombies(self, bench: Bench) -> list[int]:
        children = psutil.Process(self._host(bench)).children()
        return super().zombies(bench) + [child.pid for child in children]

    def _host(self, bench: Bench) -> int:
        assert isinstance(bench.launcher, LocalLauncher)
        pid = bench.launcher.host_pid()
        assert pid is not None
        return pid
