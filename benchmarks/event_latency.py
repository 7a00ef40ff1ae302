"""How soon a bad metric ends its process, and a free slot has its next one, with 16 trials reporting.

    python benchmarks/event_latency.py [BAD]

Twelve trials report a good value each 20 ms as long as it takes. Four slots are for bad ones: each waits for half a
second, so that starting the next ones does not fill the cores, logs a value that Bandit stops, with the time of day as
in every record, and sleeps. A watcher sees by pidfd when its process has gone, and by the time of the next claim file,
which has the grain of the kernel's clock (4 ms or less), when the slot is taken again.
"""

from __future__ import annotations

import json
import os
import select
import sys
import time
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

from bench_sweep import BenchHome, bench_home, load_of_machine, sweep_config
from hyperstep.digest import Json

GOOD, SLOTS, BAD = 12, 16, 100
REPORTS = """
import os, random, time
from pathlib import Path
from azureml.core import Run

run, folder = Run.get_context(), Path("NOTES")
if int(run.id.rpartition("_")[2]) < GOOD:
    while not (folder / "enough").exists():
        run.log("acc", 1.0)
        time.sleep(0.02)
else:
    note = folder / f"{os.getpid()}.pid"
    part = note.with_suffix(".part")
    part.write_text(os.environ["HYPERSTEP_ATTEMPT_FOLDER"])
    part.rename(note)
    while not note.with_suffix(".seen").exists():
        time.sleep(0.01)
    time.sleep(random.uniform(0.3, 0.7))
    run.log("acc", 0.1)
    time.sleep(600)
"""
LOOK_AGAIN_MS = 5


class Gone(NamedTuple):
    """One bad trial. Seconds."""

    after_s: float
    """From the log call to the end of its process."""
    at: float
    """Time of day of that end."""


class Watcher:
    """Sees the bad trials' processes go.

    Args:
        notes: Where the trials leave theirs.
    """

    def __init__(self, notes: Path) -> None:
        self._notes = notes
        self._poll = select.poll()
        self._folder_of: dict[int, Path] = {}
        self._known: set[int] = set()

    def watch(self, count: int) -> list[Gone]:
        """Return when as many have gone."""
        found: list[Gone] = []
        while len(found) < count:
            self._look_for_new()
            for descriptor, _ in self._poll.poll(LOOK_AGAIN_MS):
                now = time.time()
                self._poll.unregister(descriptor)
                os.close(descriptor)
                record = json.loads((self._folder_of.pop(descriptor) / "records.jsonl").read_bytes())
                found.append(Gone(now - record["time"], now))
        return found

    def _look_for_new(self) -> None:
        for note in self._notes.glob("*.pid"):
            pid = int(note.stem)
            if pid not in self._known:
                self._known.add(pid)
                descriptor = os.pidfd_open(pid)
                self._folder_of[descriptor] = Path(note.read_text(encoding="utf-8"))
                self._poll.register(descriptor, select.POLLIN)
                note.with_suffix(".seen").touch()


def refills(bench: BenchHome, run_id: str, gone: list[Gone]) -> list[float]:
    """Seconds from each end to the next claim that no earlier end had."""
    trials = bench.home.store.journal(run_id).runs(parent_id=run_id)
    files = [bench.home.attempt(trial, 0).claim_file for trial in trials]
    claims = sorted(file.stat().st_mtime_ns / 1e9 for file in files if file.exists())[SLOTS:]
    return [claim - each.at for each, claim in zip(sorted(gone, key=lambda one: one.at), claims, strict=False)]


def show(what: str, times: list[float]) -> None:
    """Median and 99th percentile."""
    top = quantiles(times, n=100, method="inclusive")[98]
    print(f"{what}: median {median(times) * 1e3:.1f} ms, p99 {top * 1e3:.1f} ms, of {len(times)}")


def main() -> None:
    """Measure as many bad trials as were asked for."""
    bad = int(sys.argv[1]) if sys.argv[1:] else BAD
    os.environ["HYPERSTEP_SLOTS"] = str(SLOTS)
    policy: Json = {"name": "Bandit", "properties": {"evaluation_interval": 1, "slack_factor": 0.5}}
    with bench_home() as bench:
        notes = bench.folder / "notes"
        notes.mkdir()
        script = REPORTS.replace("NOTES", str(notes)).replace("GOOD", str(GOOD))
        run_id = bench.submit(script, sweep_config(GOOD + bad + SLOTS, SLOTS, policy))
        try:
            gone = Watcher(notes).watch(bad)
        finally:
            (notes / "enough").touch()
            bench.cancel(run_id)
        print(f"{SLOTS} trials at a time; load {load_of_machine()}")
        show("a bad metric written -> its process gone", [each.after_s for each in gone])
        show("its process gone -> its slot taken again", refills(bench, run_id, gone))


if __name__ == "__main__":
    main()
