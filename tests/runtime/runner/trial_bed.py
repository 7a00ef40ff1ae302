"""A sweep that can be changed in one line, driven by a real runner with attempts that are played: which trials run."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from tests.runtime.runner.reuse_bed import STORE, TUNE, WORKSPACE, Bed

from hyperstep.codec import to_json
from hyperstep.digest import Json
from hyperstep.launchers.base import Launcher
from hyperstep.pipeline.plan import SweepVerdict
from hyperstep.pipeline.reuse_rules import ReuseRules
from hyperstep.pipeline.spec import DataMode, DatastorePaths, InputSpec, StepSpec
from hyperstep.records.attempt import Attempt
from hyperstep.records.names import SEED_FROM
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.run_store.base import Owner
from hyperstep.runtime.doorbell import doorbell_path, hung
from hyperstep.runtime.pause_note import PauseNote
from hyperstep.runtime.runner.context import Envelope, RunnerContext
from hyperstep.runtime.runner.loop import Runner
from hyperstep.runtime.runner.obstacles import Patience
from hyperstep.runtime.runner.reuse.step_plan import plan_single
from hyperstep.runtime.runner.reuse.trial_plan import told_trials
from hyperstep.runtime.submission import Label, root_run
from hyperstep.testing.behaviour import Behaviour
from hyperstep.testing.scripted_launcher import ScriptedLauncher


def sweep_config() -> dict[str, Any]:
    """Four trials that no policy stops."""
    return {
        "sampler": {
            "name": "RANDOM",
            "seed": 1,
            "space": {"lr": ["uniform", [0.5, 1]], "n": ["choice", [[1, 2, 3]]]},
            "order": ["lr", "n"],
        },
        "policy": {"name": "Default"},
        "metric": {"name": "accuracy", "goal": "maximize"},
        "limits": {"max_total": 4, "max_concurrent": 2},
    }


@dataclass
class TrialBed(Bed):
    """The bed with step ``tune`` alone, submitted by itself; it reads the dataset ``raw``."""

    config: dict[str, Any] = field(default_factory=sweep_config)
    failing: frozenset[int] = frozenset()
    """Numbers of the trials that fail when they run."""
    draws: int = 0
    """How many seeds were drawn."""
    newest: RunRecord | None = None

    def tuning_step(self) -> StepSpec:
        """The step as the files and fields are now; a seed that is not given is drawn for each submission."""
        raw = InputSpec("raw", DatastorePaths(self.data), DataMode.MOUNT, "$raw", "raw")
        step = replace(self.spec().steps[1], inputs=(raw,), parameters=(), outputs=())
        step = replace(step, **self.step)
        if self.seed_given or step.tuning is None:
            return step
        config = {**self.config, "sampler": {**self.config["sampler"], "seed": 100 + self.draws}}
        return replace(step, tuning=replace(step.tuning, config=config))

    def plan_trials(self) -> SweepVerdict:
        """What the plan says of the trials."""
        verdict = plan_single(self.home, self.tuning_step(), WORKSPACE, self.rules, self.now).sweep
        assert verdict is not None
        return verdict

    def sweep(self) -> SweepVerdict:
        """Run the sweep; what was decided, as the ledger has it."""
        step = self.tuning_step()
        self.draws += 1
        root = root_run(Label(WORKSPACE, "experiment"), RunKind.SWEEP, f"HD_{self.draws:08d}", TUNE)
        envelope: dict[str, Json] = {"kind": "step", "spec": to_json(step)}
        journal = self.home.store.create([root], folder=root.id, spec=envelope)
        owner = journal.acquire(Owner(pid=1, pid_started_at=0.0, host="here"))
        context = RunnerContext(self.home, journal, owner.epoch, self._envelope())
        self.home.root_folder(root.id).mkdir(parents=True, exist_ok=True)
        with hung(doorbell_path(self.home.root_folder(root.id))) as bell:
            launcher: Launcher = ScriptedLauncher(bell.ring, self._behaviour)
            patience = Patience(self.home, PauseNote(self.home.root_folder(root.id)), context.note, time.sleep)
            Runner(context, launcher, bell, patience).run()
        self.newest = journal.run(root.id)
        verdict = told_trials(journal, root.id, self.newest.properties.get(SEED_FROM))
        assert verdict is not None
        return verdict

    @property
    def trials(self) -> list[RunRecord]:
        """Those of the newest sweep."""
        assert self.newest is not None
        runs = self.home.store.journal(self.newest.id).runs(kind=RunKind.TRIAL)
        return sorted(runs, key=lambda run: run.number)

    def remove_a_file(self) -> None:
        """Remove what the newest sweep's trial 1 wrote."""
        self.remove_a_file_of(1)

    def remove_a_file_of(self, trial: int) -> None:
        """Remove what one of the newest sweep's trials wrote."""
        self._place_of(trial).unlink()

    def cut_a_file(self) -> None:
        """Leave a part of what the newest sweep's trial 1 wrote."""
        place = self._place_of(1)
        data = place.read_bytes()
        place.chmod(0o600)
        place.write_bytes(data[:2])

    def _place_of(self, trial: int) -> Path:
        """Where it is kept what one of the newest sweep's trials wrote."""
        digest = self.home.artifacts.put_bytes(self._model(self.trials[trial]).encode())
        return self.home.path / "objects" / digest[:2] / digest[2:]

    def _envelope(self) -> Envelope:
        return Envelope(sys.executable, 4, 0.0, self.rules)

    @staticmethod
    def _model(trial: RunRecord) -> str:
        return str(json.loads(trial.properties["hyperparameters"])["lr"])

    def _behaviour(self, attempt: Attempt) -> Behaviour:
        """Report a curve that grows with ``lr``, and write a file."""
        texts = attempt.argv
        lr = float(texts[texts.index("--lr") + 1])
        fails = int(attempt.key.run_id.rpartition("_")[2]) in self.failing
        values = [("accuracy", lr * share) for share in (0.5, 0.8, 1.0)] + [("loss", -lr)]
        records = [json.dumps({"kind": "scalar", "name": name, "value": value}) for name, value in values]
        files = {"outputs/model.txt": str(lr)}
        return Behaviour(records=tuple(records), files=files, exit_code=1 if fails else 0)


def make_bed(home: Any, folder: Path) -> TrialBed:
    """A filled bed."""
    bed = TrialBed(home, folder, rules=ReuseRules())
    bed.arguments = ["--data", "$raw"]
    bed.fill()
    assert bed.data[0][0] == STORE
    return bed
