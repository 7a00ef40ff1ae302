"""Workspace: a namespace in the local home, found through ``config.json`` or by name."""

from __future__ import annotations

import builtins
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.core import registry
from hyperstep.azureml_v1.core.session import in_job, open_home, read_settings
from hyperstep.azureml_v1.core.workspace_config import WorkspaceConfig, find_config, read_config, write_config
from hyperstep.azureml_v1.core.workspace_service import WorkspaceService
from hyperstep.azureml_v1.exceptions import UserErrorException, WorkspaceException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.compute import ComputeTarget
    from hyperstep.azureml_v1.core.environment import Environment
    from hyperstep.azureml_v1.core.experiment import Experiment
    from hyperstep.azureml_v1.core.keyvault import Keyvault
    from hyperstep.azureml_v1.core.model import Model
    from hyperstep.azureml_v1.core.run import Run
    from hyperstep.azureml_v1.data.abstract_dataset import AbstractDataset
    from hyperstep.azureml_v1.data.azure_storage_datastore import AbstractAzureStorageDatastore
    from hyperstep.run_store.base import NamedRecord
    from hyperstep.runtime.home import Home

DEFAULT_NAME = "local"
_KIND = "workspace"
_NO_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
_logger = logging.getLogger("hyperstep.azureml")


class Workspace(WorkspaceService):
    """A namespace for experiments, data, models and compute targets in the local home.

    Nothing is signed in to, and nothing needs to exist before: a workspace comes into being by being used.

    Args:
        subscription_id: Kept, and shown again.
        resource_group: Kept, and shown again.
        workspace_name: Which namespace.
        auth: Accepted and not used.
        _location: Accepted and not used.
        _disable_service_check: Accepted and not used.
        _workspace_id: Accepted and not used.
        sku: Accepted and not used.
        tags: Accepted and not used; those of ``create`` and ``update`` are kept.
        _cloud: Accepted and not used.

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
        auth: object = None,
        _location: str | None = None,
        _disable_service_check: bool = False,
        _workspace_id: str | None = None,
        sku: str = "basic",
        tags: Mapping[str, str] | None = None,
        _cloud: str = "AzureCloud",
    ) -> None:
        del auth, sku, tags
        self._name = _check_name(workspace_name)
        self._subscription_id = subscription_id or _NO_SUBSCRIPTION
        self._resource_group = resource_group or "local"
        self._settings = read_settings()

    def __repr__(self) -> str:
        return (
            f"Workspace.create(name={self._name!r}, subscription_id={self._subscription_id!r}, "
            f"resource_group={self._resource_group!r})"
        )

    def _repr_html_(self) -> str:
        from html import escape  # noqa: PLC0415 - notebooks only

        rows = {"Name": self._name, "Resource group": self._resource_group, "Home": str(self._settings.home)}
        head = "".join(f"<th>{title}</th>" for title in rows)
        return f"<table><tr>{head}</tr><tr>{''.join(f'<td>{escape(text)}</td>' for text in rows.values())}</tr></table>"

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
        location: str | None = None,
        create_resource_group: bool = True,
        sku: str = "basic",
        tags: Mapping[str, str] | None = None,
        friendly_name: str | None = None,
        storage_account: object = None,
        key_vault: object = None,
        app_insights: object = None,
        container_registry: object = None,
        adb_workspace: object = None,
        primary_user_assigned_identity: object = None,
        cmk_keyvault: object = None,
        resource_cmk_uri: object = None,
        hbi_workspace: bool = False,
        default_cpu_compute_target: object = None,
        default_gpu_compute_target: object = None,
        private_endpoint_config: object = None,
        private_endpoint_auto_approval: bool = True,
        exist_ok: bool = False,
        show_output: bool = True,
        user_assigned_identity_for_cmk_encryption: object = None,
        system_datastores_auth_mode: str = "accessKey",
        v1_legacy_mode: bool | None = None,
    ) -> Workspace:
        """Make a workspace; one that exists is returned when ``exist_ok``.

        Name, subscription, resource group, tags and friendly name are kept; all else is about the service, and is
        accepted and not used.

        Raises:
            WorkspaceException: It exists already, and ``exist_ok`` is False.
        """
        del location, create_resource_group, sku, storage_account, key_vault, app_insights, container_registry
        del adb_workspace, primary_user_assigned_identity, cmk_keyvault, resource_cmk_uri, hbi_workspace
        del default_cpu_compute_target, default_gpu_compute_target, private_endpoint_config, show_output
        del private_endpoint_auto_approval, user_assigned_identity_for_cmk_encryption, system_datastores_auth_mode
        del v1_legacy_mode
        workspace = Workspace(subscription_id, resource_group, name, auth)
        known = registry.find_named(workspace.home, name, _KIND, name)
        if known is not None and not exist_ok:
            message = f"Workspace {name!r} exists already. Give exist_ok=True, or use Workspace.get(name)."
            raise WorkspaceException(message)
        _record(workspace)
        if tags is not None or friendly_name is not None:
            workspace.update(friendly_name=friendly_name, tags=tags)
        return workspace

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

    @staticmethod
    def _get_or_create(
        name: str,
        auth: object = None,
        subscription_id: str | None = None,
        resource_group: str | None = None,
        location: str | None = None,
        **kwargs: object,
    ) -> Workspace:
        """The workspace of that name, made when absent: scripts use v1's private spelling."""
        del kwargs
        return Workspace.get(name, auth, subscription_id, resource_group, location)

    @staticmethod
    def list(
        subscription_id: str, auth: object = None, resource_group: str | None = None
    ) -> dict[str, builtins.list[Workspace]]:
        """The workspaces of the home, each name with a list of one.

        Args:
            subscription_id: Only those of this subscription; all when it is empty.
            auth: Accepted and not used.
            resource_group: Only those of this resource group.
        """
        del auth
        home = open_home(read_settings())
        names = sorted(entry.name for entry in (home.path / "workspaces").glob("*") if entry.is_dir())
        records = {name: registry.find_named(home, name, _KIND, name) for name in names}
        found = [
            Workspace(_text(record, "subscription_id"), _text(record, "resource_group"), name)
            for name, record in records.items()
        ]
        return {
            workspace.name: [workspace]
            for workspace in found
            if subscription_id in {"", None, workspace.subscription_id}
            and resource_group in {None, workspace.resource_group}
        }

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
        """Its tags."""
        tags = self._body().get("tags")
        return {str(key): str(value) for key, value in tags.items()} if isinstance(tags, Mapping) else {}

    def update(
        self,
        friendly_name: str | None = None,
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
        image_build_compute: object = None,
        service_managed_resources_settings: object = None,
        primary_user_assigned_identity: object = None,
        allow_public_access_when_behind_vnet: object = None,
        v1_legacy_mode: bool | None = None,
    ) -> dict[str, Any]:
        """Change its friendly name, description or tags; all else is accepted and not used. Returns its details.

        Raises:
            UserErrorException: This process is a job.
        """
        del image_build_compute, service_managed_resources_settings, primary_user_assigned_identity
        del allow_public_access_when_behind_vnet, v1_legacy_mode
        given = {
            "friendly_name": friendly_name,
            "description": description,
            "tags": None if tags is None else dict(tags),
        }
        record = registry.find_named(_record(self).home, self._name, _KIND, self._name)
        if record is not None:
            changes = {key: value for key, value in given.items() if value is not None}
            registry.replace_body(self.home, record, {**record.body, **changes})
        return self.get_details()

    def get_details(self) -> dict[str, Any]:
        """What it is, under the keys of v1."""
        scope = f"/subscriptions/{self._subscription_id}/resourceGroups/{self._resource_group}"
        return {
            "id": f"{scope}/workspaces/{self._name}",
            "name": self._name,
            "friendlyName": str(self._body().get("friendly_name") or self._name),
            "description": str(self._body().get("description") or ""),
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

    @property
    def webservices(self) -> dict[str, Any]:
        """Always empty: nothing is deployed."""
        return {}

    def get_default_compute_target(self, type: str) -> ComputeTarget | None:  # noqa: A002 - the v1 signature
        """The compute target ``cpu-cluster`` or ``gpu-cluster``; None when it was not made.

        Args:
            type: ``CPU`` or ``GPU``.

        Raises:
            UserErrorException: The type is another word.
        """
        names = {"CPU": self.DEFAULT_CPU_CLUSTER_NAME, "GPU": self.DEFAULT_GPU_CLUSTER_NAME}
        if str(type).upper() not in names:
            message = f"The type of a default compute target is CPU or GPU. Received: {type!r}."
            raise UserErrorException(message)
        return self.compute_targets.get(names[str(type).upper()])

    def get_default_keyvault(self) -> Keyvault:
        """Its secrets."""
        from hyperstep.azureml_v1.core.keyvault import Keyvault  # noqa: PLC0415

        return Keyvault(self)

    def _body(self) -> Mapping[str, Any]:
        record = registry.find_named(self.home, self._name, _KIND, self._name)
        return record.body if record is not None else {}

    def _key(self) -> tuple[str, str, str, str]:
        return (self._name, self._subscription_id, self._resource_group, str(self._settings.home))


def _record(workspace: Workspace) -> Workspace:
    """Keep what the configuration said, so that jobs of this workspace can be told."""
    if not in_job():
        (workspace.home.path / "workspaces" / workspace.name).mkdir(parents=True, exist_ok=True)  # is listed by it
        name, body = workspace.name, {key: getattr(workspace, key) for key in ("subscription_id", "resource_group")}
        known = registry.find_named(workspace.home, name, _KIND, name)
        if known is None or any(known.body.get(key) != value for key, value in body.items()):
            kept = dict(known.body) if known is not None else {}
            registry.put_named(workspace.home, name, _KIND, name, {**kept, **body})
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


def _text(record: NamedRecord | None, key: str) -> str | None:
    return str(record.body[key]) if record is not None and record.body.get(key) else None
