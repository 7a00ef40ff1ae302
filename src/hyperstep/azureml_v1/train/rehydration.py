"""A sweep's definition as it was submitted, read back from the records in v1's words."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.core.run_source import RunSource
from hyperstep.azureml_v1.train.exceptions import HyperDriveRehydrateException
from hyperstep.records.run import RunKind, RunRecord

if TYPE_CHECKING:
    from hyperstep.azureml_v1.train.hyperdrive_config import HyperDriveConfig

_TAG_PREFIX = "_aml_system_"
_SECONDS_PER_MINUTE = 60


def sweep_definition(source: RunSource) -> Mapping[str, Any]:
    """What was submitted: ``{"sampler", "policy", "metric", "limits"}``.

    Raises:
        HyperDriveRehydrateException: The run is no sweep.
    """
    submitted: Any = source.journal.spec()
    spec = submitted.get("spec", submitted)
    steps: Sequence[Mapping[str, Any]] = spec.get("steps", [spec])
    node = _node_id(source)
    for step in steps:
        if step.get("tuning") and node in {None, step["id"]}:
            config: Mapping[str, Any] = step["tuning"]["config"]
            return config
    message = f"Run {source.run_id} is no sweep, so it has no hyperparameters and no primary metric."
    raise HyperDriveRehydrateException(message)


def definition_tags(source: RunSource) -> dict[str, str]:
    """The tags in which v1 keeps a sweep's definition."""
    config = sweep_definition(source)
    values = {
        "generator_config": json.dumps(_v1_sampler(config["sampler"])),
        "policy_config": json.dumps(config["policy"]),
        "primary_metric_config": json.dumps(config["metric"]),
        "max_total_jobs": str(config["limits"]["max_total"]),
        "max_concurrent_jobs": str(config["limits"]["max_concurrent"]),
        "max_duration_minutes": f"{_minutes(config):g}",
    }
    return {f"{_TAG_PREFIX}{key}": text for key, text in values.items()}


def read_config(source: RunSource) -> HyperDriveConfig:
    """The configuration of a sweep, without its script.

    Raises:
        HyperDriveRehydrateException: The run is no sweep.
    """
    config, run = sweep_definition(source), source.record()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they were given when it was submitted
        again = _construct(config, run.script)
    again._resume_from = _property(run, "resume_from")  # noqa: SLF001 - one area
    again._resume_child_runs = _property(run, "resume_child_runs")  # noqa: SLF001
    return again


def _property(run: RunRecord, name: str) -> Any:  # noqa: ANN401 - a list of run keys, or None
    return json.loads(run.properties.get(name, "null"))


def _construct(config: Mapping[str, Any], script: str) -> HyperDriveConfig:
    from hyperstep.azureml_v1.core.script_run_config import ScriptRunConfig  # noqa: PLC0415 - loads much
    from hyperstep.azureml_v1.train.goal import PrimaryMetricGoal  # noqa: PLC0415
    from hyperstep.azureml_v1.train.hyperdrive_config import HyperDriveConfig  # noqa: PLC0415
    from hyperstep.azureml_v1.train.policies import EarlyTerminationPolicy  # noqa: PLC0415
    from hyperstep.azureml_v1.train.sampling import HyperParameterSampling  # noqa: PLC0415

    return HyperDriveConfig(
        hyperparameter_sampling=HyperParameterSampling._from_dict(_v1_sampler(config["sampler"])),  # noqa: SLF001
        primary_metric_name=config["metric"]["name"],
        primary_metric_goal=PrimaryMetricGoal.from_str(config["metric"]["goal"]),
        max_total_runs=config["limits"]["max_total"],
        max_concurrent_runs=config["limits"]["max_concurrent"],
        max_duration_minutes=_minutes(config),
        policy=EarlyTerminationPolicy._from_dict(config["policy"]),  # noqa: SLF001
        run_config=ScriptRunConfig(source_directory=".", script=script or None),
    )


def _v1_sampler(sampler: Mapping[str, Any]) -> dict[str, Any]:
    """In v1's keys, hyperparameters in the order in which they were written."""
    space = sampler["space"]
    order = sampler.get("order") or list(space)
    return {"name": sampler["name"], "parameter_space": {name: space[name] for name in order}}


def _minutes(config: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whole where it was given so
    minutes = (config["limits"].get("max_duration_s") or 0) / _SECONDS_PER_MINUTE
    return int(minutes) if minutes == int(minutes) else minutes


def _node_id(source: RunSource) -> str | None:
    """Id of the node whose step the sweep belongs to; None for a sweep of its own."""
    run = source.record()
    while run.kind is not RunKind.STEP:
        if run.parent_id is None:
            return None
        run = source.journal.run(run.parent_id)
    return run.properties.get("azureml.nodeid")
