"""The program that drives a run, and how one is got ready before there is a run: loaded before all else."""

from __future__ import annotations

import contextlib
import sys

from hyperstep.runtime.foreground import in_foreground

RUNNER = (sys.executable, "-P", "-m", "hyperstep.runtime.runner")
"""Followed by the home's folder and the root run's id."""
STAND_BY = "--stand-by"
"""In place of all arguments: wait to be told them."""


def begin_runner() -> None:
    """Have a trial host start and a runner load, as a run will be submitted in a moment; waits for nothing.

    Nothing is told when that fails: who submits does what is missing, and says what is wrong.
    """
    from hyperstep.errors import LaunchError  # noqa: PLC0415 - nobody else need load so much
    from hyperstep.launchers import can_host  # noqa: PLC0415 - likewise
    from hyperstep.launchers.control_path import default_control_path  # noqa: PLC0415 - likewise
    from hyperstep.launchers.host_start import begin_host  # noqa: PLC0415 - likewise

    if can_host() and not in_foreground():
        with contextlib.suppress(LaunchError, OSError, ValueError):
            begin_host(default_control_path(), (*RUNNER, STAND_BY))
