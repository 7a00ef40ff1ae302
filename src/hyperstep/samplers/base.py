"""What a sampler is: the trials so far in, the next point out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

from msgspec import Struct

from hyperstep.digest import Json
from hyperstep.records.goal import Goal
from hyperstep.search_space.distribution import Value

Point = Mapping[str, Value]
"""One value for each hyperparameter, keys as the user wrote them, in the order of the space."""


class Observation(Struct, frozen=True):
    """What a sampler may know of an earlier trial."""

    index: int
    """Position in the sweep's list of trials; below 0 for a trial of an earlier sweep."""
    point: Point
    best: float | None
    """Best usable value of the primary metric so far; None without one."""
    ended: bool


class Sampler(ABC):
    """Chooses points. Pure: the same seed, index and history give the same point.

    A sampler keeps no record of what it proposed. Anything that it caches must be derivable from its arguments, so
    that a sweep rebuilt from its log goes on exactly as the first one would have.
    """

    name: ClassVar[str]
    """As the v1 API writes it: ``RANDOM``, ``GRID``, ``BayesianOptimization``; ``SOBOL``, a rule of RANDOM there."""
    uses_history: ClassVar[bool] = False
    """Whether trials' results change what is proposed; a point of a deterministic sweep then waits for them."""
    order_counts: ClassVar[bool] = False
    """Whether the list of points depends on the order in which the space is written, as v1's grid does.

    Of any other sampler that order decides the order of a point's keys only.
    """
    goal: Goal | None = None
    """Which way it takes the primary metric to go; None for one that looks at no values."""

    @classmethod
    @abstractmethod
    def from_json(cls, data: Mapping[str, Json]) -> Self:
        """The sampler that ``to_json`` wrote; ``name`` has been looked at already.

        Raises:
            InvalidInputError: A part is missing, unknown or breaks its own rules.
            UnsupportedError: It asks for something that is not built.
        """

    @abstractmethod
    def propose(self, index: int, history: Sequence[Observation]) -> Point | None:
        """The point of trial ``index`` (from 0).

        Args:
            index: How many points this sweep has asked for before: the trial's position in its list of trials, unless
                the sweep goes on from earlier trials.
            history: Trials of earlier sweeps, then this sweep's in list order, as far as they are known now.

        Returns:
            The point, or None when the space holds no further one: the sweep then ends by itself.
        """

    def foreign_to(self, point: Point) -> str:
        """Name of a hyperparameter for which the sampler cannot learn from ``point``; empty when it can.

        A sampler that looks at no values takes any point.
        """
        del point
        return ""

    @property
    @abstractmethod
    def size(self) -> int | None:
        """How many points it can propose at most; None when unbounded."""

    @abstractmethod
    def to_json(self) -> dict[str, Json]:
        """All that defines it, seed included; ``samplers.from_json`` reads it back."""
