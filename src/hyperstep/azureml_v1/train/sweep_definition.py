"""A HyperDriveConfig as the engine's sweep: everything but the seed is fixed once, the seed at each submission."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from hyperstep.azureml_v1.core.session import read_settings
from hyperstep.azureml_v1.train.resuming import earlier_trials, resumed_trials
from hyperstep.codec import to_json
from hyperstep.digest import Json
from hyperstep.pipeline.spec import TuningSpec
from hyperstep.records.goal import Goal, PrimaryMetric
from hyperstep.settings import Settings
from hyperstep.sweep.config import Limits

if TYPE_CHECKING:
    from hyperstep.azureml_v1.train.hyperdrive_config import HyperDriveConfig

SEED_BITS = 32
_SECONDS_PER_MINUTE = 60


def fix_sweep(config: HyperDriveConfig) -> Callable[[], TuningSpec]:
    """What makes the sweep's definition at each submission; later changes to ``config`` do not reach it.

    A seed that the user gave is kept; otherwise each call draws one.

    Raises:
        HyperDriveConfigException: The engine refuses the search space.
    """
    given = config._sampling._seed  # noqa: SLF001 - one area
    goal = Goal(config._primary_metric_config["goal"])  # noqa: SLF001
    sampler = config._sampling._to_engine(0, goal=goal)  # noqa: SLF001
    settings = read_settings()
    rest = {**_without_sampler(config, settings), **_taken_over(config), **_decided_how(config, settings)}
    properties = {
        "resume_from": json.dumps(config._resume_from),  # noqa: SLF001
        "resume_child_runs": json.dumps(config._resume_child_runs),  # noqa: SLF001
    }

    def define() -> TuningSpec:
        if given is not None or "seed" not in sampler:
            return TuningSpec(config={**rest, "sampler": sampler}, properties=properties)
        drawn = {**sampler, "seed": secrets.randbits(SEED_BITS)}
        return TuningSpec(config={**rest, "sampler": drawn}, seed_given=False, properties=properties)

    return define


def _taken_over(config: HyperDriveConfig) -> dict[str, Json]:
    """What the sweep goes on from, read from the records now."""
    sweeps, trials = config._resumed_sweeps or [], config._resumed_trials or []  # noqa: SLF001 - one area
    parts = {"history": earlier_trials(sweeps), "resumed": resumed_trials(trials)}
    return {name: to_json(found) for name, found in parts.items() if found}


def _decided_how(config: HyperDriveConfig, settings: Settings) -> dict[str, Json]:
    asked = config._sampling._deterministic  # noqa: SLF001 - one area
    return {"deterministic": True} if (settings.deterministic if asked is None else asked) else {}


def _without_sampler(config: HyperDriveConfig, settings: Settings) -> dict[str, Json]:
    metric = config._primary_metric_config  # noqa: SLF001 - one area
    limits = Limits(
        max_total=config._max_total_runs,  # noqa: SLF001
        max_concurrent=config._max_concurrent_runs,  # noqa: SLF001
        max_duration_s=config._max_duration_minutes * _SECONDS_PER_MINUTE,  # noqa: SLF001
        max_failed=settings.max_failed,
        max_retries=settings.retries,
    )
    return {
        "policy": config._policy._to_engine(),  # noqa: SLF001
        "metric": to_json(PrimaryMetric(metric["name"], Goal(metric["goal"]))),
        "limits": limits.to_json(),
    }
