"""PipelineEndpoint: published pipelines under one name, as versions."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Mapping
from time import time
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from hyperstep.azureml_v1.core.registry import refuse_in_job
from hyperstep.azureml_v1.exceptions import UserErrorException
from hyperstep.azureml_v1.pipeline.html_table import html_table
from hyperstep.azureml_v1.pipeline.kept_records import all_kept, find_kept
from hyperstep.azureml_v1.pipeline.parents import refuse_parent
from hyperstep.azureml_v1.pipeline.pipeline import Pipeline
from hyperstep.azureml_v1.pipeline.published_pipeline import ACTIVE, DISABLED, PublishedPipeline
from hyperstep.errors import InvalidInputError, NotFoundError
from hyperstep.runtime.publishing import EndpointRecord, endpoints, new_id

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.experiment import Experiment
    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.azureml_v1.pipeline.pipeline_run import PipelineRun


class PipelineIdVersion(Struct, frozen=True):
    """A version of an endpoint, and the id of its pipeline."""

    version: str
    pipeline_id: str


class PipelineVersion(Struct, frozen=True):
    """A version of an endpoint, and its pipeline."""

    version: str
    pipeline: PublishedPipeline


class PipelineEndpoint:
    """Published pipelines under one name; publish one with ``publish``, find one with ``get``.

    Args:
        workspace: Where it is kept.
        id: Its id.
        name: Unique among the active endpoints of the workspace.
        description: For people.
        status: ``Active`` or ``Disabled``.
        default_version: What is submitted when no version is given.
        endpoint: A text that names it; nothing listens there.
        pipeline_version_list: Its versions.
        _pipeline_endpoint_provider: Accepted and not used.
        _published_pipeline_provider: Accepted and not used.
        _swaggerurl: Accepted and not used.
    """

    def __init__(
        self,
        workspace: Workspace,
        id: str,  # noqa: A002 - the v1 signature
        name: str,
        description: str | None,
        status: str,
        default_version: str,
        endpoint: str,
        pipeline_version_list: builtins.list[PipelineIdVersion],
        _pipeline_endpoint_provider: object = None,
        _published_pipeline_provider: object = None,
        _swaggerurl: str | None = None,
    ) -> None:
        self._workspace = workspace
        self._id = id
        self._endpoint = endpoint
        self._swaggerurl = _swaggerurl
        self._read = (name, description, status, default_version, pipeline_version_list)

    def __repr__(self) -> str:
        shown = f"Name: {self.name},\nId: {self.id},\nStatus: {self.status},\nDefault version: {self.default_version}"
        return f"PipelineEndpoint({shown})"

    def _repr_html_(self) -> str:
        row = {"Name": self.name, "Id": self.id, "Status": self.status, "Default version": self.default_version}
        return html_table([row])

    @staticmethod
    def publish(
        workspace: Workspace,
        name: str,
        description: str | None,
        pipeline: Pipeline | PublishedPipeline,
        _workflow_provider: object = None,
        _service_endpoint: object = None,
    ) -> PipelineEndpoint:
        """Make an endpoint, with ``pipeline`` as its version 0 and default.

        Raises:
            UserErrorException: An endpoint of that name exists, or this process is a job.
            InvalidInputError: Something else than a pipeline.
        """
        refuse_in_job("Publishing an endpoint")
        if any(record.name == name for record in all_kept(endpoints, workspace)):
            message = f"An endpoint {name!r} exists. Add the pipeline to it: PipelineEndpoint.get(workspace, name=...)."
            raise UserErrorException(message)
        versions = {"0": _published(pipeline, name).id}
        record = EndpointRecord(new_id(), name, description or "", versions=versions, created_at=time())
        return _endpoint(workspace, endpoints.add(workspace.home, workspace.name, record))

    @staticmethod
    def get(
        workspace: Workspace,
        id: str | None = None,  # noqa: A002 - the v1 signature
        name: str | None = None,
        _workflow_provider: object = None,
        _service_endpoint: object = None,
    ) -> PipelineEndpoint:
        """The endpoint of that id, or of that name.

        Raises:
            NotFoundError: There is none.
            InvalidInputError: Neither is given.
        """
        if id is not None:
            return _endpoint(workspace, find_kept(endpoints, workspace, id))
        if name is None:
            rule = "An endpoint is found by its id or its name."
            raise InvalidInputError(rule, received=None, remedy="Give id=... or name=...")
        records = all_kept(endpoints, workspace)
        for record in records:
            if record.name == name:
                return _endpoint(workspace, record)
        known = ", ".join(sorted(record.name for record in records)) or "none"
        rule = f"Workspace '{workspace.name}' has no endpoint of that name."
        raise NotFoundError(rule, received=name, remedy=f"It has: {known}.")

    @staticmethod
    def list(
        workspace: Workspace,
        active_only: bool = True,
        max_results: int = 100,
        _workflow_provider: object = None,
        _service_endpoint: object = None,
    ) -> builtins.list[PipelineEndpoint]:
        """The endpoints of a workspace, newest first.

        Args:
            workspace: Which.
            active_only: Without those that are disabled.
            max_results: Only so many.
        """
        records = all_kept(endpoints, workspace)
        found = [_endpoint(workspace, record) for record in records if record.active or not active_only]
        return found[:max_results]

    @staticmethod
    def get_all(
        workspace: Workspace,
        active_only: bool = True,
        _workflow_provider: object = None,
        _service_endpoint: object = None,
    ) -> builtins.list[PipelineEndpoint]:
        """All endpoints of a workspace, newest first."""
        return PipelineEndpoint.list(workspace, active_only, sys.maxsize)

    @property
    def id(self) -> str:
        """Its id."""
        return self._id

    @property
    def name(self) -> str:
        """Unique among the active endpoints of the workspace."""
        return self._read[0]

    @property
    def description(self) -> str | None:
        """For people."""
        return self._read[1]

    @property
    def status(self) -> str:
        """``Active`` or ``Disabled``."""
        return self._read[2]

    @property
    def default_version(self) -> str:
        """What is submitted when no version is given."""
        return self._read[3]

    @property
    def pipeline_version_list(self) -> builtins.list[PipelineIdVersion]:
        """Its versions, oldest first."""
        return self._read[4]

    @property
    def endpoint(self) -> str:
        """A text that names it; nothing listens there."""
        return self._endpoint

    @property
    def swaggerurl(self) -> str | None:
        """None: nothing listens at the endpoint."""
        return self._swaggerurl

    def enable(self) -> None:
        """Let it be submitted."""
        self._change(active=True)

    def disable(self) -> None:
        """Let it not be submitted, until it is enabled."""
        self._change(active=False)

    def archive(self) -> None:
        """Disable it and free its name."""
        self._change(active=False, name=f"archived-{self._id}")

    def reactivate(self, name: str) -> None:
        """Enable it under a name."""
        self._change(active=True, name=name)

    def set_name(self, name: str) -> None:
        """Give it another name."""
        self._change(name=name)

    def set_description(self, description: str) -> None:
        """Give it another description."""
        self._change(description=description)

    def get_default_version(self) -> str:
        """The default version, as recorded now."""
        return self._record().default_version

    def get_pipeline(self, version: str | None = None) -> PublishedPipeline:
        """The pipeline of a version; of the default without one.

        Raises:
            NotFoundError: There is no such version.
        """
        record = self._record()
        return PublishedPipeline.get(self._workspace, _version(record, version or record.default_version))

    def list_versions(
        self, _workflow_provider: object = None, _service_endpoint: object = None
    ) -> builtins.list[PipelineIdVersion]:
        """Its versions with the ids of their pipelines, oldest first."""
        return _versions(self._record())

    def get_all_versions(
        self, _workflow_provider: object = None, _service_endpoint: object = None
    ) -> builtins.list[PipelineIdVersion]:
        """The same as ``list_versions``, under its old name."""
        return self.list_versions()

    def list_pipelines(
        self, active_only: bool = True, _workflow_provider: object = None, _service_endpoint: object = None
    ) -> builtins.list[PublishedPipeline]:
        """Its pipelines, oldest version first."""
        found = [PublishedPipeline.get(self._workspace, one.pipeline_id) for one in self.list_versions()]
        return [pipeline for pipeline in found if pipeline.status == ACTIVE or not active_only]

    def get_all_pipelines(
        self, active_only: bool = True, _workflow_provider: object = None, _service_endpoint: object = None
    ) -> builtins.list[PublishedPipeline]:
        """The same as ``list_pipelines``, under its old name."""
        return self.list_pipelines(active_only)

    def add(self, pipeline: Pipeline | PublishedPipeline) -> None:
        """Add a version; the default stays."""
        self._add(pipeline)

    def add_default(self, pipeline: Pipeline | PublishedPipeline) -> None:
        """Add a version that is the default from now on."""
        self._change(default_version=self._add(pipeline))

    def set_default_version(self, version: str) -> None:
        """Let another version be the default.

        Raises:
            NotFoundError: There is no such version.
        """
        _version(self._record(), str(version))
        self._change(default_version=str(version))

    def set_default(self, pipeline: PublishedPipeline) -> None:
        """Let the version that a pipeline has here be the default.

        Raises:
            NotFoundError: The pipeline is no version of the endpoint.
        """
        for known in reversed(self.list_versions()):
            if known.pipeline_id == pipeline.id:
                self._change(default_version=known.version)
                return
        rule = f"The default of endpoint '{self.name}' is one of its versions."
        raise NotFoundError(rule, received=pipeline.id, remedy="Use add_default(pipeline).")

    def submit(
        self,
        experiment_name: str,
        pipeline_parameters: Mapping[str, object] | None = None,
        parent_run_id: str | None = None,
        pipeline_version: str | None = None,
    ) -> PipelineRun:
        """Run a version; the default without one.

        Args:
            experiment_name: Under which the run is found again.
            pipeline_parameters: Values of pipeline parameters, by name.
            parent_run_id: Only None can be given here.
            pipeline_version: Which version.

        Raises:
            UserErrorException: It or the pipeline is disabled, or this process is a job.
            NotFoundError: There is no such version, or a value for a parameter that there is not.
            UnsupportedError: ``parent_run_id`` is given.
        """
        from hyperstep.azureml_v1.core.experiment import Experiment  # noqa: PLC0415 - loaded when submitting

        return self._submit(
            Experiment(self._workspace, experiment_name),
            pipeline_parameters=pipeline_parameters,
            parent_run_id=parent_run_id,
            pipeline_version=pipeline_version,
        )

    def _submit(
        self,
        experiment: Experiment,
        tags: Mapping[str, object] | None = None,
        **kwargs: Any,  # noqa: ANN401 - v1's
    ) -> PipelineRun:
        """What ``Experiment.submit`` calls; unknown keywords are ignored there, as in v1."""
        refuse_parent(kwargs.get("parent_run_id"))
        if not self._record().active:
            message = f"Endpoint {self.name!r} is disabled. Enable it first: enable()."
            raise UserErrorException(message)
        version = kwargs.get("pipeline_version")
        pipeline = self.get_pipeline(None if version is None else str(version))
        return pipeline._submit(experiment, tags, **kwargs)  # noqa: SLF001 - one area

    def _add(self, pipeline: Pipeline | PublishedPipeline) -> str:
        record = self._record()
        version = str(max(int(known) for known in record.versions) + 1)
        self._change(versions={**record.versions, version: _published(pipeline, record.name).id})
        return version

    def _record(self) -> EndpointRecord:
        return find_kept(endpoints, self._workspace, self._id)

    def _change(self, **changes: object) -> None:
        refuse_in_job("Changing an endpoint")
        changed = replace(self._record(), **changes)
        self._read = _shown(endpoints.change(self._workspace.home, self._workspace.name, changed))


def _published(pipeline: object, name: str) -> PublishedPipeline:
    if isinstance(pipeline, PublishedPipeline):
        return pipeline
    if isinstance(pipeline, Pipeline):
        return pipeline.publish(name)
    rule = "An endpoint holds a Pipeline or a PublishedPipeline."
    raise InvalidInputError(rule, received=type(pipeline).__name__, remedy="Give one of these.")


def _version(record: EndpointRecord, version: str) -> str:
    if version in record.versions:
        return record.versions[version]
    rule = f"Endpoint '{record.name}' has no such version."
    raise NotFoundError(rule, received=version, remedy=f"It has: {', '.join(record.versions)}.")


def _versions(record: EndpointRecord) -> list[PipelineIdVersion]:
    return [PipelineIdVersion(version, pipeline_id) for version, pipeline_id in record.versions.items()]


def _shown(record: EndpointRecord) -> tuple[str, str | None, str, str, list[PipelineIdVersion]]:
    status = ACTIVE if record.active else DISABLED
    return record.name, record.description or None, status, record.default_version, _versions(record)


def _endpoint(workspace: Workspace, record: EndpointRecord) -> PipelineEndpoint:
    name, description, status, default_version, versions = _shown(record)
    endpoint = f"hyperstep://{workspace.name}/endpoints/{record.id}"
    return PipelineEndpoint(workspace, record.id, name, description, status, default_version, endpoint, versions)
