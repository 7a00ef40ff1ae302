"""Workspace: a namespace in the local home, found through ``config.json`` or by name."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.core import registry
from hyperstep.azureml_v1.core.session import in_job, open_home, read_settings
from hyperstep.azureml_v1.core.workspace_config import WorkspaceConfig, find_config, read_config, write_config
from hyperstep.azureml_v1.exceptions import UserErrorException, WorkspaceException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.compute import ComputeTarget
    from hyperstep.azureml_v1.core.environment import Environment
    from hyperstep.azureml_v1.core.experiment import Experiment
    from hyperstep.azureml_v1.core.model import Model
    from hyperstep.azureml_v1.core.run import Run
    from hyperstep.azureml_v1.data.abstract_dataset import AbstractDataset
    from hyperstep.azureml_v1.data.azure_storage_datastore import AbstractAzureStorageDatastore
    from hyperstep.runtime.home import Home

DEFAULT_NAME = "local"
_NO_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
_logger = logging.getLogger("hyperstep.azureml")


class Workspace:
    """A namespace for experiments, data, models and compute targets in the local home.

    Nothing is signed in to, and nothing needs to exist before: a workspace comes into being by being used.

    Args:
        subscription_id: Kept, and shown again.
        resource_group: Kept, and shown again.
        workspace_name: Which namespace.
        auth: Accepted and not used.
        **kwargs: Further v1 keywords, accepted and not used.

    Raises:
        UserErrorException: The name is empty or cannot be a folder's name.
    """

    DEFAULT_CPU_CLUSTER_NAME = "cpu-cluster"
    DEFAULT_GPU_CLUSTER_NAME = "gpu-cluster"

    def __init__(
        self,
        subscription_id: str | None,
        resource_group: str | None,
        workspace_name: str,
        auth: object = None,  # noqa: ARG002 - nothing to sign in to
        **kwargs: object,  # noqa: ARG002 - v1 has more, about the service
    ) -> None:
        self._name = _check_name(workspace_name)
        self._subscription_id = subscription_id or _NO_SUBSCRIPTION
        self._resource_group = resource_group or "local"
        self._settings = read_settings()

    def __repr__(self) -> str:
        return (
            f"Workspace.create(name={self._name!r}, subscription_id={self._subscription_id!r}, "
            f"resource_group={self._resource_group!r})"
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Workspace) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    @staticmethod
    def from_config(
        path: str | os.PathLike[str] | None = None,
        auth: object = None,
        _logger: object = None,
        _file_name: str | None = None,
    ) -> Workspace:
        """The workspace that a ``config.json`` names; without one, the workspace ``local`` (in a job: the job's own).

        Args:
            path: The file, or the folder to search upward from; the current folder without it.
            auth: Accepted and not used.

        Raises:
            UserErrorException: A file was found, and it is no valid configuration.
        """
        found = find_config(Path(path) if path is not None else Path.cwd(), _file_name)
        if found is not None:
            config = read_config(found)
            return _record(Workspace(config.subscription_id, config.resource_group, config.workspace_name, auth))
        if path is not None:
            _warn_not_found(path)
        return _default_workspace()

    @staticmethod
    def create(
        name: str,
        auth: object = None,
        subscription_id: str | None = None,
        resource_group: str | None = None,
        location: str | None = None,  # noqa: ARG004 - everything is here
        *args: object,
        exist_ok: bool = False,
        **kwargs: object,
    ) -> Workspace:
        """Make a workspace; one that exists is returned when ``exist_ok``.

        Raises:
            WorkspaceException: It exists already, and ``exist_ok`` is False.
        """
        del args, kwargs
        workspace = Workspace(subscription_id, resource_group, name, auth)
        known = registry.find_named(workspace.home, name, "workspace", name)
        if known is not None and not exist_ok:
            message = f"Workspace {name!r} exists already. Give exist_ok=True, or use Workspace.get(name)."
            raise WorkspaceException(message)
        return _record(workspace)

    @staticmethod
    def get(
        name: str,
        auth: object = None,
        subscription_id: str | None = None,
        resource_group: str | None = None,
        location: str | None = None,  # noqa: ARG004 - everything is here
        cloud: str = "AzureCloud",  # noqa: ARG004
        id: str | None = None,  # noqa: A002, ARG004 - the v1 signature
    ) -> Workspace:
        """The workspace of that name."""
        return _record(Workspace(subscription_id, resource_group, name, auth))

    @property
    def home(self) -> Home:
        """The home that holds this workspace, opened when first needed (no part of the v1 API)."""
        return open_home(self._settings)

    @property
    def name(self) -> str:
        """Its name."""
        return self._name

    @property
    def subscription_id(self) -> str:
        """As in its configuration."""
        return self._subscription_id

    @property
    def resource_group(self) -> str:
        """As in its configuration; ``local`` without one."""
        return self._resource_group

    @property
    def location(self) -> str:
        """Always ``local``."""
        return "local"

    @property
    def sku(self) -> str:
        """Always ``Basic``."""
        return "Basic"

    @property
    def tags(self) -> dict[str, str]:
        """Always empty."""
        return {}

    def get_details(self) -> dict[str, Any]:
        """What it is, under the keys of v1."""
        scope = f"/subscriptions/{self._subscription_id}/resourceGroups/{self._resource_group}"
        return {
            "id": f"{scope}/workspaces/{self._name}",
            "name": self._name,
            "friendlyName": self._name,
            "location": self.location,
            "type": "Microsoft.MachineLearningServices/workspaces",
            "tags": self.tags,
            "sku": self.sku,
            "workspaceid": self._name,
            "subscriptionId": self._subscription_id,
            "resourceGroup": self._resource_group,
            "storageAccount": str(self.home.path),
            "provisioningState": "Succeeded",
        }

    def write_config(self, path: str | os.PathLike[str] | None = None, file_name: str | None = None) -> None:
        """Write ``.azureml/config.json`` below ``path`` (the current folder without it)."""
        config = WorkspaceConfig(self._subscription_id, self._resource_group, self._name)
        written = write_config(config, Path(path) if path is not None else Path.cwd(), file_name)
        _logger.info("Wrote the workspace configuration to %s", written)

    def get_default_datastore(self) -> AbstractAzureStorageDatastore:
        """The datastore that is used where none is named: ``workspaceblobstore`` unless another was chosen."""
        from hyperstep.azureml_v1.core.datastore import default_datastore  # noqa: PLC0415 - each loads what it needs

        return default_datastore(self)

    def set_default_datastore(self, name: str) -> None:
        """Choose the datastore that is used where none is named.

        Raises:
            UserErrorException: There is no such datastore.
        """
        from hyperstep.azureml_v1.core.datastore import choose_default  # noqa: PLC0415

        choose_default(self, name)

    @property
    def datastores(self) -> Mapping[str, AbstractAzureStorageDatastore]:
        """All datastores by name."""
        from hyperstep.azureml_v1.core.datastore import all_datastores  # noqa: PLC0415

        return all_datastores(self)

    @property
    def compute_targets(self) -> Mapping[str, ComputeTarget]:
        """All compute targets by name."""
        from hyperstep.azureml_v1.core.compute import ComputeTarget  # noqa: PLC0415

        return {target.name: target for target in ComputeTarget.list(self)}

    @property
    def datasets(self) -> Mapping[str, AbstractDataset]:
        """The newest version of each registered dataset by name."""
        from hyperstep.azureml_v1.core.dataset import Dataset  # noqa: PLC0415

        return Dataset.get_all(self)

    @property
    def models(self) -> Mapping[str, Model]:
        """The newest version of each registered model by name."""
        from hyperstep.azureml_v1.core.model import Model  # noqa: PLC0415

        return {model.name: model for model in Model.list(self, latest=True)}

    @property
    def environments(self) -> Mapping[str, Environment]:
        """The newest version of each registered environment by name."""
        from hyperstep.azureml_v1.core.environment import Environment  # noqa: PLC0415

        return Environment.list(self)

    @property
    def experiments(self) -> Mapping[str, Experiment]:
        """All experiments by name."""
        from hyperstep.azureml_v1.core.experiment import Experiment  # noqa: PLC0415

        return {experiment.name: experiment for experiment in Experiment.list(self)}

    def get_run(self, run_id: str) -> Run:
        """The run of that id, as the class that fits it.

        Raises:
            ServiceException: No run has that id.
        """
        from hyperstep.azureml_v1.core.run_factory import find_run  # noqa: PLC0415

        return find_run(self, run_id)

    def get_mlflow_tracking_uri(self) -> str:
        """A folder for MLflow to track to."""
        return (self.home.path / "workspaces" / self._name / "mlflow").as_uri()

    def _key(self) -> tuple[str, str, str, str]:
        return (self._name, self._subscription_id, self._resource_group, str(self._settings.home))


def _record(workspace: Workspace) -> Workspace:
    """Keep what the configuration said, so that jobs of this workspace can be told."""
    if not in_job():
        name, body = workspace.name, {key: getattr(workspace, key) for key in ("subscription_id", "resource_group")}
        known = registry.find_named(workspace.home, name, "workspace", name)
        if known is None or dict(known.body) != body:
            registry.put_named(workspace.home, name, "workspace", name, body)
    return workspace


def _default_workspace() -> Workspace:
    if in_job():
        return job_workspace()
    return _record(Workspace(None, None, DEFAULT_NAME))


def job_workspace() -> Workspace:
    """The workspace of the run that this process executes."""
    variables = os.environ
    return Workspace(
        variables.get("AZUREML_ARM_SUBSCRIPTION"),
        variables.get("AZUREML_ARM_RESOURCEGROUP"),
        variables.get("AZUREML_ARM_WORKSPACE_NAME", DEFAULT_NAME),
    )


def _warn_not_found(path: str | os.PathLike[str]) -> None:
    text = "No workspace configuration was found at or above %s; the workspace '%s' is used."
    _logger.warning(text, os.fspath(path), DEFAULT_NAME)


def _check_name(name: object) -> str:
    if isinstance(name, str) and name.strip() and name == Path(name).name and name not in (".", ".."):
        return name
    message = f"A workspace's name is a text that can be the name of a folder. Received: {name!r}."
    raise UserErrorException(message)
