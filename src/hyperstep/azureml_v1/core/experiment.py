"""Experiment: a name under which runs are submitted and found again."""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.core import registry
from hyperstep.azureml_v1.core.names import check_experiment_name
from hyperstep.azureml_v1.exceptions import AzureMLException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.run import Run
    from hyperstep.azureml_v1.core.workspace import Workspace


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
        if _create_in_cloud and registry.find_named(workspace.home, workspace.name, "experiment", name) is None:
            registry.put_named(workspace.home, workspace.name, "experiment", name, {})

    def __repr__(self) -> str:
        return f"Experiment(Name: {self._name},\nWorkspace: {self._workspace.name})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Experiment) and (self._workspace, self._name) == (other._workspace, other._name)

    def __hash__(self) -> int:
        return hash((self._workspace, self._name))

    @staticmethod
    def list(workspace: Workspace, experiment_name: str | None = None, **kwargs: object) -> builtins.list[Experiment]:
        """The workspace's experiments, or the one of that name."""
        del kwargs
        names = [record.name for record in registry.newest_named(workspace.home, workspace.name, "experiment")]
        return [
            Experiment(workspace, name, _skip_name_validation=True, _create_in_cloud=False)
            for name in names
            if experiment_name in (None, name)
        ]

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
        """Always empty: experiments carry no tags here."""
        return {}

    @property
    def archived_time(self) -> None:
        """Never archived."""
        return

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
            *args: None are taken.
            **kwargs: ``outputs`` (a folder whose files are kept when it completes; True for ``./outputs``),
                ``snapshot_directory`` (the current folder without it; None for none), ``display_name``.

        Raises:
            SnapshotException: The given folder is over a limit.
            UserErrorException: This process is a job.
        """
        from hyperstep.azureml_v1.core.interactive import start_logging  # noqa: PLC0415 - loads the engine

        known = {"outputs", "snapshot_directory", "display_name", "name", "run_id"}
        del args
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
