"""A script that logs, waits for a gate to open, and logs again."""

from __future__ import annotations

from tests.runtime.bench import Bench
from tests.runtime.processes_of_ours import claimed_pid

from hyperstep.pipeline.spec import StepSpec
from hyperstep.runtime.submission import Label, submit_step

WAITS = """
import os, time
from hyperstep_trial import Run
run = Run.get_context()
run.log("acc", 1)
while not os.path.exists(os.environ["GATE"]):
    time.sleep(0.02)
run.log("acc", 2)
"""


def submit_waiting(bench: Bench, label: Label) -> str:
    """Submit it; returns the run's id."""
    return submit_step(bench.home, StepSpec("s0000000", "script", bench.code(WAITS)), label).id


def started(bench: Bench, run_id: str, number: int = 0) -> int:
    """The process of an attempt that has begun its work."""
    attempt = bench.home.attempt(bench.read(run_id), number)
    bench.wait_until(lambda: attempt.records_file.exists() and attempt.records_file.stat().st_size)
    pid = claimed_pid(attempt.folder)
    assert pid is not None
    return pid
