"""What is said when a schedule is made or changed: checked, and turned into its record."""

from __future__ import annotations

from collections.abc import Mapping
from time import time
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from hyperstep.azureml_v1.pipeline.parameter_values import engine_values
from hyperstep.azureml_v1.pipeline.published_pipeline import ACTIVE, DISABLED
from hyperstep.azureml_v1.pipeline.schedule_recurrence import ScheduleRecurrence
from hyperstep.errors import InvalidInputError
from hyperstep.pipeline.template import ParameterKind, PipelineTemplate
from hyperstep.runtime.publishing import endpoint_pipeline, endpoints, new_id, published_pipelines
from hyperstep.runtime.schedules import ScheduleRecord, Watch

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace

DEFAULT_POLLING_MIN = 5


class ScheduleDefinition(Struct, frozen=True):
    """The arguments of ``Schedule.create`` and ``Schedule.update``; None for what is not given."""

    name: str | None = None
    experiment: str | None = None
    pipeline_id: str | None = None
    endpoint_id: str | None = None
    recurrence: ScheduleRecurrence | None = None
    description: str | None = None
    parameters: Mapping[str, object] | None = None
    datastore: Any = None
    polling_interval: int | None = None
    data_path_parameter: str | None = None
    continue_on_step_failure: bool | None = None
    path: str | None = None
    status: str | None = None


def new_record(workspace: Workspace, definition: ScheduleDefinition) -> ScheduleRecord:
    """The record of a new schedule.

    Raises:
        InvalidInputError: Neither or both of recurrence and datastore; no pipeline, or no experiment; a polling
            interval below 1; a data path parameter that is none.
        NotFoundError: The pipeline or the endpoint does not exist, or it has no such parameter.
    """
    if not definition.experiment:
        rule = "A schedule names the experiment of its runs."
        raise InvalidInputError(rule, received=definition.experiment, remedy="Give experiment_name.")
    if not definition.pipeline_id and not definition.endpoint_id:
        rule = "A schedule submits a published pipeline."
        raise InvalidInputError(rule, received=None, remedy="Give pipeline_id=published_pipeline.id.")
    if (definition.recurrence is None) == (definition.datastore is None):
        rule = "A schedule has either a recurrence or a datastore to watch."
        received = "neither" if definition.recurrence is None else "both"
        raise InvalidInputError(rule, received=received, remedy="Give one of recurrence and datastore.")
    now = time()
    record = ScheduleRecord(
        id=new_id(),
        name=definition.name or "schedule",
        experiment=definition.experiment,
        pipeline_id=definition.pipeline_id or "",
        endpoint_id=definition.endpoint_id or "",
        created_at=now,
        since=now,
    )
    return changed_record(workspace, record, definition)


def changed_record(workspace: Workspace, record: ScheduleRecord, definition: ScheduleDefinition) -> ScheduleRecord:
    """A schedule's record with what a definition gives; the rest stays.

    Raises:
        InvalidInputError: A status that is none, a polling interval below 1, a data path parameter that is none.
        NotFoundError: The pipeline or the endpoint does not exist, or it has no such parameter.
    """
    template = _template(workspace, record)
    recurrence, watch = _cause(record, definition)
    if watch is not None and watch.parameter:
        _check_data_path(template, watch.parameter)
    values = record.values
    if definition.parameters is not None:
        values = engine_values(template, definition.parameters, workspace)
    return replace(
        record,
        name=_given(definition.name, record.name),
        description=_given(definition.description, record.description),
        active=_active(definition.status, record),
        recurrence=recurrence,
        watch=watch,
        values=values,
        continue_on_step_failure=_given(definition.continue_on_step_failure, record.continue_on_step_failure),
    )


def _cause(record: ScheduleRecord, definition: ScheduleDefinition) -> tuple[Any, Watch | None]:
    """The recurrence or the watch: a new one takes the other's place."""
    if definition.recurrence is not None:
        definition.recurrence.validate()
        return definition.recurrence._to_engine(), None  # noqa: SLF001 - one area
    if definition.datastore is None and record.watch is None:
        return record.recurrence, None
    known = record.watch or Watch("", "", DEFAULT_POLLING_MIN)
    watch = Watch(
        datastore=_given(getattr(definition.datastore, "name", None), known.datastore),
        path=_given(definition.path, known.path),
        interval_min=_given(definition.polling_interval, known.interval_min),
        parameter=_given(definition.data_path_parameter, known.parameter),
    )
    if watch.interval_min < 1:
        rule = "polling_interval is a number of minutes from 1."
        raise InvalidInputError(rule, received=watch.interval_min, remedy="Give 5, for example.")
    return None, watch


def _template(workspace: Workspace, record: ScheduleRecord) -> PipelineTemplate:
    home, name = workspace.home, workspace.name
    pipeline_id = record.pipeline_id
    if record.endpoint_id:
        pipeline_id = endpoint_pipeline(endpoints.find(home, name, record.endpoint_id))
    return published_pipelines.find(home, name, pipeline_id).template


def _check_data_path(template: PipelineTemplate, name: str) -> None:
    if template.parameter(name).kind is not ParameterKind.DATA_PATH:
        rule = "data_path_parameter_name names a parameter whose default is a DataPath."
        raise InvalidInputError(rule, received=name, remedy="Give PipelineParameter(name, DataPath(...)) to the step.")


def _active(status: str | None, record: ScheduleRecord) -> bool:
    if status is None:
        return record.active
    if status not in {ACTIVE, DISABLED}:
        rule = f"The status of a schedule is {ACTIVE} or {DISABLED}."
        raise InvalidInputError(rule, received=status, remedy="Give one of these, or use enable() and disable().")
    return status == ACTIVE


def _given(value: Any, known: Any) -> Any:  # noqa: ANN401 - a field of any type
    return known if value is None else value
