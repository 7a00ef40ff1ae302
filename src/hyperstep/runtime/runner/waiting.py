"""A runner that waits until it can take its run over: a trial host guards it meanwhile, as it guards an owner."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from hyperstep.errors import LaunchError, StoreError
from hyperstep.launchers import can_host
from hyperstep.launchers.guard import Ownership
from hyperstep.launchers.local import LocalLauncher
from hyperstep.runtime.guarding import runner_command
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.ownership import this_process

_LOOK_FOR_GUARD_S = 5.0
_NO_EPOCH = 0
"""Of who owns nothing. A host that knows of an owner refuses it, and then it has started us, or guards that owner."""


class Waiting:
    """Waits, and looks for a guard when the host that started us may have gone.

    Args:
        home: The home.
        root_id: The root run.
        wait: Waits so many seconds, or less.
    """

    def __init__(self, home: Home, root_id: str, wait: Callable[[float], object]) -> None:
        self._home = home
        self._root_id = root_id
        self._wait = wait
        self._launcher: LocalLauncher | None = None
        self._next_look = 0.0
        """Monotonic time."""

    def wait(self, seconds: float) -> None:
        """Wait so many seconds, or less."""
        self._wait(seconds)
        if time.monotonic() >= self._next_look and can_host():
            self._next_look = time.monotonic() + _LOOK_FOR_GUARD_S
            with suppress(LaunchError, StoreError, OSError):  # refused, or no host can be had: it is tried again
                self._keep_guarded()

    def close(self) -> None:
        """Say no more: the run is ours, or not to be."""
        if self._launcher is not None:
            self._launcher.close()

    def _keep_guarded(self) -> None:
        if self._launcher is None:
            us = this_process()
            command = runner_command(self._home, self._root_id)
            ownership = Ownership(command, _NO_EPOCH, us.pid, us.pid_started_at)
            self._launcher = LocalLauncher(lambda: None, ownership=ownership)
        self._launcher.poll()
        self._launcher.keep_guarded()
