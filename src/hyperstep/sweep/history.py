"""The trials so far as a sampler may see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

from hyperstep.policies.cohort import Cohort
from hyperstep.samplers.base import Observation
from hyperstep.sweep.trial_state import TrialState


class History(Sequence[Observation]):
    """A view of a sweep's trials in list order; an observation is made when it is read.

    Samplers that look at no history thus cost the same at the ten-thousandth trial as at the first.
    """

    def __init__(self, trials: Sequence[TrialState], cohort: Cohort) -> None:
        self._trials = trials
        self._cohort = cohort

    def __len__(self) -> int:
        return len(self._trials)

    @overload
    def __getitem__(self, index: int) -> Observation: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Observation]: ...

    def __getitem__(self, index: int | slice) -> Observation | Sequence[Observation]:
        if isinstance(index, slice):
            return [self._observe(trial) for trial in self._trials[index]]
        return self._observe(self._trials[index])

    def _observe(self, trial: TrialState) -> Observation:
        best = self._cohort.best_of(trial.index)
        return Observation(index=trial.index, point=trial.point, best=best, ended=trial.ended)
