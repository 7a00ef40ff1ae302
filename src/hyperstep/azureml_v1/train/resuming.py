"""What a sweep takes over from earlier sweeps and trials, in the engine's words and in v1's.

Only the trials of the sweeps that are named enter, not those that these went on from in turn.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.core.run_source import RunSource
from hyperstep.azureml_v1.train.rehydration import sweep_definition
from hyperstep.azureml_v1.train.trial_ranking import trials_of
from hyperstep.records.goal import Goal
from hyperstep.runtime.ranking import best_value, counted_values
from hyperstep.sweep.earlier import EarlierTrial, ResumedTrial

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.run import Run

_OUTPUTS = "outputs/"
_HOST = "local"


def earlier_trials(sweeps: Sequence[Run]) -> list[EarlierTrial]:
    """All trials of the sweeps that have ended, whether they have a usable value or not, in order."""
    return [trial for sweep in sweeps for trial in _ended_trials(sweep._source)]  # noqa: SLF001 - one area


def resumed_trials(trials: Sequence[Run]) -> list[ResumedTrial]:
    """The points of trials, with what they wrote to ``outputs/``."""
    return [_resumed(trial._source) for trial in trials]  # noqa: SLF001 - one area


def run_keys(runs: Sequence[Any]) -> list[dict[str, Any]]:
    """The runs as v1 records them: ``{"run_scope": {...}, "run_id"}``."""
    return [{"run_scope": _scope(run.experiment), "run_id": run.id} for run in runs]


def _scope(experiment: Any) -> dict[str, str]:  # noqa: ANN401 - the run's, whatever class
    workspace = experiment.workspace
    return {
        "host": _HOST,
        "subscription_id": workspace.subscription_id,
        "resource_group": workspace.resource_group,
        "workspace_name": workspace.name,
        "experiment_name": experiment.name,
    }


def _ended_trials(source: RunSource) -> list[EarlierTrial]:
    metric = sweep_definition(source)["metric"]
    logged = source.journal.metrics_of_children(source.run_id, name=metric["name"])
    return [
        EarlierTrial(
            json.loads(trial.properties["hyperparameters"]),
            best_value(logged.get(trial.id, []), Goal(metric["goal"]), counted_values(trial.properties)),
        )
        for trial in trials_of(source)
        if trial.status.is_terminal
    ]


def _resumed(source: RunSource) -> ResumedTrial:
    artifacts = source.journal.artifacts(source.run_id)
    files = {artifact.path: artifact.digest for artifact in artifacts if artifact.path.startswith(_OUTPUTS)}
    return ResumedTrial(json.loads(source.record().properties["hyperparameters"]), files)
