"""HyperDriveRun: a sweep, its trials, and the best of them."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Never

from hyperstep.azureml_v1.core.run import Run
from hyperstep.azureml_v1.exceptions import TrainingException
from hyperstep.azureml_v1.train.exceptions import HyperDriveConfigException, HyperDriveNotImplementedException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.experiment import Experiment
    from hyperstep.azureml_v1.core.run_source import RunSource
    from hyperstep.azureml_v1.train.hyperdrive_config import HyperDriveConfig
    from hyperstep.azureml_v1.train.trial_ranking import RankedTrial

# Each method loads what it needs when it is called, so that a training script can import this module cheaply:
# ruff: noqa: PLC0415

_TAG_PREFIX = "_aml_system_"
_MOST_TRIALS_SHOWN = 10


class HyperDriveRun(Run):
    """A sweep. Found again by its id, from any process.

    Args:
        experiment: Where it was submitted.
        run_id: Its id.
        hyperdrive_config: What was submitted; read back from the records without it.
        **kwargs: Accepted and not used.

    Raises:
        HyperDriveConfigException: The id is no text.
    """

    RUN_TYPE: ClassVar[str] = "hyperdrive"
    HYPER_DRIVE_RUN_USER_AGENT: ClassVar[str] = "sdk_run_hyper_drive"

    def __init__(
        self,
        experiment: Experiment,
        run_id: str,
        hyperdrive_config: HyperDriveConfig | None = None,
        **kwargs: object,  # noqa: ARG002 - v1 takes any keyword
    ) -> None:
        _check_id(run_id)
        super().__init__(experiment, run_id)
        self._hyperdrive_config = hyperdrive_config

    @property
    def hyperdrive_config(self) -> HyperDriveConfig:
        """What was submitted; what is read back has no script to submit again."""
        if self._hyperdrive_config is None:
            from hyperstep.azureml_v1.train.rehydration import read_config

            self._hyperdrive_config = read_config(self._source)
        return self._hyperdrive_config

    @property
    def tags(self) -> dict[str, str]:
        """The run's own tags, and v1's: the sweep's definition, and each trial's hyperparameters."""
        from hyperstep.azureml_v1.train.rehydration import definition_tags

        points = {f"{_TAG_PREFIX}{trial}": point for trial, point in self.get_hyperparameters().items()}
        return {**definition_tags(self._source), **points, **super().tags}

    def get_hyperparameters(self) -> dict[str, str]:
        """The JSON text of each trial's hyperparameters, by trial id."""
        from hyperstep.azureml_v1.train.trial_ranking import trials_of

        return {trial.id: trial.properties["hyperparameters"] for trial in trials_of(self._source)}

    def get_metrics(  # type: ignore[override]  # v1 takes no arguments here
        self,
    ) -> dict[str, dict[str, Any]]:
        """What each trial logged: by trial id, then by metric name; trials without metrics are absent."""
        from hyperstep.azureml_v1.core.run_metrics import shaped

        found = self._source.journal.metrics_of_children(self.id)
        return {trial: shaped(records) for trial, records in found.items() if records}

    def get_children_sorted_by_primary_metric(
        self, top: int = 0, reverse: bool = False, discard_no_metric: bool = False
    ) -> list[dict[str, Any]]:
        """The trials, best first.

        Args:
            top: How many at most; 0 for all.
            reverse: Worst first.
            discard_no_metric: Leave out trials without a usable value; otherwise they come last.

        Returns:
            For each trial ``run_id``, ``hyperparameters`` (JSON text), ``best_primary_metric`` and ``status``.

        Raises:
            AssertionError: An argument of another type, or ``top`` below 0.
        """
        _check_sorting(top, reverse, discard_no_metric)
        ranked = self._ranked(reverse=reverse)
        entries = [trial for trial in ranked if trial.best is not None or not discard_no_metric]
        return [
            {
                "run_id": trial.run_id,
                "hyperparameters": trial.hyperparameters,
                "best_primary_metric": trial.best,
                "status": trial.status.value,
            }
            for trial in (entries[:top] if top else entries)
        ]

    def get_best_run_by_primary_metric(
        self,
        include_failed: bool = True,
        include_canceled: bool = True,
        include_resume_from_runs: bool = True,
    ) -> Run | None:
        """The trial with the best value of the primary metric so far; None when none has one.

        NaN, infinite values, text and None are never best; of equals the trial that was sampled first is.

        Args:
            include_failed: Whether failed trials count.
            include_canceled: Whether canceled trials count, those stopped early included.
            include_resume_from_runs: Whether the trials of the sweeps that this one was resumed from count; of equals
                this sweep's own is best. A sweep that is no longer there is warned of and left out.
        """
        from hyperstep.azureml_v1.train.trial_ranking import best_of

        counts = {"Failed": include_failed, "Canceled": include_canceled}
        excluded = {status for status, included in counts.items() if not included}
        sources = [self._source, *(self._earlier_sweeps() if include_resume_from_runs else ())]
        found = best_of(sources, excluded)
        return None if found is None else Run(self._experiment_of(found[0]), found[1].run_id)

    def cancel(self) -> None:
        """Ask for the end of the sweep and of its running trials. Returns at once.

        Raises:
            TrainingException: It could not be asked for.
        """
        from hyperstep.errors import HyperstepError

        try:
            super().cancel()
        except (HyperstepError, OSError) as error:
            message = f"The cancellation of sweep {self.id} could not be asked for: {error}"
            raise TrainingException(message, inner_exception=error) from error

    def fail(self) -> Never:  # type: ignore[override]  # v1 takes no arguments here
        """Refused, as in v1.

        Raises:
            HyperDriveNotImplementedException: Always.
        """
        message = "A HyperDriveRun cannot be failed by hand. Cancel it instead."
        raise HyperDriveNotImplementedException(message)

    def get_diagnostics(self) -> Never:
        """Refused, as in v1.

        Raises:
            HyperDriveNotImplementedException: Always.
        """
        message = f"Diagnostics are not collected. See the sweep's log with: hyperstep logs {self.id}"
        raise HyperDriveNotImplementedException(message)

    def _repr_html_(self) -> str:
        from hyperstep.azureml_v1.pipeline.html_table import html_table

        trials = self.get_children_sorted_by_primary_metric(top=_MOST_TRIALS_SHOWN)
        rows = [{key.replace("_", " ").capitalize(): value for key, value in trial.items()} for trial in trials]
        return super()._repr_html_() + (html_table(rows) if rows else "")

    def _earlier_sweeps(self) -> list[RunSource]:
        """The sweeps that this one was resumed from, as far as they are still there."""
        from hyperstep.azureml_v1.core.run_source import RunSource
        from hyperstep.azureml_v1.exceptions import AzureMLException
        from hyperstep.errors import HyperstepError

        found = []
        for key in json.loads(self._record().properties.get("resume_from", "null")) or ():
            source = RunSource(self.experiment.workspace, key["run_id"])
            try:
                source.record()
                found.append(source)
            except (AzureMLException, HyperstepError) as error:
                message = f"The best run is looked for without those of {source.run_id}: {error}"
                warnings.warn(message, stacklevel=3)
        return found

    def _experiment_of(self, source: RunSource) -> Experiment:
        name = source.record().experiment
        if name == self.experiment.name:
            return self.experiment
        from hyperstep.azureml_v1.core.experiment import Experiment

        return Experiment(self.experiment.workspace, name)

    def _ranked(self, *, reverse: bool = False) -> list[RankedTrial]:
        from hyperstep.azureml_v1.train.trial_ranking import rank_trials

        return rank_trials(self._source, reverse=reverse)


def _check_id(run_id: object) -> None:
    if not isinstance(run_id, str):
        message = f"The run_id of a HyperDriveRun is a text. Received: {run_id!r}."
        raise HyperDriveConfigException(message)


def _check_sorting(top: object, reverse: object, discard_no_metric: object) -> None:
    rules: Mapping[str, tuple[bool, object]] = {
        "top is a whole number of at least 0.": (isinstance(top, int) and top >= 0, top),
        "reverse is True or False.": (isinstance(reverse, bool), reverse),
        "discard_no_metric is True or False.": (isinstance(discard_no_metric, bool), discard_no_metric),
    }
    for rule, (holds, received) in rules.items():
        if not holds:
            message = f"{rule} Received: {received!r}."
            raise AssertionError(message)  # v1's class for these
