"""The trials so far as a sampler may see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

from hyperstep.policies.cohort import Cohort
from hyperstep.samplers.base import Observation
from hyperstep.sweep.earlier import EarlierTrial
from hyperstep.sweep.trial_state import TrialState


class History(Sequence[Observation]):
    """A view of earlier sweeps' trials and then a sweep's own, in list order; an observation is made when it is read.

    Samplers that look at no history thus cost the same at the ten-thousandth trial as at the first.

    Args:
        trials: The sweep's.
        cohort: Their curves.
        earlier: Trials of earlier sweeps.
        known: In logical time: the trials below this number are shown with their results, the others as pending. None
            shows each as it stands now.
    """

    def __init__(
        self,
        trials: Sequence[TrialState],
        cohort: Cohort,
        earlier: Sequence[EarlierTrial] = (),
        known: int | None = None,
    ) -> None:
        self._trials = trials
        self._cohort = cohort
        self._earlier = earlier
        self._known = known

    def __len__(self) -> int:
        return len(self._earlier) + len(self._trials)

    @overload
    def __getitem__(self, index: int) -> Observation: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Observation]: ...

    def __getitem__(self, index: int | slice) -> Observation | Sequence[Observation]:
        if isinstance(index, slice):
            return [self._at(place) for place in range(*index.indices(len(self)))]
        return self._at(range(len(self))[index])

    def _at(self, place: int) -> Observation:
        before = len(self._earlier)
        if place < before:
            trial = self._earlier[place]
            return Observation(index=place - before, point=trial.point, best=trial.best, ended=True)
        return self._observe(self._trials[place - before])

    def _observe(self, trial: TrialState) -> Observation:
        ended = trial.ended if self._known is None else trial.index < self._known
        best = self._cohort.best_of(trial.index) if ended or self._known is None else None
        return Observation(index=trial.index, point=trial.point, best=best, ended=ended)
