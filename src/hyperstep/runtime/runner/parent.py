"""A runner in the foreground ends with whoever started it: it cancels its run, and leaves no process."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from hyperstep.runtime.inbox import post

_PR_SET_PDEATHSIG = 1
_REASON = "the command in whose foreground it ran is gone"


def end_with_parent(root_folder: Path, root_id: str) -> None:
    """Cancel the run at SIGTERM. On Linux that comes when the parent dies, too."""

    def cancel(_number: int, _frame: FrameType | None) -> None:
        post(root_folder, "cancel", {"run_id": root_id, "reason": _REASON})

    signal.signal(signal.SIGTERM, cancel)
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if parent == 1 or os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)
