"""What a sweep starts from: trials of earlier sweeps, as data."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from hyperstep.samplers.base import Point
from hyperstep.search_space.distribution import Value


class EarlierTrial(Struct, frozen=True):
    """A trial that ended before this sweep began; its sampler learns from it."""

    point: Point
    best: float | None
    """Best usable value of the primary metric; None without one."""


class ResumedTrial(Struct, frozen=True):
    """A trial of this sweep that takes up the point and the files of an earlier one."""

    point: Point
    files: Mapping[str, str]
    """What the earlier trial wrote: digest by path, for example ``outputs/model.pkl``."""


class KeptTrial(Struct, frozen=True):
    """A finished trial that stands for the trial of this sweep at its point."""

    point: Point
    source: str
    """Id of its run."""


class KeepHistory(Struct, frozen=True):
    """That the finished trials of the newest sweep of equal code and inputs are kept, whatever space it had."""

    past: Mapping[str, Value] = field(default_factory=dict)
    """With which value of a hyperparameter trials ran that did not have it."""
