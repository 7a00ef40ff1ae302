"""What the benchmarks of the runner share: a home and a trial host of their own, sweeps in it, processor time."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from unittest.mock import patch

from msgspec.structs import replace

from hyperstep.artifact_store.snapshot import SnapshotLimits, take_snapshot
from hyperstep.digest import Json
from hyperstep.launchers.control_path import default_control_path
from hyperstep.launchers.host_link import host_pid
from hyperstep.pipeline.reuse_rules import ReuseRules
from hyperstep.pipeline.spec import CodeSpec, StepSpec, TuningSpec
from hyperstep.records.status import RunStatus
from hyperstep.runtime.home import Home
from hyperstep.runtime.submission import Label, request_cancel, submit_step
from hyperstep.settings import load_settings

LABEL = Label("local", "bench")
LOOK_AGAIN_S = 0.01
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_OWN_USER, _OWN_SYSTEM, _WAITED_USER, _WAITED_SYSTEM = 11, 12, 13, 14
"""Fields of ``/proc/PID/stat`` after the name, from 0."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Processor time, user and system, seconds."""

    own_s: float
    children_s: float
    """Of children that have ended and were waited for."""

    @property
    def all_s(self) -> float:
        """Of both."""
        return self.own_s + self.children_s


def spent_by(pid: int) -> Spent:
    """What a process has used so far; nothing when it has gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return Spent(0.0, 0.0)
    ticks = [int(field) for field in text[text.rindex(")") + 2 :].split()[: _WAITED_SYSTEM + 1] if field.isdigit()]
    user, system, waited_user, waited_system = ticks[-4:]
    return Spent((user + system) / _TICKS_PER_S, (waited_user + waited_system) / _TICKS_PER_S)


@dataclass(frozen=True, slots=True)
class SweepCost:
    """What one sweep took."""

    trials: int
    wall_s: float
    """From the first trial's start to the last one's end."""
    processor_s: float
    """Of trial host, runner and trials."""
    runner_s: float
    host_s: float


class BenchHome:
    """A home below a folder of its own, whose trial host nobody else uses; trials start cold.

    Args:
        folder: Empty.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = Home.open(replace(load_settings(folder), home=folder / "home", warm="off"))
        self._sources = 0

    def code(self, script: str, *arguments: str) -> CodeSpec:
        """A snapshot of a folder that holds nothing but ``train.py``, a new one each time: nothing is reused."""
        self._sources += 1
        source = self.folder / f"source-{self._sources}"
        source.mkdir()
        (source / "train.py").write_text(f"{script}# {self._sources}\n", encoding="utf-8")
        snapshot = take_snapshot(source, self.home.artifacts, SnapshotLimits(None, None))
        return CodeSpec(snapshot.digest, "train.py", tuple(arguments))

    def submit(self, script: str, config: Mapping[str, Json], *, pattern: str = "") -> str:
        """Start a sweep; returns its run's id."""
        return submit_step(self.home, self._step(script, config, pattern), LABEL, ReuseRules()).id

    def create(self, script: str, config: Mapping[str, Json]) -> str:
        """Record a sweep for which no runner is started; returns its run's id."""
        with patch("hyperstep.runtime.submission.start_runner"):
            return self.submit(script, config)

    def run_sweep(self, script: str, config: Mapping[str, Json], *, pattern: str = "") -> SweepCost:
        """Start a sweep and wait for its end.

        Raises:
            SystemExit: It did not complete.
        """
        before = spent_by(host_of_ours())
        run_id = self.submit(script, config, pattern=pattern)
        runner = self._runner_of(run_id)
        journal, used = self.home.store.journal(run_id), Spent(0.0, 0.0)
        while Path(f"/proc/{runner}").exists():
            used = max(used, spent_by(runner), key=lambda spent: spent.own_s)
            time.sleep(LOOK_AGAIN_S)
        if journal.run(run_id).status is not RunStatus.COMPLETED:
            message = f"the sweep did not complete: {journal.run(run_id)}"
            raise SystemExit(message)
        after = spent_by(host_of_ours())
        trials = journal.runs(parent_id=run_id)
        first, last = min(t.started_at or 0.0 for t in trials), max(t.ended_at or 0.0 for t in trials)
        host_s = after.own_s - before.own_s
        return SweepCost(len(trials), last - first, after.all_s - before.all_s, used.own_s, host_s)

    def cancel(self, run_id: str) -> None:
        """End a sweep that has shown what it was to show, and wait for it."""
        request_cancel(self.home, run_id, "measured")
        runner = self._runner_of(run_id)
        while Path(f"/proc/{runner}").exists():
            time.sleep(LOOK_AGAIN_S)

    def _step(self, script: str, config: Mapping[str, Json], pattern: str) -> StepSpec:
        tuning = TuningSpec(config, metric_pattern=pattern)
        return StepSpec("tune0000", "tune", self.code(script), tuning=tuning, kind="HyperDriveStep")

    def _runner_of(self, run_id: str) -> int:
        journal = self.home.store.journal(run_id)
        while (owner := journal.owner()) is None:
            time.sleep(LOOK_AGAIN_S)
        return owner.pid


def host_of_ours() -> int:
    """Process id of the trial host that a submit from here uses; 0 while there is none."""
    return host_pid(default_control_path()) or 0


@contextmanager
def bench_home() -> Iterator[BenchHome]:
    """A home with a host in a temporary folder; both are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="hs-bench-") as folder:
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        bench = BenchHome(Path(folder))
        try:
            yield bench
        finally:
            bench.home.close()
            pid = host_of_ours()
            if pid:
                os.kill(pid, 15)
            while host_of_ours():
                time.sleep(LOOK_AGAIN_S)


def sweep_config(trials: int, concurrent: int, policy: Json = None) -> dict[str, Json]:
    """A random search over one number, whose metric is ``acc``."""
    space: dict[str, Json] = {"x": ["uniform", [0, 1]]}
    return {
        "sampler": {"name": "RANDOM", "space": space, "order": ["x"], "seed": 1},
        "policy": policy or {"name": "Default", "properties": {}},
        "metric": {"name": "acc", "goal": "maximize"},
        "limits": {"max_total": trials, "max_concurrent": concurrent, "max_duration_s": None, "max_lost_attempts": 2},
    }


def take_turns(works: Mapping[str, Callable[[], SweepCost]], rounds: int) -> dict[str, list[SweepCost]]:
    """What each cost in each round."""
    found: dict[str, list[SweepCost]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            found[name].append(work())
    return found


def middle_ratio(over: list[float], under: list[float]) -> float:
    """Median of the ratios, round by round."""
    return median(one / other for one, other in zip(over, under, strict=True))


def load_of_machine() -> str:
    """The load averages, for the head of a table: others use the machine too."""
    return ", ".join(f"{load:.1f}" for load in os.getloadavg())
