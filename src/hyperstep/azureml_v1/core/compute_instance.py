"""ComputeInstance: this machine under a name, with one process at a time."""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import asdict

from hyperstep.azureml_v1.core.compute import AmlComputeStatus, ComputeTarget, active_runs

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.run import Run
    from hyperstep.azureml_v1.core.run_factory import Filter
    from hyperstep.azureml_v1.core.workspace import Workspace


class ComputeInstanceProvisioningConfiguration(Struct, frozen=True):
    """What an instance is to be. One process runs on it at a time."""

    vm_size: str
    description: str
    max_nodes: int = 1


class ComputeInstanceStatus(Struct, frozen=True):
    """What an instance does: always running."""

    state: str = "Running"
    errors: None = None

    def serialize(self) -> dict[str, object]:
        """All of it as plain values."""
        return asdict(self)


class ComputeInstance(ComputeTarget):
    """This machine under a name, with one process at a time.

    Args:
        workspace: Whose.
        name: Which.

    Raises:
        ComputeTargetException: There is none of that name.
    """

    _compute_type = "ComputeInstance"

    @staticmethod
    def provisioning_configuration(
        vm_size: str = "",
        ssh_public_access: bool = False,
        admin_user_ssh_public_key: str | None = None,
        vnet_resourcegroup_name: str | None = None,
        vnet_name: str | None = None,
        subnet_name: str | None = None,
        tags: Mapping[str, str] | None = None,
        description: str | None = None,
        assigned_user_object_id: str | None = None,
        assigned_user_tenant_id: str | None = None,
    ) -> ComputeInstanceProvisioningConfiguration:
        """What an instance is to be; all but the size and the description is accepted and without effect."""
        del ssh_public_access, admin_user_ssh_public_key, vnet_resourcegroup_name, vnet_name, subnet_name, tags
        del assigned_user_object_id, assigned_user_tenant_id
        return ComputeInstanceProvisioningConfiguration(vm_size, description or "")

    @staticmethod
    def supported_vmsizes(workspace: Workspace, location: str | None = None) -> builtins.list[dict[str, object]]:
        """One entry: this machine's cores and memory."""
        from hyperstep.azureml_v1.core.compute_machine import machine_sizes  # noqa: PLC0415 - rare

        del workspace, location
        return machine_sizes()

    @classmethod
    def get_docs_url(cls) -> str:
        """Where it is described."""
        return "https://learn.microsoft.com/python/api/azureml-core/azureml.core.compute.computeinstance"

    def get(self) -> dict[str, object]:
        """All of it as plain values."""
        return self.serialize()

    def get_status(self) -> ComputeInstanceStatus:  # type: ignore[override] # another kind of status, as in v1
        """What it does: always running."""
        return ComputeInstanceStatus()

    @property
    def status(self) -> ComputeInstanceStatus | AmlComputeStatus:  # type: ignore[override] # another kind, as in v1
        """What it does: always running."""
        return ComputeInstanceStatus()

    def get_active_runs(
        self,
        type: str | None = None,  # noqa: A002 - the v1 signature
        tags: Filter = None,
        properties: Filter = None,
        status: str | None = None,
    ) -> Iterator[Run]:
        """The runs that were submitted to it and have not ended, newest first."""
        return active_runs(self, type, tags, properties, status)

    def delete(self, wait_for_completion: bool = False, show_output: bool = False) -> None:
        """Forget it."""
        del wait_for_completion, show_output
        super().delete()

    def start(self, wait_for_completion: bool = False, show_output: bool = False) -> None:
        """Do nothing: it is always running."""

    def stop(self, wait_for_completion: bool = False, show_output: bool = False) -> None:
        """Do nothing: it is this machine."""

    def restart(self, wait_for_completion: bool = False, show_output: bool = False) -> None:
        """Do nothing: it is this machine."""

    def update_sso_settings(self, value: bool) -> None:
        """Accepted and without effect."""
