"""Whether this process runs below `hyperstep run --foreground`: nothing then is to be left behind."""

from __future__ import annotations

import os

FOREGROUND_VARIABLE = "HYPERSTEP_FOREGROUND"
"""Set for all that runs below the command, which starts the runners itself."""


def in_foreground() -> bool:
    """Whether it does."""
    return bool(os.environ.get(FOREGROUND_VARIABLE))
