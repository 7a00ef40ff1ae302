"""Experiment: a name under which runs are submitted and found again."""

from __future__ import annotations

import builtins
import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.core import registry
from hyperstep.azureml_v1.core.names import check_experiment_name
from hyperstep.azureml_v1.exceptions import AzureMLException, UserErrorException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.run import Run
    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.digest import Json

_KIND = "experiment"
_logger = logging.getLogger("hyperstep.azureml")
_VIEWS = ("ActiveOnly", "ArchivedOnly", "All")


class Experiment:
    """A name under which runs are submitted and found again; made by being named.

    Args:
        workspace: Where.
        name: 1 to 255 characters: a letter or digit, then letters, digits, ``-`` and ``_``.
        _skip_name_validation: Take any name.
        _id: Accepted and not used.
        _archived_time: Accepted and not used.
        _create_in_cloud: Record it in the workspace.
        _experiment_dto: Accepted and not used.
        **kwargs: Accepted and not used.

    Raises:
        UserErrorException: The name breaks the rule.
    """

    def __init__(
        self,
        workspace: Workspace,
        name: str,
        _skip_name_validation: bool = False,
        _id: str | None = None,
        _archived_time: object = None,
        _create_in_cloud: bool = True,
        _experiment_dto: object = None,
        **kwargs: object,  # noqa: ARG002 - v1 takes any keyword
    ) -> None:
        self._workspace = workspace
        self._name = name if _skip_name_validation else check_experiment_name(name)
        if _create_in_cloud and registry.find_named(workspace.home, workspace.name, _KIND, name) is None:
            registry.put_named(workspace.home, workspace.name, _KIND, name, {})

    def __repr__(self) -> str:
        return f"Experiment(Name: {self._name},\nWorkspace: {self._workspace.name})"

    def _repr_html_(self) -> str:
        from html import escape  # noqa: PLC0415 - notebooks only

        cells = (self._name, self._workspace.name, f"{self.get_portal_url()}")
        head = "".join(f"<th>{title}</th>" for title in ("Name", "Workspace", "Report page"))
        return f"<table><tr>{head}</tr><tr>{''.join(f'<td>{escape(text)}</td>' for text in cells)}</tr></table>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Experiment) and (self._workspace, self._name) == (other._workspace, other._name)

    def __hash__(self) -> int:
        return hash((self._workspace, self._name))

    @staticmethod
    def from_directory(path: str, auth: object = None) -> Experiment:
        """Refused: folders are not bound to experiments here.

        Raises:
            UserErrorException: Always.
        """
        del auth
        message = f"No experiment is bound to a folder here. Use Experiment(workspace, name). Received: {path!r}."
        raise UserErrorException(message)

    @staticmethod
    def list(
        workspace: Workspace,
        experiment_name: str | None = None,
        view_type: str = "ActiveOnly",
        tags: str | Mapping[str, str] | None = None,
    ) -> builtins.list[Experiment]:
        """The workspace's experiments.

        Args:
            workspace: Whose.
            experiment_name: Only that one.
            view_type: ``ActiveOnly``, ``ArchivedOnly`` or ``All``.
            tags: A tag that they have, or tags with their values.

        Raises:
            UserErrorException: ``view_type`` is another word.
        """
        if view_type not in _VIEWS:
            message = f"view_type is one of {', '.join(_VIEWS)}. Received: {view_type!r}."
            raise UserErrorException(message)
        names = [record.name for record in registry.newest_named(workspace.home, workspace.name, _KIND)]
        found = [
            Experiment(workspace, name, _skip_name_validation=True, _create_in_cloud=False)
            for name in names
            if experiment_name in (None, name)
        ]
        archived = {"ActiveOnly": (False,), "ArchivedOnly": (True,), "All": (False, True)}[view_type]
        fitting = [experiment for experiment in found if (experiment.archived_time is not None) in archived]
        return [experiment for experiment in fitting if _has_tags(experiment.tags, tags)]

    @staticmethod
    def delete(workspace: Workspace, experiment_id: str) -> None:
        """Remove an experiment that has no runs.

        Raises:
            UserErrorException: It has runs, or there is none of that id, or this process is a job.
        """
        registry.refuse_in_job("Deleting an experiment")
        if registry.find_named(workspace.home, workspace.name, _KIND, experiment_id) is None:
            message = f"Workspace {workspace.name!r} has no experiment {experiment_id!r}."
            raise UserErrorException(message)
        if workspace.home.store.roots(workspace=workspace.name, experiment=experiment_id, limit=1):
            message = f"Experiment {experiment_id!r} has runs, which are kept; use archive() to hide it."
            raise UserErrorException(message)
        workspace.home.store.remove_named(workspace.name, _KIND, experiment_id)

    @classmethod
    def get_docs_url(cls) -> str:
        """Where it is described."""
        return "https://learn.microsoft.com/python/api/azureml-core/azureml.core.experiment.experiment"

    @property
    def name(self) -> str:
        """Its name."""
        return self._name

    @property
    def id(self) -> str:
        """Unique in the workspace: its name."""
        return self._name

    @property
    def workspace(self) -> Workspace:
        """Where it is."""
        return self._workspace

    @property
    def workspace_object(self) -> Workspace:
        """The same as ``workspace``."""
        return self._workspace

    @property
    def tags(self) -> dict[str, str]:
        """Its tags."""
        tags = self._body().get("tags")
        return {str(key): str(value) for key, value in tags.items()} if isinstance(tags, Mapping) else {}

    @property
    def archived_time(self) -> datetime | None:
        """When it was archived, in UTC; None when it is not."""
        moment = self._body().get("archived_at")
        return None if moment is None else datetime.fromtimestamp(float(str(moment)), UTC)

    def archive(self) -> None:
        """Hide it from ``Experiment.list``; its runs stay, and more can be submitted.

        Raises:
            UserErrorException: This process is a job.
        """
        self._change(archived_at=time.time())

    def reactivate(self, new_name: str | None = None) -> None:
        """Show it again.

        Args:
            new_name: Refused: its runs are found by its name.

        Raises:
            UserErrorException: A new name is given, or this process is a job.
        """
        if new_name is not None and new_name != self._name:
            message = f"An experiment keeps its name. Received: {new_name!r}. Use Experiment(workspace, {new_name!r})."
            raise UserErrorException(message)
        self._change(archived_at=None)

    def tag(self, key: str, value: object = None) -> None:
        """Set a tag; its value is kept as text.

        Raises:
            UserErrorException: This process is a job.
        """
        self.set_tags({key: value})

    def set_tags(self, tags: Mapping[str, object]) -> None:
        """Set several tags; others stay as they are.

        Raises:
            UserErrorException: This process is a job.
        """
        given: dict[str, Json] = {str(key): "" if value is None else str(value) for key, value in tags.items()}
        self._change(tags={**self.tags, **given})

    def remove_tags(self, tags: str | Iterable[str]) -> None:
        """Remove the tags of these names; unknown names are ignored.

        Raises:
            UserErrorException: This process is a job.
        """
        names = {tags} if isinstance(tags, str) else set(tags)
        self._change(tags={key: value for key, value in self.tags.items() if key not in names})

    def refresh(self) -> None:
        """Do nothing: tags and times are read anew each time."""

    def submit(self, config: Any, tags: Mapping[str, object] | None = None, **kwargs: Any) -> Any:  # noqa: ANN401 - v1
        """Run a configuration: a pipeline, a HyperDriveConfig, a ScriptRunConfig.

        Whatever has a method ``_submit(experiment, tags=…, **kwargs)`` can be submitted.

        Returns:
            The run, which is driven by a process of its own from now on.

        Raises:
            AzureMLException: Nothing of this type can be submitted.
        """
        submitter = getattr(config, "_submit", None)
        if submitter is None or isinstance(config, type):
            message = (
                f"An object of type {type(config).__name__} cannot be submitted. Submit a Pipeline, a HyperDriveConfig "
                "or a ScriptRunConfig."
            )
            raise AzureMLException(message)
        return submitter(self, tags=tags, **kwargs)

    def start_logging(self, *args: Any, **kwargs: Any) -> Run:  # noqa: ANN401 - the v1 signature
        """Start a run that this process drives itself: log to it, then call ``complete()``.

        Args:
            *args: Not used, which is told.
            **kwargs: ``outputs`` (a folder whose files are kept when it completes; True for ``./outputs``),
                ``snapshot_directory`` (the current folder without it; None for none), ``display_name``.

        Raises:
            SnapshotException: The given folder is over a limit.
            UserErrorException: This process is a job.
        """
        from hyperstep.azureml_v1.core.interactive import start_logging  # noqa: PLC0415 - loads the engine

        known = {"outputs", "snapshot_directory", "display_name", "name", "run_id"}
        ignored = [*map(repr, args), *sorted(set(kwargs) - known)]
        if ignored:
            _logger.warning("start_logging() has no use for: %s", ", ".join(ignored))
        return start_logging(self, **{key: value for key, value in kwargs.items() if key in known})

    def get_runs(
        self,
        type: str | None = None,  # noqa: A002 - the v1 signature
        tags: str | Mapping[str, str] | None = None,
        properties: str | Mapping[str, str] | None = None,
        include_children: bool = False,
    ) -> Iterator[Run]:
        """The experiment's runs, newest first."""
        from hyperstep.azureml_v1.core.run_factory import list_runs  # noqa: PLC0415 - each loads what it needs

        return list_runs(self, kind=type, tags=tags, properties=properties, include_children=include_children)

    def get_portal_url(self) -> str:
        """The command that shows its runs."""
        return f"hyperstep runs --experiment {self._name}"

    def _body(self) -> Mapping[str, Json]:
        record = registry.find_named(self._workspace.home, self._workspace.name, _KIND, self._name)
        return record.body if record is not None else {}

    def _change(self, **changes: Json) -> None:
        home, place = self._workspace.home, self._workspace.name
        record = registry.find_named(home, place, _KIND, self._name)
        if record is None:
            registry.put_named(home, place, _KIND, self._name, changes)
        else:
            registry.replace_body(home, record, {**record.body, **changes})


def _has_tags(tags: Mapping[str, str], wanted: str | Mapping[str, str] | None) -> bool:
    if isinstance(wanted, Mapping):
        return all(tags.get(key) == value for key, value in wanted.items())
    return wanted is None or wanted in tags
