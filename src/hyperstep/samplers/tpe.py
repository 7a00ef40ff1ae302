"""The tree-structured Parzen estimator, as Optuna has it: the only place that knows Optuna.

Source: J. Bergstra et al., "Algorithms for hyper-parameter optimization", 2011; the multivariate form of S. Falkner et
al., "BOHB", 2018; pending trials count as bad ones ("constant liar"), so that trials at one time do not crowd.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hyperstep.records.goal import Goal

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.trial import FrozenTrial

Coordinates = Mapping[str, float]
"""Where a point lies: a share in [0, 1] on an ordered axis, the number of the category on another."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A trial that the model learns from."""

    coordinates: Coordinates
    value: float | None
    """Of the primary metric; None while the trial is pending."""


class ParzenModel:
    """Suggests coordinates. Equal arguments give equal suggestions, in order.

    Args:
        axes: For each hyperparameter the number of its categories; None where it is ordered.
        tried: At least one with a value. Of the oldest the model thinks less.
        goal: Which way the value is to go.
        seed: From 0 to 2**32 - 1.
    """

    def __init__(self, axes: Mapping[str, int | None], tried: Sequence[Tried], goal: Goal, seed: int) -> None:
        import optuna  # noqa: PLC0415 - costs 0.2 s, and most sweeps need none

        with _silenced():
            sampler = optuna.samplers.TPESampler(n_startup_trials=1, seed=seed, multivariate=True, constant_liar=True)
            self._study = optuna.create_study(direction=goal.value, sampler=sampler)
            self._axes = _optuna_axes(axes)
            for trial in tried:
                self._study.add_trial(_optuna_trial(self._axes, trial))

    def suggest(self) -> Coordinates:
        """The next coordinates; the ones suggested before count as pending."""
        with _silenced():
            return self._study.ask(self._axes).params


def _optuna_axes(axes: Mapping[str, int | None]) -> dict[str, BaseDistribution]:
    from optuna.distributions import CategoricalDistribution, FloatDistribution  # noqa: PLC0415 - see ParzenModel

    class Share(FloatDistribution):
        """Never changes, so a copy of a trial may share it: adding a trial to a study costs a third."""

        def __deepcopy__(self, memo: object) -> Share:
            return self

    class Category(CategoricalDistribution):
        """As ``Share``."""

        def __deepcopy__(self, memo: object) -> Category:
            return self

    return {
        name: Share(0, 1) if categories is None else Category(tuple(range(categories)))
        for name, categories in axes.items()
    }


def _optuna_trial(axes: dict[str, BaseDistribution], trial: Tried) -> FrozenTrial:
    from optuna.trial import TrialState, create_trial  # noqa: PLC0415 - see ParzenModel

    return create_trial(
        state=TrialState.RUNNING if trial.value is None else TrialState.COMPLETE,
        value=trial.value,
        params=dict(trial.coordinates),
        distributions=axes,
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
