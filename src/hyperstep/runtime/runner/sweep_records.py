"""What a sweep and its trials look like in the records, with the properties that v1 gives them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from hyperstep.digest import Json
from hyperstep.pipeline.spec import StepSpec
from hyperstep.records.names import STOPPED_EARLY
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime.ranking import COUNTED_VALUES
from hyperstep.runtime.runner.job_arguments import hyperparameter_arguments
from hyperstep.runtime.runner.resumed_files import RESUME_ARGUMENTS
from hyperstep.samplers.base import Point
from hyperstep.sweep.config import SweepConfig
from hyperstep.sweep.instructions import RecordDecision
from hyperstep.sweep.trial_state import TrialState


def trial_id(sweep_id: str, trial: int) -> str:
    """Id of a trial's run: the sweep's id and the trial's index, as in v1."""
    return f"{sweep_id}_{trial}"


def trial_index(run_id: str) -> int:
    """The index that stands in a trial's id."""
    return int(run_id.rpartition("_")[2])


def trials_of(sweep_id: str, runs: Iterable[RunRecord]) -> list[RunRecord]:
    """The trials of a sweep, by index."""
    return sorted((run for run in runs if run.parent_id == sweep_id), key=lambda run: run.number)


def trial_run(sweep: RunRecord, step: StepSpec, config: SweepConfig, trial: int, point: Point) -> RunRecord:
    """The record of a trial that is about to be launched; ``created_at`` is the sweep's until it is set."""
    return replace(
        sweep,
        id=trial_id(sweep.id, trial),
        kind=RunKind.TRIAL,
        name=f"{sweep.name} trial {trial}",
        parent_id=sweep.id,
        number=trial,
        status=RunStatus.QUEUED,
        started_at=None,
        folder=f"{sweep.folder}/trial-{trial:04d}".lstrip("/"),
        arguments=(*step.code.arguments, *trial_arguments(config, trial, point)),
        properties={"hyperparameters": json.dumps(point), "ContentSnapshotId": step.code.snapshot},
        tags={},
        reason="",
    )


def trial_arguments(config: SweepConfig, trial: int, point: Mapping[str, Json]) -> tuple[str, ...]:
    """What follows the script's own arguments: the hyperparameters, and where a resumed trial finds the earlier one."""
    resumed = RESUME_ARGUMENTS if trial < len(config.resumed) else ()
    return (*hyperparameter_arguments(point, space_of(config)), *resumed)


def point_of(trial: RunRecord) -> Mapping[str, Json]:
    """The point that a trial's record holds."""
    point: Mapping[str, Json] = json.loads(trial.properties["hyperparameters"])
    return point


def space_of(config: SweepConfig) -> Mapping[str, Json]:
    """The search space as v1 expressions."""
    space = config.sampler.to_json().get("space")
    return space if isinstance(space, Mapping) else {}


def starting_properties(config: SweepConfig, effective: int) -> dict[str, str]:
    """Properties of a sweep's run from its start on.

    Args:
        config: The sweep.
        effective: How many of its trials run at one time on this machine.
    """
    size, seed = config.sampler.size, config.sampler.to_json().get("seed")
    return {
        **({} if seed is None else {"seed": json.dumps(seed)}),
        **({"deterministic": "true"} if config.deterministic else {}),
        "primary_metric_config": json.dumps({"name": config.metric.name, "goal": config.metric.goal.value}),
        "resume_from": "null",
        "resume_child_runs": "null",
        "runTemplate": "HyperDrive",
        "azureml.runsource": "hyperdrive",
        "platform": "AML",
        "user_agent": "sdk_run_hyper_drive",
        "space_size": "infinite" if size is None else str(size),
        "max_total_runs": str(config.limits.max_total),
        "requested_concurrency": str(config.limits.max_concurrent),
        "effective_concurrency": str(effective),
    }


def ending_properties(trial: TrialState) -> dict[str, str]:
    """Properties of a trial's run from its end on."""
    stopped = {STOPPED_EARLY: "true"} if trial.stopped_by_policy else {}
    counted = {} if trial.counted_values is None else {COUNTED_VALUES: str(trial.counted_values)}
    return {**stopped, **counted}


def best_properties(sweep_id: str, best: int | None, score: float | None) -> dict[str, str]:
    """Properties of a sweep's run from its last trial on; empty without a best trial."""
    if best is None:
        return {}
    return {
        "best_child_run_id": trial_id(sweep_id, best),
        "best_data_container_id": f"dcid.{trial_id(sweep_id, best)}",
        "best_metric_status": "Succeeded",
        "score": json.dumps(score),
    }


def torn_decision(attempt: int, torn_bytes: int, trial: int | None = None) -> RecordDecision:
    """That an attempt ended within a record: these bytes are reported, and count for nothing."""
    return RecordDecision("torn", trial, {"attempt": attempt, "bytes": torn_bytes})
