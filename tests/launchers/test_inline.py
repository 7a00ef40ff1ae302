"""The inline launcher keeps the contract with real processes."""

from __future__ import annotations

from collections.abc import Callable

from hyperstep.launchers.base import Launcher
from hyperstep.launchers.inline import InlineLauncher
from hyperstep.testing.launchers import ProcessLauncherContract


class TestInlineLauncher(ProcessLauncherContract):
    exits_outlive_owner = False

    def make_launcher(self, notify: Callable[[], None]) -> Launcher:
        return InlineLauncher(notify)

    def expression(self) -> str:
        return "hyperstep.launchers.inline.InlineLauncher(notify)"
