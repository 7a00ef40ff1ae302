"""A home with a runner: submit small scripts and wait for them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from hyperstep.artifact_store.snapshot import SnapshotLimits, take_snapshot
from hyperstep.digest import Json
from hyperstep.pipeline.spec import CodeSpec, StepSpec, TuningSpec
from hyperstep.records.run import RunRecord
from hyperstep.runtime.home import Home

PATIENCE_S = 300.0
T = TypeVar("T")


@dataclass
class Bench:
    """A home and the means to run scripts in it."""

    home: Home
    folder: Path

    def code(self, script: str, *arguments: str, name: str = "train.py") -> CodeSpec:
        source = self.folder / f"source-{abs(hash(script))}"
        source.mkdir(exist_ok=True)
        (source / name).write_text(script)
        snapshot = take_snapshot(source, self.home.artifacts, SnapshotLimits(None, None))
        return CodeSpec(snapshot.digest, name, tuple(arguments))

    def tuning_step(self, script: str, config: Mapping[str, Json]) -> StepSpec:
        return StepSpec("tune0000", "tune", self.code(script), tuning=self.tuning(config), kind="HyperDriveStep")

    @staticmethod
    def tuning(config: Mapping[str, Json]) -> TuningSpec:
        return TuningSpec(config)

    def read(self, run_id: str) -> RunRecord:
        return self.home.store.journal(self.home.store.root_of(run_id)).run(run_id)

    def wait(self, run_id: str) -> RunRecord:
        return self.wait_until(lambda: (run := self.read(run_id)).status.is_terminal and run)

    def wait_until(self, condition: Callable[[], T | bool]) -> T:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            if (found := condition()) not in (None, False):
                return found  # type: ignore[return-value]
            time.sleep(0.02)
        logs = "\n".join(p.read_text() for p in self.home.path.rglob("runner.log"))
        message = f"it did not come to that in {PATIENCE_S} s; runner logs:\n{logs}"
        raise TimeoutError(message)


def sweep_config(*, total: int = 4, concurrent: int = 2, space: Json = None, policy: Json = None) -> dict[str, Json]:
    return {
        "sampler": {"name": "GRID", "space": space or {"x": ["choice", [list(range(total))]]}},
        "policy": policy or {"name": "Default", "properties": {}},
        "metric": {"name": "acc", "goal": "maximize"},
        "limits": {
            "max_total": total,
            "max_concurrent": concurrent,
            "max_duration_s": None,
            "max_lost_attempts": 2,
        },
    }
