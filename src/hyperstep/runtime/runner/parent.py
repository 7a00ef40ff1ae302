"""A runner in the foreground ends with whoever started it: it cancels its run, and leaves no process."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType

from hyperstep.runtime.inbox import post

_PR_SET_PDEATHSIG = 1
_TRY_AGAIN_S = 1.0
_REASON = "the command in whose foreground it ran is gone"


class Parent:
    """Whoever started us: at SIGTERM, which comes on Linux when the parent dies, too, the run is to be canceled.

    Args:
        root_id: The root run.
    """

    def __init__(self, root_id: str) -> None:
        self.root_folder: Path | None = None
        """Of the run, once it is known."""
        self._root_id = root_id
        self._told = False
        signal.signal(signal.SIGTERM, self._take_signal)
        if sys.platform == "linux":
            parent = os.getppid()
            ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
            if parent == 1 or os.getppid() != parent:
                os.kill(os.getpid(), signal.SIGTERM)

    def wait(self, seconds: float) -> None:
        """Wait for something before the run is ours.

        Raises:
            SystemExit: We were told to end: there is nothing of ours to see to. Who owns the run next cancels it.
        """
        time.sleep(seconds)
        if self._told:
            self._ask()
            raise SystemExit(0)

    def close(self) -> None:
        """The run is ours, or not to be: nothing is waited for any more."""

    def _take_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._told = True
        threading.Thread(target=self._ask_until_done, name="hyperstep-parent", daemon=True).start()

    def _ask_until_done(self) -> None:
        """Not in the handler: the disk may be full, or only readable, for as long as it likes."""
        while not self._ask():
            time.sleep(_TRY_AGAIN_S)

    def _ask(self) -> bool:
        """Leave the request to cancel; returns whether it was left."""
        if self.root_folder is None:
            return False
        with suppress(OSError):
            post(self.root_folder, "cancel", {"run_id": self._root_id, "reason": _REASON})
            return True
        return False
