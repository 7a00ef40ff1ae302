"""A HyperDriveConfig as the engine's sweep: everything but the seed is fixed once, the seed at each submission."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hyperstep.azureml_v1.core.session import read_settings
from hyperstep.azureml_v1.train.exceptions import HyperDriveConfigException
from hyperstep.azureml_v1.train.resuming import earlier_trials, resumed_trials
from hyperstep.codec import to_json
from hyperstep.digest import Json
from hyperstep.errors import HyperstepError
from hyperstep.pipeline.spec import TuningSpec
from hyperstep.records.goal import Goal, PrimaryMetric
from hyperstep.search_space.space import SearchSpace
from hyperstep.settings import Settings
from hyperstep.sweep.config import Limits
from hyperstep.sweep.earlier import KeepHistory
from hyperstep.sweep.keeping import check_past

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
    rest |= _kept(config, settings, sampler)
    properties = {
        "resume_from": json.dumps(config._resume_from),  # noqa: SLF001
        "resume_child_runs": json.dumps(config._resume_child_runs),  # noqa: SLF001
    }

    warm = config._sampling._warm  # noqa: SLF001

    def define() -> TuningSpec:
        if given is not None or "seed" not in sampler:
            return TuningSpec(config={**rest, "sampler": sampler}, properties=properties, warm=warm)
        drawn = {**sampler, "seed": secrets.randbits(SEED_BITS)}
        return TuningSpec(config={**rest, "sampler": drawn}, seed_given=False, properties=properties, warm=warm)

    return define


def _taken_over(config: HyperDriveConfig) -> dict[str, Json]:
    """What the sweep goes on from, read from the records now."""
    sweeps, trials = config._resumed_sweeps or [], config._resumed_trials or []  # noqa: SLF001 - one area
    parts = {"history": earlier_trials(sweeps), "resumed": resumed_trials(trials)}
    return {name: to_json(found) for name, found in parts.items() if found}


def _decided_how(config: HyperDriveConfig, settings: Settings) -> dict[str, Json]:
    asked = config._sampling._deterministic  # noqa: SLF001 - one area
    return {"deterministic": True} if (settings.deterministic if asked is None else asked) else {}


def _kept(config: HyperDriveConfig, settings: Settings, sampler: Mapping[str, Json]) -> dict[str, Json]:
    """Whether finished trials of an earlier sweep are kept, and how they ran."""
    past = config._sampling._past  # noqa: SLF001 - one area
    try:
        if (config._sampling._history or settings.history) == "keep":  # noqa: SLF001
            space = SearchSpace.from_json(sampler["space"])
            return {"keep_history": to_json(KeepHistory(check_past(space, past)))}
    except HyperstepError as error:
        raise HyperDriveConfigException(str(error)) from error
    if past:
        message = (
            f"The property past says how kept trials ran, and none are kept. Received: {past!r}. Add history='keep'."
        )
        raise HyperDriveConfigException(message)
    return {}


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
