"""Schedule: submits a published pipeline again and again, while ``hyperstep schedule`` is up."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Never

from msgspec.structs import replace

from hyperstep.azureml_v1.core.registry import refuse_in_job
from hyperstep.azureml_v1.pipeline.console import say
from hyperstep.azureml_v1.pipeline.html_table import html_table
from hyperstep.azureml_v1.pipeline.kept_records import all_kept, find_kept
from hyperstep.azureml_v1.pipeline.pipeline_run import PipelineRun, pipeline_runs_with
from hyperstep.azureml_v1.pipeline.published_pipeline import ACTIVE, DISABLED
from hyperstep.azureml_v1.pipeline.schedule_definition import ScheduleDefinition, changed_record, new_record
from hyperstep.azureml_v1.pipeline.schedule_recurrence import ScheduleRecurrence, from_engine
from hyperstep.errors import UnsupportedError
from hyperstep.runtime.schedules import (
    SCHEDULE_PROPERTY,
    ScheduleRecord,
    add_schedule,
    restart_schedule,
    schedules,
)

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace


class Schedule:
    """A schedule; make one with ``create``, find one with ``get``.

    Args:
        workspace: Where it is kept.
        id: Its id.
        name: For people.
        description: For people.
        pipeline_id: The published pipeline that it submits.
        status: ``Active`` or ``Disabled``.
        recurrence: When it submits; None for one that watches a datastore.
        datastore_name: The datastore that it watches.
        polling_interval: Minutes between two looks at the datastore.
        data_path_parameter_name: The parameter that is set to a changed file.
        continue_on_step_failure: Whether steps that do not need a failed one still run.
        path_on_datastore: The folder that it watches.
        _schedule_provider: Accepted and not used.
        pipeline_endpoint_id: The endpoint whose default version it submits, in place of ``pipeline_id``.
    """

    def __init__(
        self,
        workspace: Workspace,
        id: str,  # noqa: A002 - the v1 signature
        name: str,
        description: str | None,
        pipeline_id: str | None,
        status: str,
        recurrence: ScheduleRecurrence | None,
        datastore_name: str | None,
        polling_interval: int | None,
        data_path_parameter_name: str | None,
        continue_on_step_failure: bool | None,
        path_on_datastore: str | None,
        _schedule_provider: object = None,
        pipeline_endpoint_id: str | None = None,
    ) -> None:
        self._workspace = workspace
        self._id = id
        self._name = name
        self._description = description
        self._pipeline_id = pipeline_id
        self._status = status
        self._recurrence = recurrence
        self._datastore_name = datastore_name
        self._polling_interval = polling_interval
        self._data_path_parameter_name = data_path_parameter_name
        self._continue_on_step_failure = continue_on_step_failure
        self._path_on_datastore = path_on_datastore
        self._pipeline_endpoint_id = pipeline_endpoint_id

    def __repr__(self) -> str:
        shown = f"Name: {self.name},\nId: {self.id},\nStatus: {self.status},\nPipeline Id: {self.pipeline_id}"
        return f"Schedule({shown},\nRecurrence: {self.recurrence})"

    def _repr_html_(self) -> str:
        pipeline = self.pipeline_id or self.pipeline_endpoint_id
        return html_table([{"Name": self.name, "Id": self.id, "Status": self.status, "Pipeline": pipeline}])

    @staticmethod
    def create(
        workspace: Workspace,
        name: str,
        pipeline_id: str,
        experiment_name: str,
        recurrence: ScheduleRecurrence | None = None,
        description: str | None = None,
        pipeline_parameters: Mapping[str, object] | None = None,
        wait_for_provisioning: bool = False,
        wait_timeout: int = 3600,
        datastore: Any = None,  # noqa: ANN401 - any datastore class
        polling_interval: int = 5,
        data_path_parameter_name: str | None = None,
        continue_on_step_failure: bool | None = None,
        path_on_datastore: str | None = None,
        _workflow_provider: object = None,
        _service_endpoint: object = None,
    ) -> Schedule:
        """Make a schedule of a published pipeline. Its runs happen while ``hyperstep schedule`` is up.

        Args:
            workspace: Where the pipeline is kept.
            name: For people.
            pipeline_id: Id of the published pipeline.
            experiment_name: Under which the runs are found again.
            recurrence: When it submits; this or ``datastore``.
            description: For people.
            pipeline_parameters: Values of pipeline parameters, by name.
            wait_for_provisioning: Accepted; a schedule is ready at once.
            wait_timeout: Accepted and not used.
            datastore: Submits when a file directly in a folder of it is new or changed.
            polling_interval: Minutes between two looks at the datastore.
            data_path_parameter_name: A parameter of the pipeline that is a data path: it is set to the changed file,
                with one run for each.
            continue_on_step_failure: Whether steps that do not need a failed one still run.
            path_on_datastore: The folder; the datastore's own without it.

        Raises:
            InvalidInputError: Neither or both of recurrence and datastore; no pipeline, or no experiment; a
                polling_interval below 1; a data_path_parameter_name that is no data path.
            NotFoundError: No published pipeline has that id, or a value for a parameter that there is not.
            UserErrorException: This process is a job.
        """
        del wait_for_provisioning, wait_timeout
        definition = ScheduleDefinition(
            name=name,
            experiment=experiment_name,
            pipeline_id=pipeline_id,
            recurrence=recurrence,
            description=description,
            parameters=pipeline_parameters,
            datastore=datastore,
            polling_interval=polling_interval,
            data_path_parameter=data_path_parameter_name,
            continue_on_step_failure=continue_on_step_failure,
            path=path_on_datastore,
        )
        return _add(workspace, definition)

    @staticmethod
    def create_for_pipeline_endpoint(
        workspace: Workspace,
        name: str,
        pipeline_endpoint_id: str,
        experiment_name: str,
        recurrence: ScheduleRecurrence | None = None,
        description: str | None = None,
        pipeline_parameters: Mapping[str, object] | None = None,
        wait_for_provisioning: bool = False,
        wait_timeout: int = 3600,
        datastore: Any = None,  # noqa: ANN401 - any datastore class
        polling_interval: int = 5,
        data_path_parameter_name: str | None = None,
        continue_on_step_failure: bool | None = None,
        path_on_datastore: str | None = None,
        _workflow_provider: object = None,
        _service_endpoint: object = None,
    ) -> Schedule:
        """The same for what is an endpoint's default version when it submits; see ``create``."""
        del wait_for_provisioning, wait_timeout
        definition = ScheduleDefinition(
            name=name,
            experiment=experiment_name,
            endpoint_id=pipeline_endpoint_id,
            recurrence=recurrence,
            description=description,
            parameters=pipeline_parameters,
            datastore=datastore,
            polling_interval=polling_interval,
            data_path_parameter=data_path_parameter_name,
            continue_on_step_failure=continue_on_step_failure,
            path=path_on_datastore,
        )
        return _add(workspace, definition)

    @staticmethod
    def get(
        workspace: Workspace,
        id: str,  # noqa: A002 - the v1 signature
        _workflow_provider: object = None,
        _service_endpoint: object = None,
    ) -> Schedule:
        """The schedule of that id.

        Raises:
            NotFoundError: There is none.
        """
        return _shown(workspace, find_kept(schedules, workspace, id))

    @staticmethod
    def list(
        workspace: Workspace,
        active_only: bool = True,
        pipeline_id: str | None = None,
        pipeline_endpoint_id: str | None = None,
        _workflow_provider: object = None,
        _service_endpoint: object = None,
    ) -> builtins.list[Schedule]:
        """The schedules of a workspace, newest first.

        Args:
            workspace: Which.
            active_only: Without those that are disabled.
            pipeline_id: Only of this pipeline.
            pipeline_endpoint_id: Only of this endpoint.
        """
        return [
            _shown(workspace, record)
            for record in all_kept(schedules, workspace)
            if (record.active or not active_only)
            and pipeline_id in {None, record.pipeline_id}
            and pipeline_endpoint_id in {None, record.endpoint_id}
        ]

    @staticmethod
    def get_all(
        workspace: Workspace,
        active_only: bool = True,
        pipeline_id: str | None = None,
        pipeline_endpoint_id: str | None = None,
        _workflow_provider: object = None,
        _service_endpoint: object = None,
    ) -> builtins.list[Schedule]:
        """The same as ``list``, under its old name."""
        return Schedule.list(workspace, active_only, pipeline_id, pipeline_endpoint_id)

    @staticmethod
    def get_schedules_for_pipeline_id(
        workspace: Workspace,
        pipeline_id: str,
        _workflow_provider: object = None,
        _service_endpoint: object = None,
    ) -> builtins.list[Schedule]:
        """All schedules of a published pipeline, disabled ones too."""
        return Schedule.list(workspace, active_only=False, pipeline_id=pipeline_id)

    @staticmethod
    def get_schedules_for_pipeline_endpoint_id(
        workspace: Workspace,
        pipeline_endpoint_id: str,
        _workflow_provider: object = None,
        _service_endpoint: object = None,
    ) -> builtins.list[Schedule]:
        """All schedules of an endpoint, disabled ones too."""
        return Schedule.list(workspace, active_only=False, pipeline_endpoint_id=pipeline_endpoint_id)

    @staticmethod
    def load_yaml(
        workspace: Workspace,  # noqa: ARG004 - v1's signature
        filename: str,
        _workflow_provider: object = None,
        _service_endpoint: object = None,
    ) -> Never:
        """Refused: schedules are made by scripts here.

        Raises:
            UnsupportedError: Always.
        """
        rule = "Making a schedule from YAML is not built."
        raise UnsupportedError(rule, received=filename, remedy="Use Schedule.create(...).")

    @property
    def id(self) -> str:
        """Its id."""
        return self._id

    @property
    def name(self) -> str:
        """For people."""
        return self._name

    @property
    def description(self) -> str | None:
        """For people."""
        return self._description

    @property
    def pipeline_id(self) -> str | None:
        """The published pipeline that it submits."""
        return self._pipeline_id

    @property
    def pipeline_endpoint_id(self) -> str | None:
        """The endpoint whose default version it submits."""
        return self._pipeline_endpoint_id

    @property
    def status(self) -> str:
        """``Active`` or ``Disabled``, as of when it was found or changed by this object."""
        return self._status

    @property
    def recurrence(self) -> ScheduleRecurrence | None:
        """When it submits; None for one that watches a datastore."""
        return self._recurrence

    @property
    def datastore_name(self) -> str | None:
        """The datastore that it watches."""
        return self._datastore_name

    @property
    def path_on_datastore(self) -> str | None:
        """The folder that it watches."""
        return self._path_on_datastore

    @property
    def polling_interval(self) -> int | None:
        """Minutes between two looks at the datastore."""
        return self._polling_interval

    @property
    def data_path_parameter_name(self) -> str | None:
        """The parameter that is set to a changed file."""
        return self._data_path_parameter_name

    @property
    def continue_on_step_failure(self) -> bool | None:
        """Whether steps that do not need a failed one still run."""
        return self._continue_on_step_failure

    def enable(self, wait_for_provisioning: bool = False, wait_timeout: int = 3600) -> None:
        """Let it submit, for times and changed files from now on."""
        del wait_for_provisioning, wait_timeout
        self._put(restart_schedule, active=True)

    def disable(self, wait_for_provisioning: bool = False, wait_timeout: int = 3600) -> None:
        """Let it not submit, until it is enabled."""
        del wait_for_provisioning, wait_timeout
        self._put(schedules.change, active=False)

    def update(
        self,
        name: str | None = None,
        description: str | None = None,
        recurrence: ScheduleRecurrence | None = None,
        pipeline_parameters: Mapping[str, object] | None = None,
        status: str | None = None,
        wait_for_provisioning: bool = False,
        wait_timeout: int = 3600,
        datastore: Any = None,  # noqa: ANN401 - any datastore class
        polling_interval: int | None = None,
        data_path_parameter_name: str | None = None,
        continue_on_step_failure: bool | None = None,
        path_on_datastore: str | None = None,
    ) -> None:
        """Change what is given; the rest stays. Times and changed files from now on count.

        Raises:
            InvalidInputError: As for ``create``; or a status that is neither ``Active`` nor ``Disabled``.
            NotFoundError: A value for a parameter that there is not.
        """
        del wait_for_provisioning, wait_timeout
        definition = ScheduleDefinition(
            name=name,
            recurrence=recurrence,
            description=description,
            parameters=pipeline_parameters,
            datastore=datastore,
            polling_interval=polling_interval,
            data_path_parameter=data_path_parameter_name,
            continue_on_step_failure=continue_on_step_failure,
            path=path_on_datastore,
            status=status,
        )
        refuse_in_job("Changing a schedule")
        changed = changed_record(self._workspace, self._record(), definition)
        self._show(restart_schedule(self._workspace.home, self._workspace.name, changed))

    def get_pipeline_runs(self) -> builtins.list[PipelineRun]:
        """The runs that it submitted, newest first."""
        return pipeline_runs_with(self._workspace, SCHEDULE_PROPERTY, self.id)

    def get_last_pipeline_run(self) -> PipelineRun | None:
        """The newest run that it submitted; None before the first."""
        return next(iter(self.get_pipeline_runs()), None)

    def _record(self) -> ScheduleRecord:
        return find_kept(schedules, self._workspace, self.id)

    def _put(self, put: Any, **changes: object) -> None:  # noqa: ANN401 - one of two functions of the store
        refuse_in_job("Changing a schedule")
        changed = replace(self._record(), **changes)
        self._show(put(self._workspace.home, self._workspace.name, changed))

    def _show(self, record: ScheduleRecord) -> None:
        vars(self).update(vars(_shown(self._workspace, record)))


def _add(workspace: Workspace, definition: ScheduleDefinition) -> Schedule:
    refuse_in_job("Making a schedule")
    record = add_schedule(workspace.home, workspace.name, new_record(workspace, definition))
    say(f"Schedule {record.name} [{record.id}] submits its pipeline while `hyperstep schedule` is up.")
    return _shown(workspace, record)


def _shown(workspace: Workspace, record: ScheduleRecord) -> Schedule:
    watch = record.watch
    return Schedule(
        workspace,
        record.id,
        record.name,
        record.description or None,
        record.pipeline_id or None,
        ACTIVE if record.active else DISABLED,
        from_engine(record.recurrence) if record.recurrence else None,
        watch.datastore if watch else None,
        watch.interval_min if watch else None,
        (watch.parameter or None) if watch else None,
        record.continue_on_step_failure,
        (watch.path or None) if watch else None,
        pipeline_endpoint_id=record.endpoint_id or None,
    )
