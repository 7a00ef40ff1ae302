"""What a trial costs after ten thousand others, and how long it then takes to look.

    python benchmarks/growth.py [TRIALS]

The real runner drives one sweep in this process, with its real store; trials end at once, after one metric, without a
process. A trial's overhead is the processor time between two launches. Then a home with as many trials and a hundred
metric points each is made by the store's own interface, and ``hyperstep show``, ``best`` and ``runs`` are run on it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import mean, median

from msgspec.structs import replace

from bench_sweep import BenchHome, bench_home, load_of_machine, sweep_config
from hyperstep.records.attempt import Attempt, AttemptEnd, AttemptKey
from hyperstep.records.metric import ScalarPoint
from hyperstep.records.run import RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.run_store.base import AttemptRecord, JournalWriter
from hyperstep.runtime.doorbell import doorbell_path, hung
from hyperstep.runtime.pause_note import PauseNote
from hyperstep.runtime.runner.__main__ import _envelope
from hyperstep.runtime.runner.context import RunnerContext
from hyperstep.runtime.runner.loop import Runner
from hyperstep.runtime.runner.obstacles import Patience
from hyperstep.runtime.runner.ownership import take_over
from hyperstep.runtime.runner.submitted import submitted
from hyperstep.testing.instant_launcher import InstantLauncher

TRIALS = 10_000
EARLY, LATE = slice(100, 200), slice(-100, None)
POINTS_EACH = 100
LOOKS = 5
SCRIPT = "print('never run')\n"


def play(spent_s: list[float], attempt: Attempt) -> int:
    """A trial that logs one value and ends; notes what was spent when it was launched."""
    value = len(spent_s) % 997 / 997
    spent_s.append(time.process_time())
    line = f'{{"kind": "scalar", "name": "acc", "value": {value!r}, "step": null, "time": 0.0}}\n'
    attempt.records_file.write_text(line, encoding="ascii")
    return 0


def drive(bench: BenchHome, root_id: str) -> list[float]:
    """Be the runner of a sweep until it has ended; returns what was spent at each launch."""
    home, folder = bench.home, bench.home.root_folder(root_id)
    spent_s: list[float] = []
    journal = home.store.journal(root_id)
    owner = take_over(journal)
    if owner is None:
        message = "somebody else drives the run"
        raise SystemExit(message)
    patience = Patience(home, PauseNote(folder), print, time.sleep)
    context = RunnerContext(home, journal, owner.epoch, _envelope(submitted(journal)))
    with hung(doorbell_path(folder)) as bell:
        launcher = InstantLauncher(bell.ring, partial(play, spent_s))
        Runner(context, launcher, bell, patience).run()
    return spent_s


def resident_kb() -> float:
    """Memory of this process."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024


def measure_growth(bench: BenchHome, trials: int) -> None:
    """One sweep of that many trials."""
    config = sweep_config(trials, 2)
    root_id = bench.create(SCRIPT, config)
    before = resident_kb()
    spent = drive(bench, root_id)
    took = [(later - earlier) * 1e3 for earlier, later in pairwise(spent)]
    early, late = mean(took[EARLY]), mean(took[LATE])
    print(
        f"{trials} trials; load {load_of_machine()}: {early:.2f} ms a trial at 101-200, {late:.2f} ms at the "
        f"last 100: {late / early:.2f}x; {(resident_kb() - before) / trials:.1f} kB of memory a trial",
        flush=True,
    )


def fill(bench: BenchHome, trials: int) -> str:
    """A finished sweep with many points; returns its id."""
    root_id = bench.create(SCRIPT, sweep_config(trials, 2))
    journal = bench.home.store.journal(root_id)
    root = journal.run(root_id)
    for first in range(0, trials, 1000):
        with journal.transaction(0) as writer:
            for number in range(first, min(first + 1000, trials)):
                _add_trial(writer, root, number)
    properties = {
        **root.properties,
        "primary_metric_config": '{"name": "acc", "goal": "maximize"}',
        "max_total_runs": str(trials),
        "best_child_run_id": f"{root_id}_{trials - 1}",
        "score": "1.0",
    }
    done = replace(root, status=RunStatus.COMPLETED, started_at=1.0, ended_at=2.0, properties=properties)
    with journal.transaction(0) as writer:
        writer.put_run(replace(done, status=RunStatus.RUNNING, ended_at=None))
        writer.put_run(done)
    bench.home.store.update_root(done)
    return root_id


def _add_trial(writer: JournalWriter, root: RunRecord, number: int) -> None:
    trial = replace(
        root,
        id=f"{root.id}_{number}",
        parent_id=root.id,
        number=number,
        status=RunStatus.COMPLETED,
        started_at=float(number),
        ended_at=number + 1.0,
        properties={"hyperparameters": f'{{"x": {number / 1e4!r}}}'},
    )
    writer.put_run(replace(trial, kind=type(root.kind).TRIAL))
    writer.put_attempt(AttemptRecord(AttemptKey(trial.id, 0), 0.0, end=AttemptEnd(AttemptKey(trial.id, 0), 0)))
    points: list[ScalarPoint] = [(n, "acc", number + n / POINTS_EACH, None, 0.0) for n in range(POINTS_EACH)]
    writer.add_scalars(trial.id, 0, points)


def measure_looks(bench: BenchHome, root_id: str) -> None:
    """How long commands take."""
    environment = {**os.environ, "HYPERSTEP_HOME": str(bench.home.path)}
    for words in (["--version"], ["show", root_id], ["best", root_id], ["runs"]):
        took = []
        for _ in range(LOOKS):
            start, before = time.perf_counter(), os.times()
            command = [sys.executable, "-m", "hyperstep", *words]
            subprocess.run(command, env=environment, check=True, capture_output=True)
            now = os.times()
            took.append((time.perf_counter() - start, now[2] + now[3] - before[2] - before[3]))
        wall, spent = (median(each[field] for each in took) * 1e3 for field in (0, 1))
        print(f"hyperstep {words[0]:9}: {wall:.0f} ms, processor {spent:.0f} ms", flush=True)


def main() -> None:
    """Measure as many trials as were asked for."""
    trials = int(sys.argv[1]) if sys.argv[1:] else TRIALS
    with bench_home() as bench:
        measure_growth(bench, trials)
        measure_looks(bench, fill(bench, trials))


if __name__ == "__main__":
    main()
