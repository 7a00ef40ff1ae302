"""The seed of a sweep: what was submitted, what was taken over from an earlier sweep, what is recorded."""

from __future__ import annotations

import json
from collections.abc import Mapping

from hyperstep.digest import Json
from hyperstep.pipeline.spec import TuningSpec
from hyperstep.records.run import RunRecord
from hyperstep.sweep.config import SweepConfig


def sweep_config(tuning: TuningSpec, run: RunRecord) -> SweepConfig:
    """A sweep's config with the seed that its run recorded, if it did."""
    config = SweepConfig.from_json(dict(tuning.config))
    recorded = recorded_seed(run)
    return config if recorded is None else with_seed(config, recorded)


def recorded_seed(run: RunRecord) -> int | None:
    """The seed in a sweep run's properties."""
    text = run.properties.get("seed")
    seed = None if text is None else json.loads(text)
    return seed if isinstance(seed, int) else None


def with_seed(config: SweepConfig, seed: int) -> SweepConfig:
    """The same sweep, drawn with another seed."""
    return SweepConfig.from_json(seeded(config.to_json(), seed))


def seeded(config: Mapping[str, Json], seed: int) -> dict[str, Json]:
    """The same for a config as data; one whose sampler has no seed is left as it is."""
    sampler = config["sampler"]
    if not isinstance(sampler, Mapping) or "seed" not in sampler:
        return dict(config)
    return {**config, "sampler": {**sampler, "seed": seed}}
