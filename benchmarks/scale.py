"""How far the decisions scale: the real controller, samplers, policies and store on a simulated cluster.

    python benchmarks/scale.py                      # 1,000 to 1,000,000 trials, up to 10,000 workers; half an hour
    python benchmarks/scale.py 1000 10000           # these sizes
    python benchmarks/scale.py --write docs/scale.md 1000 …

Each row runs in a process of its own. Trials report ten times, and one in a hundred fails. Columns: events handled a
second of processor time, from the whole run; microseconds an event over the last tenth of the trials against the second
tenth (the first one starts all workers); how much the process grew, a trial. Rows whose time would not end are left out
by size: see ``SETUPS``. The page is written after each row.
"""

from __future__ import annotations

import gc
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

SIZES = (1_000, 10_000, 100_000, 1_000_000)
MAX_WORKERS = 10_000
TRIALS_A_WORKER = 10
BEGIN, END = "<!-- measured -->", "<!-- end -->"
HEADER = ("sampler, policy, store", "trials", "workers", "events", "events/s", "last/second tenth", "kB a trial")

SPACE: dict[str, Any] = {
    "rate": ["loguniform", [-9, 0]],
    "momentum": ["uniform", [0, 1]],
    "layers": ["quniform", [1, 30, 1]],
    "solver": ["choice", [["sgd", "adam", "lbfgs"]]],
}
BANDIT = {"name": "Bandit", "properties": {"slack_factor": 0.2, "evaluation_interval": 1}}
MEDIAN = {"name": "MedianStopping", "properties": {"evaluation_interval": 1}}
TRUNCATION = {"name": "TruncationSelection", "properties": {"truncation_percentage": 20, "evaluation_interval": 2}}
DEFAULT = {"name": "Default"}


@dataclass(frozen=True)
class Setup:
    """What is combined, and how many trials it is tried with at most."""

    sampler: str
    policy: dict[str, Any]
    store: str
    at_most: int
    deterministic: bool = False

    @property
    def words(self) -> str:
        """For the table."""
        policy = "no policy" if self.policy == DEFAULT else self.policy["name"]
        return f"{self.sampler}, {policy}, {self.store}{', deterministic' if self.deterministic else ''}"


SETUPS = (
    Setup("RANDOM", BANDIT, "no store", 1_000_000),
    Setup("RANDOM", DEFAULT, "no store", 1_000_000),
    Setup("SOBOL", BANDIT, "no store", 1_000_000),
    Setup("RANDOM", MEDIAN, "no store", 1_000_000),
    Setup("RANDOM", TRUNCATION, "no store", 100_000),
    Setup("RANDOM", BANDIT, "no store", 100_000, deterministic=True),
    Setup("RANDOM", BANDIT, "memory", 100_000),
    Setup("RANDOM", BANDIT, "SQLite", 1_000_000),
    Setup("BayesianOptimization", BANDIT, "no store", 10_000),
)


def measure(setup: Setup, trials: int) -> dict[str, float]:
    """Run one in this process."""
    from hyperstep import policies, samplers  # noqa: PLC0415 - the process that measures imports what it measures
    from hyperstep.records.goal import Goal, PrimaryMetric  # noqa: PLC0415
    from hyperstep.sweep.config import Limits, SweepConfig  # noqa: PLC0415
    from hyperstep.testing.simulated_cluster import SimulatedCluster  # noqa: PLC0415
    from hyperstep.testing.simulated_work import learning_curves  # noqa: PLC0415

    workers = min(MAX_WORKERS, trials // TRIALS_A_WORKER)
    rest: dict[str, Any] = {"seed": 1, **({"goal": "maximize"} if setup.sampler == "BayesianOptimization" else {})}
    config = SweepConfig(
        samplers.from_json({"name": setup.sampler, "space": SPACE, **rest}),
        policies.from_json(setup.policy),
        PrimaryMetric("accuracy", Goal.MAXIMIZE),
        Limits(trials, workers),
        deterministic=setup.deterministic,
    )
    with tempfile.TemporaryDirectory(prefix="hyperstep-scale-") as folder:
        cluster = SimulatedCluster(config, learning_curves(), workers, make_ledger(setup.store, Path(folder)))
        gc.collect()
        start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        marks = list(run(cluster, trials))
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start
    spent = [(after[0] - before[0]) / (after[1] - before[1]) for before, after in pairwise(marks)]
    return {
        "workers": workers,
        "events": cluster.events,
        "events/s": cluster.events / (marks[-1][0] - marks[0][0]),
        "growth": spent[8] / spent[1],
        "kB": grown / trials,
    }


def make_ledger(store: str, folder: Path) -> Any:  # noqa: ANN401 - imported below
    """Where the sweep is recorded."""
    from hyperstep.run_store.memory import MemoryRunStore  # noqa: PLC0415
    from hyperstep.run_store.sqlite.store import SqliteRunStore  # noqa: PLC0415
    from hyperstep.testing.simulated_ledger import SimulatedLedger  # noqa: PLC0415

    if store == "no store":
        return None
    return SimulatedLedger(MemoryRunStore() if store == "memory" else SqliteRunStore(folder))


def run(cluster: Any, trials: int) -> Any:  # noqa: ANN401 - see measure
    """Processor time and events whenever another tenth of the trials has been launched, and at the end."""
    cluster.start()
    yield time.process_time(), cluster.events
    for tenth in range(2, 11):
        while len(cluster.controller.trials) < trials * tenth // 10 and not cluster.controller.finished:
            cluster.step()
        yield time.process_time(), cluster.events
    while not cluster.controller.finished:
        cluster.step()
    yield time.process_time(), cluster.events


def row(setup: Setup, trials: int) -> tuple[str, ...]:
    """Measure in a new process."""
    command = [sys.executable, __file__, "--one", str(SETUPS.index(setup)), str(trials)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    numbers = (f"{found['workers']:,}", f"{found['events']:,}", f"{found['events/s']:,.0f}")
    return (setup.words, f"{trials:,}", *numbers, f"{found['growth']:.2f}", f"{found['kB']:.1f}")


def write(page: Path, rows: list[tuple[str, ...]]) -> None:
    """Put the table and the machine between the marks of a page."""
    from machine import in_words  # noqa: PLC0415 - beside this file

    lines = ["| " + " | ".join(cells) + " |" for cells in (HEADER, ["---"] * len(HEADER), *rows)]
    text = "\n".join([BEGIN, f"Measured {in_words(['optuna', 'numpy'])}", "", *lines, END])
    page.write_text(re.sub(f"{BEGIN}.*{END}", lambda _: text, page.read_text("utf-8"), flags=re.DOTALL), "utf-8")


def main(arguments: list[str]) -> None:
    """Measure the sizes that were asked for, the small ones first."""
    if arguments[:1] == ["--one"]:
        print(json.dumps(measure(SETUPS[int(arguments[1])], int(arguments[2]))))
        return
    page = Path(arguments.pop(arguments.index("--write") + 1)) if "--write" in arguments else None
    sizes = [int(text) for text in arguments if text != "--write"] or list(SIZES)
    rows: dict[tuple[int, int], tuple[str, ...]] = {}
    for trials in sizes:
        for place, setup in enumerate(SETUPS):
            if trials <= setup.at_most:
                rows[place, trials] = row(setup, trials)
                print(" | ".join(rows[place, trials]), flush=True)
                if page is not None:
                    write(page, [rows[key] for key in sorted(rows)])


if __name__ == "__main__":
    main(sys.argv[1:])
