"""What the tests of azureml.core share: a workspace, and a home closed at the end."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.records import ArtifactRecord, AttemptKey, MetricKind, MetricRecord, RunKind, RunRecord, RunStatus
from hyperstep.run_store.base import AttemptRecord


class Recorder:
    """Writes runs into a workspace's records as a runner would, before any runner owns them."""

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.home = experiment.workspace.home

    def root(self, run_id: str = "root", **fields: Any) -> RunRecord:
        """A new root run; a script run without ``kind``."""
        values = {"kind": RunKind.SCRIPT, "name": "train.py", "status": RunStatus.RUNNING, "created_at": 1.0, **fields}
        code: dict[str, Any] = {"script": "train.py", "environment": {}, "snapshot": "s"}
        run = RunRecord(id=run_id, root_id=run_id, workspace="local", experiment="digits", **values)
        self.home.store.create([run], folder=f"folder-{run_id}", spec={"kind": "step", "spec": {"code": code}})
        return run

    def child(self, parent: RunRecord, run_id: str, **fields: Any) -> RunRecord:
        """A new run below another."""
        values = {"kind": RunKind.TRIAL, "number": 0, "status": RunStatus.RUNNING, "folder": run_id, **fields}
        run = replace(parent, id=run_id, parent_id=parent.id, **values)
        with self.home.store.journal(parent.root_id).transaction(0) as writer:
            writer.put_run(run)
        self.home.store.register_run(run_id, parent.root_id)
        return run

    def change(self, run: RunRecord, **fields: Any) -> RunRecord:
        """The run's record with other values."""
        changed = replace(run, **fields)
        with self.home.store.journal(run.root_id).transaction(0) as writer:
            writer.put_run(changed)
        return changed

    def log(self, run: RunRecord, *records: tuple[str, MetricKind, Any]) -> None:
        """Metrics of a run, in order."""
        with self.home.store.journal(run.root_id).transaction(0) as writer:
            writer.put_attempt(AttemptRecord(AttemptKey(run.id, 0), 1.0))
            writer.add_metrics(
                [MetricRecord(run.id, 0, i, name, kind, value) for i, (name, kind, value) in enumerate(records)]
            )

    def files(self, run: RunRecord, **texts: str) -> None:
        """Files of a run; ``__`` in a name stands for a slash, a last ``_`` for ``.txt``."""
        for name, text in texts.items():
            path = name.replace("__", "/").removesuffix("_") + ".txt"
            digest = self.home.artifacts.put_bytes(text.encode())
            with self.home.store.journal(run.root_id).transaction(0) as writer:
                writer.add_artifact(ArtifactRecord(run.id, path, digest, len(text)))


@pytest.fixture
def recorder(experiment: Experiment) -> Recorder:
    """Makes runs without processes."""
    return Recorder(experiment)
