"""Records as the runner would write them: a pipeline with a tuning step and a step after it."""

from __future__ import annotations

import json

from msgspec.structs import replace

from hyperstep.records.artifact import ArtifactRecord
from hyperstep.records.metric import MetricKind, MetricRecord
from hyperstep.records.run import RunError, RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.run_store.base import AttemptRecord
from hyperstep.runtime.home import Home

START = 1_700_000_000.0
PIPELINE, TUNE, REGISTER, SWEEP = "11111111-aaaa", "22222222-bbbb", "33333333-cccc", "HD_44444444-dddd"


def make_run(run_id: str, kind: RunKind, **fields: object) -> RunRecord:
    """A run of the fabricated pipeline."""
    base = RunRecord(
        id=run_id,
        root_id=PIPELINE,
        kind=kind,
        name=kind.value,
        workspace="local",
        experiment="digits",
        status=RunStatus.RUNNING,
        created_at=START,
        started_at=START,
        folder=run_id,
    )
    return replace(base, **fields)


def make_sweep(**fields: object) -> RunRecord:
    """The sweep, with what the runner writes about one."""
    properties = {
        "primary_metric_config": json.dumps({"name": "accuracy", "goal": "maximize"}),
        "max_total_runs": "4",
        "requested_concurrency": "4",
        "effective_concurrency": "2",
        "space_size": "infinite",
        "seed": "17",
    }
    return make_run(SWEEP, RunKind.SWEEP, **({"parent_id": TUNE, "properties": properties} | fields))


def make_trial(number: int, status: RunStatus, **fields: object) -> RunRecord:
    """Trial ``number`` of the sweep."""
    properties = {"hyperparameters": json.dumps({"--lr": number / 10, "--opt": "adam"})}
    ended = START + 10 + number if status.is_terminal else None
    defaults: dict[str, object] = {"parent_id": SWEEP, "number": number, "status": status, "ended_at": ended}
    return make_run(f"{SWEEP}_{number}", RunKind.TRIAL, **(defaults | {"properties": properties} | fields))


def make_metrics(trial: RunRecord, *values: float) -> list[MetricRecord]:
    """What the trial logged as accuracy."""
    return [
        MetricRecord(trial.id, attempt=0, sequence=i, name="accuracy", kind=MetricKind.SCALAR, value=value)
        for i, value in enumerate(values)
    ]


def fabricate_running_pipeline(home: Home, submission: str = "") -> None:
    """A pipeline whose tuning step runs: trials completed, stopped, failed and running."""
    steps = [
        make_run(TUNE, RunKind.STEP, name="tune", parent_id=PIPELINE),
        make_run(
            REGISTER,
            RunKind.STEP,
            name="register",
            parent_id=PIPELINE,
            number=1,
            status=RunStatus.NOT_STARTED,
            started_at=None,
        ),
    ]
    root = make_run(PIPELINE, RunKind.PIPELINE, folder="", name="digits")
    journal = home.store.create([root, *steps], folder="pipeline", spec={}, submission=submission)
    for run_id in (TUNE, REGISTER, SWEEP):
        home.store.register_run(run_id, PIPELINE)
    failure = RunError("UserError", "ValueError: no (exit code 1)", "Traceback …")
    trials = [
        make_trial(0, RunStatus.COMPLETED),
        make_trial(1, RunStatus.CANCELED, reason="Bandit: 0.5 is below 0.8"),
        make_trial(2, RunStatus.FAILED, error=failure),
        make_trial(3, RunStatus.RUNNING),
    ]
    with journal.transaction(0) as writer:
        writer.put_run(make_sweep())
        for trial in trials:
            writer.put_run(trial)
        writer.add_metrics([*make_metrics(trials[0], 0.7, 0.9), *make_metrics(trials[1], 0.5)])
        writer.add_metrics(make_metrics(trials[3], 0.6))
        event = writer.append_event(SWEEP, "MetricReported", {}, START)
        writer.append_decision(SWEEP, event, "stop", trials[1].id, {"policy": "Bandit", "value": 0.5}, START + 1)
        writer.add_artifact(ArtifactRecord(trials[0].id, "outputs/model.bin", "ab" * 32, 12))
        for trial in trials[:3]:
            attempt = home.attempt(trial, 0)
            writer.put_attempt(AttemptRecord(attempt.key, START))
            attempt.folder.mkdir(parents=True)
            attempt.log_file.write_text(f"{trial.id} says so\n" * 40, encoding="utf-8")
    journal.close()


def fabricate_second_pipeline(
    home: Home, status: RunStatus = RunStatus.COMPLETED, reused_from: str | None = None
) -> None:
    """A newer pipeline of one step that has ended, or was reused."""
    ids = {"root_id": "99999999-eeee", "created_at": START + 100, "status": status, "ended_at": START + 101}
    root = make_run("99999999-eeee", RunKind.PIPELINE, folder="", **ids)
    step = make_run(
        "88888888-ffff", RunKind.STEP, name="tune", parent_id="99999999-eeee", reused_from=reused_from, **ids
    )
    home.store.create([root, step], folder="second", spec={}).close()
    home.store.register_run(step.id, root.id)
