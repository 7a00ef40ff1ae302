"""Where attempts run: one launcher a file.

``local`` starts them by the trial host (Linux, macOS), ``inline`` as children of our own process (everywhere).
Launchers are loaded when chosen: the trial host imports this package too, and is to stay small.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # loaded by local_launcher only
    from hyperstep.launchers.base import Launcher
    from hyperstep.launchers.guard import Ownership

__all__ = ["can_host", "local_launcher"]


def local_launcher(
    notify: Callable[[], None],
    *,
    control_path: Path | None = None,
    idle_s: float = 10.0,
    use_host: bool | None = None,
    ownership: Ownership | None = None,
) -> Launcher:
    """The launcher for this machine.

    Args:
        notify: Called, from any thread, when ``poll`` may have something new.
        control_path: Socket of the trial host; the user's own host without it.
        idle_s: Seconds after which an unused trial host leaves.
        use_host: Whether attempts are started by a trial host; by default wherever the system can.
        ownership: Who commands, see ``LocalLauncher``; means nothing without a host.

    Raises:
        LaunchError: The folder for the host's control socket is not usable.
    """
    if can_host() if use_host is None else use_host:
        from hyperstep.launchers.local import LocalLauncher  # noqa: PLC0415

        return LocalLauncher(notify, control_path, idle_s=idle_s, ownership=ownership)
    from hyperstep.launchers.inline import InlineLauncher  # noqa: PLC0415

    return InlineLauncher(notify)


def can_host() -> bool:
    """Whether trial hosts can run on this system."""
    return sys.platform != "win32" and hasattr(os, "fork")
