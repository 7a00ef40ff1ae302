"""A process that submits a pipeline, and is killed before its n-th call that anybody else could notice.

Usage: python dying_submitter.py DIGEST [N]; without N, or when there are fewer calls, it says how many there were.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import Any

from tests.runtime.bench import sweep_config

from hyperstep.pipeline.spec import CodeSpec, PipelineSpec, StepSpec, TuningSpec
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.reuse import whole_reuse  # noqa: F401 - loaded before the calls are counted
from hyperstep.runtime.submission import Label, submit_pipeline

_SYSTEM = {"posix", "nt", "io", "_io", "sqlite3", "_sqlite3", "_socket", "socket", "_posixsubprocess", "fcntl"}


def spec(digest: str) -> PipelineSpec:
    code = CodeSpec(digest, "train.py", ())
    tune = StepSpec("tune0000", "tune", code, tuning=TuningSpec(sweep_config(total=2)))
    return PipelineSpec(steps=(tune, StepSpec("step0000", "step", code)))


class Deadly:
    """Counts calls into the system; kills us before the n-th."""

    def __init__(self, at: int) -> None:
        self._at = at
        self.count = 0

    def __call__(self, _frame: FrameType, event: str, called: Any) -> None:
        if event != "c_call":
            return
        owner = getattr(called, "__self__", None)
        if getattr(called, "__module__", None) in _SYSTEM or type(owner).__module__ in _SYSTEM:
            self.count += 1
            if self.count == self._at:
                os.kill(os.getpid(), signal.SIGKILL)


def main(digest: str, at: int = -1) -> None:
    deadly = Deadly(at)
    home = Home.open()
    sys.setprofile(deadly)
    submit_pipeline(home, spec(digest), Label("local", "experiment"))
    sys.setprofile(None)
    home.close()
    sys.stdout.write(str(deadly.count))


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
