"""The trials so far as a sampler that looks at results may see them: whole, or the few that a model needs."""

from __future__ import annotations

import heapq
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from math import isfinite
from typing import overload

from msgspec import Struct

from hyperstep.records.goal import Goal
from hyperstep.samplers.base import Observation


class Excerpt(Struct, frozen=True):
    """How many trials a model is told at most."""

    best: int
    """The best of those that ended with a usable value; of equal ones the first in the list."""
    recent: int
    """The newest of those."""
    pending: int
    """The newest that have not ended."""

    def of(self, trials: Iterable[Observation], goal: Goal) -> list[Observation]:
        """These among ``trials``, in list order."""
        listed = list(trials)
        ended = [seen for seen in listed if seen.ended and seen.best is not None and isfinite(seen.best)]
        pending = [seen for seen in listed if not seen.ended]
        pick = heapq.nlargest if goal is Goal.MAXIMIZE else heapq.nsmallest
        best = pick(self.best, ended, key=_best)
        chosen = {seen.index: seen for seen in (*best, *ended[-self.recent :], *pending[-self.pending :])}
        return [chosen[index] for index in sorted(chosen)]


class History(Sequence[Observation]):
    """Observations in list order, and the few among them that an excerpt names."""

    @property
    @abstractmethod
    def lineage(self) -> object:
        """The same object for histories of which the longer one begins with the points of the shorter one.

        What a sampler made of the points of one it may keep for the next one.
        """

    @abstractmethod
    def excerpt(self, wanted: Excerpt, goal: Goal) -> list[Observation]:
        """What ``wanted.of`` would choose of all."""


class ListedHistory(History):
    """Any sequence of observations; an excerpt looks at each."""

    def __init__(self, observations: Sequence[Observation]) -> None:
        self._observations = observations

    def __len__(self) -> int:
        return len(self._observations)

    @overload
    def __getitem__(self, index: int) -> Observation: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Observation]: ...

    def __getitem__(self, index: int | slice) -> Observation | Sequence[Observation]:
        return self._observations[index]

    @property
    def lineage(self) -> object:
        """A new one: nobody knows how the sequence came about."""
        return object()

    def excerpt(self, wanted: Excerpt, goal: Goal) -> list[Observation]:
        """See the base; O(n)."""
        return wanted.of(self._observations, goal)


def as_history(observations: Sequence[Observation]) -> History:
    """The history itself, or a list that is read as one."""
    return observations if isinstance(observations, History) else ListedHistory(observations)


def _best(observation: Observation) -> float:
    return observation.best if observation.best is not None else 0.0
