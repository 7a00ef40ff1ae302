"""The trials so far as a sampler may see them."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import overload

from hyperstep.records.goal import Goal
from hyperstep.samplers.base import Observation
from hyperstep.samplers.history import Excerpt, History
from hyperstep.sweep.earlier import EarlierTrial
from hyperstep.sweep.instructions import EndTrial, Instruction
from hyperstep.sweep.results import MAX_BEST, MAX_RECENT
from hyperstep.sweep.state import SweepState
from hyperstep.sweep.trial_state import TrialState


class SweepHistory(History):
    """A view of earlier sweeps' trials and then a sweep's own, in list order; an observation is made when it is read.

    Samplers that look at no history thus cost the same at the ten-thousandth trial as at the first, and so do those
    that are content with an excerpt.

    Args:
        state: The sweep's.
        earlier: Trials of earlier sweeps.
        known: In logical time: the trials below this number are shown with their results, the others as pending. None
            shows each as it stands now.
    """

    def __init__(self, state: SweepState, earlier: Sequence[EarlierTrial] = (), known: int | None = None) -> None:
        self._state = state
        self._earlier = earlier
        self._known = known

    def __len__(self) -> int:
        return len(self._earlier) + len(self._state.trials)

    @overload
    def __getitem__(self, index: int) -> Observation: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Observation]: ...

    def __getitem__(self, index: int | slice) -> Observation | Sequence[Observation]:
        if isinstance(index, slice):
            return [self._at(place) for place in range(*index.indices(len(self)))]
        return self._at(range(len(self))[index])

    @property
    def lineage(self) -> object:
        """The sweep's list of trials, to which trials are only added."""
        return self._state.trials

    def excerpt(self, wanted: Excerpt, goal: Goal) -> list[Observation]:
        """See the base. Costs what the excerpt, the earlier trials and the slots cost, however many trials ended.

        Raises:
            ValueError: It asks for more than the sweep keeps.
        """
        if wanted.best > MAX_BEST or wanted.recent > MAX_RECENT:
            message = f"a sweep keeps {MAX_BEST} best and {MAX_RECENT} recent trials, not {wanted}"
            raise ValueError(message)
        places = (*range(len(self._earlier)), *(place + len(self._earlier) for place in self._told(wanted.pending)))
        return wanted.of(map(self._at, places), goal)

    def _told(self, pending: int) -> Iterator[int]:
        """Numbers of the sweep's trials that an excerpt may speak of, in list order."""
        if self._known is not None:
            _learn_until(self._state, self._known)
            last = len(self._state.trials)
            unknown: Sequence[int] = range(max(self._known, last - pending), last)
        else:
            unknown = heapq.nlargest(pending, chain(self._state.occupied, self._state.waiting))
        return iter(sorted({*self._state.results.kept(), *unknown}))

    def _at(self, place: int) -> Observation:
        before = len(self._earlier)
        if place < before:
            trial = self._earlier[place]
            return Observation(index=place - before, point=trial.point, best=trial.best, ended=True)
        return self._observe(self._state.trials[place - before])

    def _observe(self, trial: TrialState) -> Observation:
        ended = trial.ended if self._known is None else trial.index < self._known
        best = self._state.cohort.best_of(trial.index) if ended or self._known is None else None
        return Observation(index=trial.index, point=trial.point, best=best, ended=ended)


def learn(state: SweepState, instructions: Iterable[Instruction]) -> None:
    """Keep the results of the trials that ``instructions`` end. In logical time they become known in list order."""
    for instruction in instructions:
        if isinstance(instruction, EndTrial) and state.time is None:
            state.results.add(instruction.trial, state.cohort.best_of(instruction.trial))


def _learn_until(state: SweepState, known: int) -> None:
    results = state.results
    while results.known < known:
        results.add(results.known, state.cohort.best_of(results.known))
        results.known += 1
