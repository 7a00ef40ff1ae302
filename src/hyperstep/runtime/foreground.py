"""Whether this process runs below `hyperstep run --foreground`: nothing then is to be left behind."""

from __future__ import annotations

import os

FOREGROUND_VARIABLE = "HYPERSTEP_FOREGROUND"
"""Set for all that runs below the command, which starts the runners itself."""


def in_foreground() -> bool:
    """Whether it does."""
    return bool(os.environ.get(FOREGROUND_VARIABLE))


def after_interrupt(run_id: str) -> str:
    """What becomes of a run whose waiting was interrupted, in words."""
    return f"run {run_id} is canceled with the command" if in_foreground() else f"run {run_id} goes on"
