"""Which output of a training step the engine writes by itself: the metrics of all trials, or the best model."""

from __future__ import annotations

from hyperstep.errors import InvalidInputError
from hyperstep.pipeline.spec import TrainingKind, TrainingSpec


class TrainingOutput:
    """Marks an output as the metrics file or the model file of a sweep.

    Args:
        type: ``"Metrics"`` or ``"Model"``, in any case.
        iteration: Index of the trial whose model is taken, instead of the best one.
        metric: Rank the trials by this metric instead of the primary one.
        model_file: The best trial's artifact that becomes the output, for example ``outputs/model.pkl``.
            Required for ``"Model"``; it is checked when the pipeline is submitted.

    Raises:
        InvalidInputError: Another type, an iteration or metric given with ``"Metrics"``, or both with ``"Model"``.
    """

    def __init__(
        self,
        type: str,  # noqa: A002 - v1's name
        iteration: int | None = None,
        metric: str | None = None,
        model_file: str | None = None,
    ) -> None:
        self._kind = _kind(type)
        if self._kind is TrainingKind.METRICS and (iteration or metric):
            rule = "A training output of type Metrics holds all trials, so it takes no iteration and no metric."
            raise InvalidInputError(rule, received={"iteration": iteration, "metric": metric}, remedy="Leave both out.")
        if iteration and metric:
            rule = "A training output of type Model takes an iteration or a metric, not both."
            raise InvalidInputError(rule, received={"iteration": iteration, "metric": metric}, remedy="Leave one out.")
        _check_metric(metric)
        self._type = type
        self._iteration = iteration
        self._metric = metric
        self._model_file = model_file

    @property
    def type(self) -> str:
        """As it was given."""
        return self._type

    @property
    def iteration(self) -> int | None:
        """Index of the trial to take."""
        return self._iteration

    @property
    def metric(self) -> str | None:
        """The metric to rank by."""
        return self._metric

    @property
    def model_file(self) -> str | None:
        """The artifact that becomes the output."""
        return self._model_file

    def _to_engine(self) -> TrainingSpec:
        return TrainingSpec(
            kind=self._kind,
            model_file=self._model_file or "",
            metric=self._metric or "",
            trial=self._iteration,
        )


def _kind(type_name: object) -> TrainingKind:
    kinds = {"metrics": TrainingKind.METRICS, "model": TrainingKind.MODEL}
    kind = kinds.get(type_name.lower()) if isinstance(type_name, str) else None
    if kind is None:
        rule = "The type of a training output is 'Metrics' or 'Model'."
        raise InvalidInputError(rule, received=type_name, remedy="Give one of the two.")
    return kind


def _check_metric(metric: object) -> None:
    if metric is not None and not isinstance(metric, str):
        rule = "The metric of a training output is a metric's name; trials are ranked by the sweep's goal."
        raise InvalidInputError(rule, received=metric, remedy="Give the name only.")
