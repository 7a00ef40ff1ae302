"""What a sweep starts from: trials of earlier sweeps, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hyperstep.samplers.base import Point


@dataclass(frozen=True, slots=True)
class EarlierTrial:
    """A trial that ended before this sweep began; its sampler learns from it."""

    point: Point
    best: float | None
    """Best usable value of the primary metric; None without one."""


@dataclass(frozen=True, slots=True)
class ResumedTrial:
    """A trial of this sweep that takes up the point and the files of an earlier one."""

    point: Point
    files: Mapping[str, str]
    """What the earlier trial wrote: digest by path, for example ``outputs/model.pkl``."""
