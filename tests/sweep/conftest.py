"""Small sweeps to drive."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hyperstep.policies.base import Policy
from hyperstep.policies.no_termination import NoTerminationPolicy
from hyperstep.records.goal import Goal, PrimaryMetric
from hyperstep.samplers.grid import GridSampler
from hyperstep.search_space.space import SearchSpace
from hyperstep.sweep.config import Limits, SweepConfig

MakeConfig = Callable[..., SweepConfig]


@pytest.fixture
def make_config() -> MakeConfig:
    """A sweep over a grid of ``points`` points, with the metric ``accuracy``."""

    def make(
        *,
        points: int = 100,
        total: int = 4,
        concurrent: int = 2,
        policy: Policy | None = None,
        goal: Goal = Goal.MAXIMIZE,
        duration_s: float | None = None,
        lost: int = 2,
    ) -> SweepConfig:
        space = SearchSpace.from_json({"--x": ["choice", [list(range(points))]]})
        limits = Limits(total, concurrent, duration_s, lost)
        return SweepConfig(GridSampler(space), policy or NoTerminationPolicy(), PrimaryMetric("accuracy", goal), limits)

    return make
