"""How many metric points a runner takes in, with every verdict right: four trials write as fast as they can.

    python benchmarks/ingest.py [POINTS] [ROUNDS]

Four trials append prepared lines to their records files, a hundred a write, and ring the bell each time. One line in
five is the primary metric, judged by a Bandit policy; the last trial falls behind. Time runs from the first line
written to the end of the last trial, by when all is stored. Afterwards the points in the store are counted, and the
stops are compared with a plain computation over the order of the events.
"""

from __future__ import annotations

import os
import sys
from statistics import median

from bench_sweep import BenchHome, bench_home, load_of_machine, sweep_config
from hyperstep.digest import Json
from hyperstep.records.run import RunRecord
from hyperstep.run_store.base import Journal

TRIALS = 4
SLACK = 0.5
DEFAULTS = (400_000, 5)
"""Points of all trials, and rounds."""

SCRIPT = """
import os, socket, sys, time
from pathlib import Path

trial, points = int(os.environ["AZUREML_RUN_ID"].rpartition("_")[2]), POINTS
folder = Path(os.environ["HYPERSTEP_ATTEMPT_FOLDER"])
line = '{"kind": "scalar", "name": "%s", "value": %r, "step": null, "time": %r}\\n'
rise = 0.0 if trial == 3 else 1 / points
chunks = []
for first in range(0, points, 100):
    lines = (
        line % ("acc" if n % 5 == 0 else "loss%d" % (n % 5), 1.0 + n * rise + trial / 100, time.time())
        for n in range(first, min(first + 100, points))
    )
    chunks.append("".join(lines).encode())
ready = folder.parents[1] / "ready"
ready.mkdir(exist_ok=True)
(ready / str(trial)).touch()
while len(list(ready.iterdir())) < 4:
    time.sleep(0.005)
began = time.time()
file = os.open(folder / "records.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
bell = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
bell.setblocking(False)
for chunk in chunks:
    os.write(file, chunk)
    try:
        bell.sendto(b"", os.environ["HYPERSTEP_DOORBELL"])
    except BlockingIOError:
        pass
print(began)
"""


def best_by_then(bests: list[float], interval: int) -> float:
    """A trial's best value at intervals up to one; nothing before its first."""
    return bests[min(interval, len(bests)) - 1] if bests else float("-inf")


def plain_stops(journal: Journal, sweep_id: str) -> dict[int, int]:
    """The interval at which each trial is to be stopped, by the rule of Bandit alone, in the order of the events."""
    bests: list[list[float]] = [[] for _ in range(TRIALS)]
    stops: dict[int, int] = {}
    for event in journal.events(sweep_id):
        values: Json = event.body["values"] if event.kind == "MetricReported" else ()
        for value in values if isinstance(values, list | tuple) else ():
            trial = int(str(event.body["trial"]))
            own = bests[trial]
            own.append(max(float(str(value)), best_by_then(own, len(own))))
            best = max(best_by_then(others, len(own)) for others in bests)
            if trial not in stops and own[-1] < best / (1 + SLACK):
                stops[trial] = len(own)
    return stops


def stops_of(journal: Journal, sweep_id: str) -> dict[int, int]:
    """The interval at which each trial was stopped, by the ledger."""
    stops = [decision for decision in journal.decisions(sweep_id) if decision.kind == "stop"]
    return {int(d.subject.rpartition("_")[2]): int(str(d.evidence["interval"])) for d in stops}


def check(bench: BenchHome, journal: Journal, sweep_id: str, trials: list[RunRecord]) -> None:
    """All that was written is stored once, and each verdict is the plain one.

    Raises:
        SystemExit: It is not so.
    """
    files = [bench.home.attempt(trial, 0).records_file for trial in trials]
    written = sum(file.read_bytes().count(b"\n") for file in files)
    stored = sum(len(records) for records in journal.metrics_of_children(sweep_id).values())
    if written != stored:
        message = f"{written} points were written and {stored} are stored"
        raise SystemExit(message)
    if stops_of(journal, sweep_id) != plain_stops(journal, sweep_id):
        message = f"the stops are {stops_of(journal, sweep_id)}, and should be {plain_stops(journal, sweep_id)}"
        raise SystemExit(message)


def ingest(bench: BenchHome, points: int) -> tuple[float, float, int]:
    """Points a second, microseconds of the runner's processor time a point, and how many trials were stopped."""
    policy: Json = {"name": "Bandit", "properties": {"evaluation_interval": 1, "slack_factor": SLACK}}
    config = sweep_config(TRIALS, TRIALS, policy)
    cost = bench.run_sweep(SCRIPT.replace("POINTS", str(points // TRIALS)), config)
    (sweep,) = bench.home.store.roots(limit=1)
    journal = bench.home.store.journal(sweep.id)
    trials = journal.runs(parent_id=sweep.id)
    check(bench, journal, sweep.id, trials)
    logs = [bench.home.attempt(trial, 0).log_file.read_text(encoding="utf-8") for trial in trials]
    began = min(float(text) for text in logs if text)
    took_s = max(trial.ended_at or 0.0 for trial in trials) - began
    stored = sum(len(records) for records in journal.metrics_of_children(sweep.id).values())
    return stored / took_s, cost.runner_s / stored * 1e6, len(stops_of(journal, sweep.id))


def main() -> None:
    """Measure as many points and rounds as were asked for."""
    points, rounds = [*map(int, sys.argv[1:]), *DEFAULTS[len(sys.argv) - 1 :]]
    os.environ["HYPERSTEP_SLOTS"] = str(TRIALS)
    with bench_home() as bench:
        found = [ingest(bench, points) for _ in range(rounds)]
    rates = sorted(rate for rate, _, _ in found)
    print(
        f"{points} points from {TRIALS} trials, median of {rounds}; load {load_of_machine()}: {median(rates):,.0f}/s "
        f"({rates[0]:,.0f} to {rates[-1]:,.0f}), a fifth judged; runner {median(each[1] for each in found):.1f} us a "
        f"point; all stored once, verdicts right, {found[0][2]} trial stopped"
    )


if __name__ == "__main__":
    main()
