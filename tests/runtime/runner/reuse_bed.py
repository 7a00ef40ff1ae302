"""A project of two steps that can be changed in one line, and what becomes of it: decided for real, run for show."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from hyperstep.artifact_store.snapshot import SnapshotLimits, take_snapshot
from hyperstep.codec import from_json, to_json
from hyperstep.digest import Json
from hyperstep.pipeline.plan import StepVerdict
from hyperstep.pipeline.reuse import FORCED
from hyperstep.pipeline.reuse_rules import ReuseRules
from hyperstep.pipeline.spec import (
    CodeSpec,
    DataMode,
    DatastorePaths,
    InputSpec,
    OutputSpec,
    PipelineSpec,
    StepOutput,
    StepSpec,
    TrainingKind,
    TrainingSpec,
    TuningSpec,
)
from hyperstep.records.artifact import ArtifactRecord
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.data_paths import find_input, output_locations, output_path
from hyperstep.runtime.runner.reuse.read_data import data_state
from hyperstep.runtime.runner.reuse.read_kinds import READS_PROPERTY, RECORDS, STATE, STEP
from hyperstep.runtime.runner.reuse.step_facts import Around, StepQuestion
from hyperstep.runtime.runner.reuse.step_plan import plan_pipeline
from hyperstep.runtime.runner.reuse.step_records import step_records
from hyperstep.runtime.runner.reuse.step_reuse import ReuseAnswer, look_for_source
from hyperstep.runtime.runner.reuse.step_sources import mark_forced, remember_step, stand_in
from hyperstep.runtime.submission import Label, root_run

STORE = "workspaceblobstore"
WORKSPACE = "local"
PREPARE, TUNE = "prepare", "tune"


def _config() -> dict[str, Any]:
    return {
        "sampler": {
            "name": "RANDOM",
            "seed": 1,
            "space": {"lr": ["uniform", [0, 1]], "n": ["choice", [[1, 2]]]},
            "order": ["lr", "n"],
        },
        "policy": {"name": "Bandit", "properties": {"slack_factor": 0.1}},
        "metric": {"name": "accuracy", "goal": "maximize"},
        "limits": {"max_total": 20, "max_concurrent": 4},
    }


@dataclass
class Bed:
    """What a user has, as plain fields and files: ``tune/`` and ``prepare/`` with code, ``raw/`` with data."""

    home: Home
    folder: Path
    arguments: list[str] = field(default_factory=lambda: ["--data", "$middle", "--epochs", "3"])
    script: str = "train.py"
    environment: dict[str, Any] = field(default_factory=lambda: {"name": "sk", "packages": ["scikit-learn==1.5"]})
    variables: dict[str, str] = field(default_factory=lambda: {"A": "1", "B": "2"})
    parameters: dict[str, str] = field(default_factory=lambda: {"epochs": "3", "unused": "x"})
    config: dict[str, Any] = field(default_factory=_config)
    seed_given: bool = True
    pattern: str = ""
    data: tuple[tuple[str, str], ...] = ((STORE, "raw"),)
    middle: str = "middle"
    """What step ``prepare`` writes."""
    middle_folders: tuple[str, ...] = ()
    """Empty folders that it writes; its output is a folder then."""
    step: dict[str, Any] = field(default_factory=dict)
    """Fields of step ``tune`` that differ from the usual."""
    prepare: dict[str, Any] = field(default_factory=dict)
    pipeline: dict[str, Any] = field(default_factory=dict)
    rules: ReuseRules = field(default_factory=ReuseRules)
    fails: bool = False
    """Whether step ``tune`` fails when it runs."""
    reads: list[dict[str, Json]] = field(default_factory=list)
    later_s: float = 0.0
    """How much time has gone by."""
    duration_s: float | None = None
    make_code: Callable[[Bed], CodeSpec] | None = None
    """Makes the code of step ``tune``, instead of these fields."""
    computed: dict[str, str] = field(default_factory=dict)
    """Of each step the run that stands for it now."""
    runs: dict[str, RunRecord] = field(default_factory=dict)
    """The newest run of each step."""

    @property
    def store(self) -> Path:
        """The folder of the datastore."""
        return self.home.datastore_folder(WORKSPACE, STORE)

    def code(self, name: str) -> Path:
        """A step's source folder."""
        return self.folder / name

    def fill(self) -> None:
        """The files as they are at first."""
        for name, text in {
            "tune/train.py": "import click\nfrom lib import model\n",
            "tune/other.py": "print()\n",
            "tune/lib/model.py": "N = 1\n",
            "tune/.amlignore": "*.log\ncache/\n",
            "tune/notes.log": "a note\n",
            "prepare/prepare.py": "print('prepare')\n",
        }.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text)
        (self.store / "raw").mkdir()
        (self.store / "raw" / "a.csv").write_text("1,2\n")

    def spec(self) -> PipelineSpec:
        """The pipeline as the files and fields are now."""
        middle_out = OutputSpec("middle", STORE, DataMode.MOUNT, "$middle", "middle")
        raw = InputSpec("raw", DatastorePaths(self.data), DataMode.MOUNT, "$raw", "raw")
        middle_in = InputSpec("middle", StepOutput("p1", "middle"), DataMode.MOUNT, "$middle", "middle")
        model = TrainingSpec(TrainingKind.MODEL, "outputs/model.pkl")
        steps = (
            StepSpec(
                "p1",
                PREPARE,
                CodeSpec(self._snapshot("prepare"), "prepare.py", ("$raw", "$middle")),
                inputs=(raw,),
                outputs=(middle_out,),
            ),
            StepSpec(
                "t1",
                TUNE,
                self._code() if self.make_code is None else self.make_code(self),
                inputs=(middle_in,),
                outputs=(OutputSpec("model", STORE, DataMode.MOUNT, "$model", "model", training=model),),
                parameters=("epochs",),
                tuning=TuningSpec(self.config, seed_given=self.seed_given, metric_pattern=self.pattern),
                kind="HyperDriveStep",
            ),
        )
        changed = (replace(steps[0], **self.prepare), replace(steps[1], **self.step))
        return replace(PipelineSpec(steps=changed, parameters=self.parameters), **self.pipeline)

    def plan(self) -> dict[str, StepVerdict]:
        """What the plan says of each step."""
        verdicts = plan_pipeline(self.home, self.spec(), WORKSPACE, self.rules, self.now)
        return {verdict.name: verdict for verdict in verdicts}

    def run(self) -> dict[str, ReuseAnswer]:
        """Decide each step as the runner does; what is not reused is done, and kept as a source.

        A runner has the pipeline from the records, a plan from the script: numbers may be written in other ways there.
        """
        spec = from_json(PipelineSpec, json.loads(json.dumps(to_json(self.spec()))))
        answers, producers = {}, dict[str, RunRecord]()
        for step in spec.steps:
            inputs = {port.name: find_input(self.home, WORKSPACE, port, producers) for port in step.inputs}
            around = Around((PREPARE, TUNE), dict(self.computed))
            question = StepQuestion(self.home, WORKSPACE, spec, step, inputs, self.rules, around)
            answer = answers[step.name] = look_for_source(question, self.now)
            if answer.source is not None:
                producers[step.id] = stand_in(self.home, answer.source)
            else:
                producers[step.id] = self._do(step, answer)
            self.computed[step.name] = producers[step.id].id
        return answers

    @property
    def now(self) -> float:
        """The present."""
        return time.time() + self.later_s

    def register(self, kind: str, name: str, body: Mapping[str, Json]) -> None:
        """A new version of a named thing."""
        self.home.store.put_named(WORKSPACE, kind, name, body, self.now)

    def read_file(self, name: str) -> None:
        """Make a file of data that a script reads by the name of a dataset."""
        (self.store / f"{name}.csv").write_text("read")
        self.register("dataset", name, {"definition": {"kind": "FileDataset", "paths": [[STORE, f"{name}.csv"]]}})

    def _code(self) -> CodeSpec:
        return CodeSpec(
            self._snapshot("tune"),
            self.script,
            tuple(self.arguments),
            environment=self.environment,
            environment_variables=self.variables,
            max_duration_s=self.duration_s,
        )

    def _snapshot(self, name: str) -> str:
        return take_snapshot(self.code(name), self.home.artifacts, SnapshotLimits(None, None)).digest

    def _do(self, step: StepSpec, answer: ReuseAnswer) -> RunRecord:
        """A completed run of a step, with its output and a file; or one that failed."""
        root = replace(
            root_run(Label(WORKSPACE, "experiment"), RunKind.PIPELINE, str(uuid.uuid4()), "pipeline"),
            status=RunStatus.COMPLETED,
        )
        run = replace(
            root, id=str(uuid.uuid4()), kind=RunKind.STEP, name=step.name, parent_id=root.id, folder="01-step",
            started_at=self.now, ended_at=self.now,
        )  # fmt: skip
        if answer.decision.reason in FORCED:
            mark_forced(self.home, run, answer.fingerprint, root.created_at)
        if self.fails and step.name == TUNE:
            return replace(run, status=RunStatus.FAILED)
        properties = {"outputs": json.dumps(output_locations(run, step))}
        if step.name == TUNE:
            properties[READS_PROPERTY] = json.dumps([self._noted(read) for read in self.reads])
        run = replace(run, properties=properties)
        self.home.store.create([root, run], folder=root.id, spec=None)
        self.home.store.register_run(run.id, root.id)
        for name, location in output_locations(run, step).items():
            place = output_path(self.home, WORKSPACE, location)
            self._write(place, self.middle if name == "middle" else "model", self.middle_folders * (name == "middle"))
        log = f"log of {step.name}".encode()
        digest = self.home.artifacts.put_bytes(log)
        with self.home.store.journal(root.id).transaction(0) as writer:
            writer.add_artifact(ArtifactRecord(run.id, "logs/log.txt", digest, len(log)))
        remember_step(self.home, run, step, answer.fingerprint, self.now)
        self.runs[step.name] = run
        return run

    @staticmethod
    def _write(place: Path, text: str, folders: tuple[str, ...]) -> None:
        """A file; with folders one in a folder, beside these."""
        for name in folders:
            (place / name).mkdir(parents=True)
        file = place / "file" if folders else place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def _noted(self, read: dict[str, Json]) -> dict[str, Json]:
        """As a script notes it: with the state of a dataset's files; of a step with the run that computed it."""
        if read["what"] == STEP:
            computed = self.computed[str(read["name"])]
            return {**read, "found": computed, RECORDS: step_records(self.home, computed)}
        if read["what"] != "dataset":
            return read
        record = self.home.store.named(WORKSPACE, "dataset", str(read["name"]), 1)
        return {**read, STATE: data_state(self.home, record)}

    def output(self, step: str) -> Path:
        """Where the output of a step's newest run lies."""
        (location,) = json.loads(self.runs[step].properties["outputs"]).values()
        return output_path(self.home, WORKSPACE, location)

    def object_of(self, step: str) -> Path:
        """Where the one file of a step's run is kept."""
        digest = self.home.artifacts.put_bytes(f"log of {step}".encode())
        return self.home.path / "objects" / digest[:2] / digest[2:]
