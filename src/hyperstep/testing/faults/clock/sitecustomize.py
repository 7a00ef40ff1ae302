"""Lets the clock of a runner jump; put in front of ``PYTHONPATH`` by the fault harness alone.

``FAULTS_CLOCK=AFTER:JUMP`` has ``time.time`` of each runner process jump by JUMP seconds, AFTER seconds after its
start. Other processes keep their clock: one machine has one, but what is on trial is what the runner decides by it.
"""

from __future__ import annotations

import os
import sys
import time


def jump(after_s: float, by_s: float) -> None:
    """Have the clock jump later."""
    true_time, started = time.time, time.monotonic()

    def jumping() -> float:
        return true_time() + (by_s if time.monotonic() - started >= after_s else 0.0)

    time.time = jumping


if "FAULTS_CLOCK" in os.environ and "hyperstep.runtime.runner" in sys.orig_argv:
    jump(*map(float, os.environ["FAULTS_CLOCK"].split(":")))
