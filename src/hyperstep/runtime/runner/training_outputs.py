"""The two outputs that the engine writes for a tuning step: all trials' metrics, and the best trial's model."""

from __future__ import annotations

import json
from collections.abc import Sequence

from msgspec.structs import replace

from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError
from hyperstep.pipeline.model_file import artifact_name
from hyperstep.pipeline.spec import OutputSpec, TrainingKind, TrainingSpec
from hyperstep.records.goal import PrimaryMetric
from hyperstep.records.metric import MetricKind, MetricRecord
from hyperstep.records.run import RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime.ranking import best_trial, counted_values
from hyperstep.runtime.runner.context import RunnerContext
from hyperstep.runtime.runner.data_paths import output_path
from hyperstep.runtime.runner.documents import write_atomically
from hyperstep.runtime.runner.workplace import Workplace


def write_metrics(context: RunnerContext, place: Workplace, sweep: RunRecord) -> None:
    """Write the metrics outputs that the step declares, with whatever was logged.

    Raises:
        OSError: The datastore cannot be written to.
    """
    for output, _ in _training_outputs(place, TrainingKind.METRICS):
        path = output_path(context.home, sweep.workspace, place.outputs[output.name])
        write_atomically(path, json.dumps(metrics_document(context.journal.metrics_of_children(sweep.id))))


def write_models(context: RunnerContext, place: Workplace, metric: PrimaryMetric, sweep: RunRecord) -> None:
    """Write the model outputs that the step declares: one file each, of the best trial.

    Raises:
        InvalidInputError: No trial has a usable value, or the best one did not write ``model_file``.
        OSError: The datastore cannot be written to.
    """
    for output, training in _training_outputs(place, TrainingKind.MODEL):
        path = output_path(context.home, sweep.workspace, place.outputs[output.name])
        context.home.artifacts.fetch(_model_digest(context, output, training, metric, sweep), path)


def metrics_document(metrics: dict[str, list[MetricRecord]]) -> dict[str, dict[str, list[Json]]]:
    """``{trial id: {metric name: [values]}}``: a list also for what was logged once; trials without any are absent.

    A list counts with all its values, a row or table with one entry for each row: ``{column: value}``.

    Source: the v1 notebook on tuning in a pipeline, which reads the file into a data frame.
    """
    document: dict[str, dict[str, list[Json]]] = {}
    for trial, records in metrics.items():
        values: dict[str, list[Json]] = {}
        for record in records:
            values.setdefault(record.name, []).extend(_values(record))
        if values:
            document[trial] = values
    return document


def _training_outputs(place: Workplace, kind: TrainingKind) -> list[tuple[OutputSpec, TrainingSpec]]:
    return [(o, o.training) for o in place.step.outputs if o.training is not None and o.training.kind is kind]


def _values(record: MetricRecord) -> Sequence[Json]:
    if record.kind is MetricKind.LIST and isinstance(record.value, list):
        return record.value
    return [record.value]


def _model_digest(
    context: RunnerContext, output: OutputSpec, training: TrainingSpec, metric: PrimaryMetric, sweep: RunRecord
) -> str:
    trial_id = _model_trial(context, training, metric, sweep)
    files = {artifact.path: artifact.digest for artifact in context.journal.artifacts(trial_id)}
    wanted = artifact_name(training.model_file)
    if wanted not in files:
        rule = f"The best trial ({trial_id}) must write the file that output '{output.name}' asks for as model_file."
        remedy = f"It wrote: {', '.join(files) or 'nothing'}. Write the model there, or mend model_file."
        raise InvalidInputError(rule, received=training.model_file, remedy=remedy)
    return files[wanted]


def _model_trial(context: RunnerContext, training: TrainingSpec, metric: PrimaryMetric, sweep: RunRecord) -> str:
    if training.trial is not None:
        return f"{sweep.id}_{training.trial}"
    by = replace(metric, name=training.metric) if training.metric else metric
    metrics = context.journal.metrics_of_children(sweep.id, name=by.name)
    sound = {trial: records for trial, records in metrics.items() if _did_not_fail(context, trial)}
    properties = {trial: context.runs[trial].properties for trial in sound} if by.name == metric.name else {}
    best = best_trial(sound, by.goal, {trial: counted_values(found) for trial, found in properties.items()})
    if best is None:
        rule = "A trial must have logged the metric by which the model is chosen, as a number."
        raise InvalidInputError(rule, received=by.name, remedy="See the trials' logs.")
    return best[0]


def _did_not_fail(context: RunnerContext, trial_id: str) -> bool:
    return context.runs[trial_id].status is not RunStatus.FAILED
