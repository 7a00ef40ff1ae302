"""The tree-structured Parzen estimator, as Optuna has it: the only place that knows Optuna.

Source: J. Bergstra et al., "Algorithms for hyper-parameter optimization", 2011; the multivariate form of S. Falkner et
al., "BOHB", 2018; pending trials count as bad ones ("constant liar"), so that trials at one time do not crowd.
"""

from __future__ import annotations

import warnings
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from hyperstep.records.goal import Goal

if TYPE_CHECKING:
    from optuna import Study
    from optuna.distributions import BaseDistribution
    from optuna.samplers import BaseSampler
    from optuna.storages import BaseStorage
    from optuna.trial import FrozenTrial, TrialState

_BEFORE_OWN = 1 << 60
"""A study numbers the trials that it suggests from 0: those that were told have numbers below."""
_NO_TIME = datetime.fromtimestamp(0, UTC)
"""Optuna wants to know when trials ran, and makes nothing of it here."""

Coordinates = Mapping[str, float]
"""Where a point lies: a share in [0, 1] on an ordered axis, the number of the category on another."""


class Tried(Struct, frozen=True):
    """A trial that the model learns from."""

    coordinates: Coordinates
    value: float | None
    """Of the primary metric; None while the trial is pending."""


class ParzenModel:
    """Suggests coordinates. Equal arguments give equal suggestions, in order.

    Args:
        axes: For each hyperparameter the number of its categories; None where it is ordered.
        goal: Which way the value is to go.
    """

    def __init__(self, axes: Mapping[str, int | None], goal: Goal) -> None:
        self._axes = _optuna_axes(axes)
        self._goal = goal
        self._trials: dict[int, tuple[Tried, FrozenTrial]] = {}
        """As Optuna has the trials that were told last, by their numbers: the next suggestion may rest on them too."""

    def suggestions(self, tried: Mapping[int, Tried], seed: int) -> Iterator[Coordinates]:
        """Coordinates without end; those suggested before count as pending.

        Args:
            tried: By number, in list order; at least one with a value. Of the oldest the model thinks less.
            seed: From 0 to 2**32 - 1.
        """
        import optuna  # noqa: PLC0415 - costs 0.2 s, and most sweeps need none

        self._trials = {number: self._trial(number, each) for number, each in tried.items()}
        with _silenced():
            storage = _optuna_storage([trial for _, trial in self._trials.values()])
            sampler = _optuna_sampler(self._axes, seed)
            study = optuna.create_study(direction=self._goal.value, sampler=sampler, storage=storage)
        while True:
            with _silenced():
                coordinates = study.ask(self._axes).params
            yield coordinates

    def _trial(self, number: int, tried: Tried) -> tuple[Tried, FrozenTrial]:
        known = self._trials.get(number)
        return known if known is not None and known[0] == tried else (tried, _optuna_trial(self._axes, number, tried))


def _optuna_axes(axes: Mapping[str, int | None]) -> dict[str, BaseDistribution]:
    from optuna.distributions import CategoricalDistribution, FloatDistribution  # noqa: PLC0415 - see ParzenModel

    return {
        name: FloatDistribution(0, 1) if categories is None else CategoricalDistribution(tuple(range(categories)))
        for name, categories in axes.items()
    }


def _optuna_sampler(axes: dict[str, BaseDistribution], seed: int) -> BaseSampler:
    from optuna.samplers import TPESampler  # noqa: PLC0415 - see ParzenModel

    class KnownSpace(TPESampler):
        """Is told the space, which Optuna would infer from every trial again."""

        def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
            del study, trial
            return dict(sorted(axes.items()))

    return KnownSpace(n_startup_trials=1, seed=seed, multivariate=True, constant_liar=True)


def _optuna_storage(told: list[FrozenTrial]) -> BaseStorage:
    from optuna.storages import InMemoryStorage  # noqa: PLC0415 - see ParzenModel

    class Told(InMemoryStorage):
        """Has trials that are not its own: to add each to a study, which checks and copies it, costs ten times more."""

        def get_all_trials(
            self, study_id: int, deepcopy: bool = True, states: Container[TrialState] | None = None
        ) -> list[FrozenTrial]:
            own = super().get_all_trials(study_id, deepcopy, states)
            return [*(trial for trial in told if states is None or trial.state in states), *own]

    return Told()


def _optuna_trial(axes: dict[str, BaseDistribution], number: int, tried: Tried) -> FrozenTrial:
    from optuna.trial import FrozenTrial, TrialState  # noqa: PLC0415 - see ParzenModel

    return FrozenTrial(
        number=number - _BEFORE_OWN,
        trial_id=number - _BEFORE_OWN,
        state=TrialState.RUNNING if tried.value is None else TrialState.COMPLETE,
        value=tried.value,
        params=dict(tried.coordinates),
        distributions=axes,
        user_attrs={},
        system_attrs={},
        intermediate_values={},
        datetime_start=_NO_TIME,
        datetime_complete=None if tried.value is None else _NO_TIME,
    )


@contextmanager
def _silenced() -> Iterator[None]:
    """Keep Optuna's log lines and its warnings about experimental features from the user."""
    import optuna  # noqa: PLC0415 - see ParzenModel

    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(verbosity)
