"""A runner that dies at its n-th moment, which is after a commit or an act, or after some time: at any instruction.

Usage: python crashing_runner.py HOME ROOT_ID [MOMENT|SECONDSs]; without a moment it is like any other.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from hyperstep.runtime.runner import __main__ as runner
from hyperstep.runtime.runner.context import RunnerContext


class Countdown:
    """Ends the process, as kill -9 would, when it has been passed often enough."""

    def __init__(self, moments: int) -> None:
        self._left = moments

    def pass_by(self) -> None:
        self._left -= 1
        if self._left == 0:
            os._exit(9)


class WatchedActs(deque[Callable[[], None]]):
    """A queue whose acts are each followed by a moment."""

    countdown: Countdown

    def popleft(self) -> Callable[[], None]:
        act = super().popleft()

        def watched() -> None:
            act()
            self.countdown.pass_by()

        return watched


def main(home: str, root_id: str, moments: int) -> int:
    countdown = Countdown(moments)
    original = RunnerContext.__init__

    def init(self: RunnerContext, *args: Any) -> None:
        original(self, *args)
        self._actions = WatchedActs()
        self._actions.countdown = countdown
        journal, write = self.journal, self.journal.transaction

        class Watched(AbstractContextManager[Any]):
            def __init__(self, inner: Any) -> None:
                self.inner = inner

            def __enter__(self) -> Any:
                return self.inner.__enter__()

            def __exit__(self, *error: object) -> Any:
                result: bool | None = self.inner.__exit__(*error)
                if error[0] is None:
                    countdown.pass_by()
                return result

        journal.transaction = lambda epoch: Watched(write(epoch))  # type: ignore[method-assign]

    RunnerContext.__init__ = init  # type: ignore[method-assign, assignment]
    return runner.main(home, root_id)


def start(home: str, root_id: str, moment: str = "") -> int:
    if not moment:
        return runner.main(home, root_id)
    if not moment.endswith("s"):
        return main(home, root_id, int(moment))
    signal.setitimer(signal.ITIMER_REAL, float(moment[:-1]) or 1e-6)  # nobody handles it: the system ends the process
    return runner.main(home, root_id)


if __name__ == "__main__":
    sys.exit(start(*sys.argv[1:]))
