"""Cold trials beside bare processes: rate, and the processor time of all that takes part.

    python benchmarks/trial_rate.py [TRIALS] [ROUNDS] [WORK_MS]

*bare* is ``python train.py --x N`` with two in flight, started from a loop that does nothing else: the limit. *ours* is
a sweep of the same script, its wall time from the first trial's start to the last one's end. All take turns; each ratio
is the median over the rounds of the ratio in that round. Where others use the machine too, processor time is the
steadier measure. What a runner costs once (start, end) is measured by sweeps of two trials and taken off. With
``WORK_MS`` a script computes for so many milliseconds of processor time: what we add to a trial does not grow with it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

from bench_sweep import BenchHome, SweepCost, bench_home, load_of_machine, middle_ratio, sweep_config, take_turns

IN_FLIGHT = 2
DEFAULTS = (100, 5, 0)
"""Trials, rounds, and milliseconds of work in a trial."""
WORKS = """
import time
until = time.process_time() + {} / 1e3
while time.process_time() < until:
    pass
"""
PRINTS = "import sys\nprint('acc=' + sys.argv[-1])\n"
LOGS = "import sys\nfrom azureml.core import Run\nRun.get_context().log('acc', float(sys.argv[-1]))\n"
PATTERN = "acc=([0-9.e-]+)"


def bare(script: Path, trials: int) -> SweepCost:
    """The limit: nothing but processes, their output in a file each."""
    start, before = time.perf_counter(), os.times()
    running: set[int] = set()
    for number in range(trials):
        if len(running) == IN_FLIGHT:
            running.discard(os.wait()[0])
        with (script.parent / f"log{number}.txt").open("wb") as log:
            command = [sys.executable, script.name, "--x", str(number / trials)]
            process = subprocess.Popen(command, cwd=script.parent, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            process.returncode = 0  # waited for by os.wait
            running.add(process.pid)
    while running:
        running.discard(os.wait()[0])
    now = os.times()
    return SweepCost(trials, time.perf_counter() - start, sum(now[:4]) - sum(before[:4]), 0.0, 0.0)


def ours(bench: BenchHome, script: str, pattern: str, trials: int) -> SweepCost:
    """A sweep of it."""
    return bench.run_sweep(script, sweep_config(trials, IN_FLIGHT), pattern=pattern)


def marginal(large: SweepCost, small: SweepCost, of: Callable[[SweepCost], float]) -> float:
    """Per trial, without what a sweep costs once; milliseconds."""
    return (of(large) - of(small)) / (large.trials - small.trials) * 1e3


def measure(bench: BenchHome, trials: int, rounds: int, work_ms: int) -> None:
    """Print the table."""
    folder = bench.folder / "bare"
    folder.mkdir()
    prints, logs = (script + (WORKS.format(work_ms) if work_ms else "") for script in (PRINTS, LOGS))
    (folder / "train.py").write_text(prints, encoding="utf-8")
    works = {
        "bare": partial(bare, folder / "train.py", trials),
        "no client": partial(ours, bench, prints, PATTERN, trials),
        "one metric": partial(ours, bench, logs, "", trials),
    }
    small = {
        "no client": [ours(bench, prints, PATTERN, IN_FLIGHT) for _ in range(3)],
        "one metric": [ours(bench, logs, "", IN_FLIGHT) for _ in range(3)],
    }
    found = take_turns(works, rounds)
    limit = [cost.processor_s / cost.trials * 1e3 for cost in found["bare"]]
    rates = [cost.trials / cost.wall_s for cost in found["bare"]]
    print(
        f"{trials} trials of {work_ms} ms, {IN_FLIGHT} at a time, median of {rounds} rounds; load {load_of_machine()}"
    )
    print(f"bare        {median(rates):6.1f}/s  processor {median(limit):5.1f} ms a trial")
    for name in ("no client", "one metric"):
        once = sorted(small[name], key=lambda cost: cost.processor_s)[1]
        used = [marginal(cost, once, lambda c: c.processor_s) for cost in found[name]]
        parts = [
            median(marginal(cost, once, part) for cost in found[name])
            for part in (lambda c: c.runner_s, lambda c: c.host_s)
        ]
        rate = [cost.trials / cost.wall_s for cost in found[name]]
        print(
            f"{name:11} {median(rate):6.1f}/s  processor {median(used):5.1f} ms a trial "
            f"(runner {parts[0]:.1f}, host {parts[1]:.1f}, trials {median(used) - sum(parts):.1f}); "
            f"rate {middle_ratio(rate, rates):.2f}x bare, by processor time {middle_ratio(limit, used):.2f}x"
        )


def main() -> None:
    """Measure what was asked for."""
    trials, rounds, work_ms = [*map(int, sys.argv[1:]), *DEFAULTS[len(sys.argv) - 1 :]]
    with bench_home() as bench:
        measure(bench, trials, rounds, work_ms)


if __name__ == "__main__":
    main()
