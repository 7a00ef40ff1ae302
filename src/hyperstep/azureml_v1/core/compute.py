"""Compute targets: names with a number of nodes, which bounds how many processes run at one time."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import asdict

from hyperstep.azureml_v1.core import registry
from hyperstep.azureml_v1.core.names import check_compute_name
from hyperstep.azureml_v1.core.refusals import refused
from hyperstep.azureml_v1.exceptions import ComputeTargetException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.run import Run
    from hyperstep.azureml_v1.core.run_factory import Filter
    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.run_store.base import NamedRecord

_KIND = "compute"
_ENDED = frozenset({"Completed", "Failed", "Canceled"})
_PRIORITIES = ("dedicated", "lowpriority")


class AmlComputeProvisioningConfiguration(Struct, frozen=True):
    """What a cluster is to be. Only ``max_nodes`` has an effect: as many processes run at one time, at most."""

    vm_size: str
    vm_priority: str
    min_nodes: int
    max_nodes: int | None
    idle_seconds_before_scaledown: int
    description: str
    location: str


class ScaleSettings(Struct, frozen=True):
    """How many nodes a cluster may have."""

    minimum_node_count: int
    maximum_node_count: int | None
    idle_seconds_before_scaledown: int


class AmlComputeStatus(Struct, frozen=True):
    """What a cluster does: always steady, on this machine."""

    allocation_state: str
    current_node_count: int
    target_node_count: int
    vm_size: str
    vm_priority: str
    scale_settings: ScaleSettings
    provisioning_state: str = "Succeeded"
    errors: None = None

    def serialize(self) -> dict[str, object]:
        """All of it as plain values, under v1's keys."""
        return {
            "allocationState": self.allocation_state,
            "currentNodeCount": self.current_node_count,
            "targetNodeCount": self.target_node_count,
            "vmSize": self.vm_size,
            "vmPriority": self.vm_priority,
            "scaleSettings": asdict(self.scale_settings),
            "provisioningState": self.provisioning_state,
            "errors": self.errors,
        }


class ComputeTarget:
    """A compute target that was made before: ``ComputeTarget(workspace, name)`` is an AmlCompute.

    Args:
        workspace: Whose.
        name: Which.

    Raises:
        ComputeTargetException: There is none of that name.
    """

    _compute_type = "AmlCompute"

    def __new__(cls, workspace: Workspace, name: str) -> ComputeTarget:  # noqa: PYI034 - a subclass, chosen here
        """An object of the class that fits the recorded type."""
        if cls is not ComputeTarget:
            return super().__new__(cls)
        record = registry.find_named(workspace.home, workspace.name, _KIND, name)
        return super().__new__(_class_of(record))

    def __init__(self, workspace: Workspace, name: str) -> None:
        record = registry.find_named(workspace.home, workspace.name, _KIND, name)
        if record is None:
            known = ", ".join(r.name for r in registry.newest_named(workspace.home, workspace.name, _KIND))
            message = (
                f"Workspace {workspace.name!r} has no compute target {name!r} (it has: {known or 'none'}). "
                "Make it with ComputeTarget.create(workspace, name, AmlCompute.provisioning_configuration(...))."
            )
            raise ComputeTargetException(message)
        if not isinstance(self, _class_of(record)):
            message = (
                f"Compute target {name!r} is no {type(self).__name__}: get it with ComputeTarget(workspace, {name!r})."
            )
            raise ComputeTargetException(message)
        self._read(workspace, record)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(workspace={self.workspace!r}, name={self.name!r}, type={self.type!r})"

    @staticmethod
    def create(workspace: Workspace, name: str, provisioning_configuration: object) -> ComputeTarget:
        """Make a compute target, or change the one of that name.

        Raises:
            ComputeTargetException: The name breaks a rule, or the configuration is none.
            UserErrorException: The name has a meaning of its own (``local`` …).
        """
        from hyperstep.azureml_v1.core.compute_instance import ComputeInstanceProvisioningConfiguration  # noqa: PLC0415

        check_compute_name(name)
        kinds: dict[type, str] = {
            AmlComputeProvisioningConfiguration: "AmlCompute",
            ComputeInstanceProvisioningConfiguration: "ComputeInstance",
        }
        kind = kinds.get(type(provisioning_configuration))
        if kind is None:
            message = (
                "A compute target is made from AmlCompute.provisioning_configuration(...). Received: an object of type "
                f"{type(provisioning_configuration).__name__}."
            )
            raise ComputeTargetException(message)
        body = {"type": kind, **asdict(provisioning_configuration)}  # type: ignore[arg-type] # one of the two
        registry.put_named(workspace.home, workspace.name, _KIND, name, body)
        return ComputeTarget(workspace, name)

    @staticmethod
    def attach(workspace: Workspace, name: str, attach_configuration: object) -> ComputeTarget:
        """Refused: other machines are not reached.

        Raises:
            ComputeTargetException: Always.
        """
        del workspace, attach_configuration
        message = (
            f"Jobs run on this machine, so {name!r} cannot be attached. Make a target with ComputeTarget.create("
            "workspace, name, AmlCompute.provisioning_configuration(...)), or use the target 'local'."
        )
        raise ComputeTargetException(message)

    @staticmethod
    def deserialize(workspace: Workspace, object_dict: Mapping[str, object]) -> ComputeTarget:
        """The compute target that ``serialize`` described.

        Raises:
            ComputeTargetException: The workspace has none of that name, or the dict has no name.
        """
        if not isinstance(object_dict.get("name"), str):
            message = (
                f"A compute target is found by the key 'name' of the dict. Received the keys: {list(object_dict)}."
            )
            raise ComputeTargetException(message)
        return ComputeTarget(workspace, str(object_dict["name"]))

    @staticmethod
    def list(workspace: Workspace) -> builtins.list[ComputeTarget]:
        """All compute targets of a workspace, by name."""
        records = registry.newest_named(workspace.home, workspace.name, _KIND)
        return [ComputeTarget(workspace, record.name) for record in records]

    @property
    def provisioning_state(self) -> str:
        """Always ``Succeeded``."""
        return "Succeeded"

    def refresh_state(self) -> None:
        """Read again what is recorded."""
        self.__init__(self.workspace, self.name)  # type: ignore[misc] # the same look-up

    def wait_for_completion(self, show_output: bool = False, is_delete_operation: bool = False) -> None:
        """Return at once: there is nothing to wait for."""
        del is_delete_operation
        if show_output:
            sys.stdout.write(f"{self._ready_line()}\n")

    def get_status(self) -> AmlComputeStatus:
        """What it does."""
        return self.status

    @property
    def status(self) -> AmlComputeStatus:
        """What it does."""
        settings = self.scale_settings
        nodes = settings.minimum_node_count
        return AmlComputeStatus("Steady", nodes, nodes, self.vm_size, self.vm_priority, settings)

    def delete(self) -> None:
        """Forget it."""
        registry.refuse_in_job("Deleting a compute target")
        self.workspace.home.store.remove_named(self.workspace.name, _KIND, self.name)

    def detach(self) -> None:
        """Forget it."""
        self.delete()

    def serialize(self) -> dict[str, object]:
        """All of it as plain values."""
        return {
            "name": self.name,
            "type": self.type,
            "location": self.location,
            "description": self.description,
            "provisioningState": self.provisioning_state,
            "properties": self.status.serialize(),
        }

    def _read(self, workspace: Workspace, record: NamedRecord) -> None:
        body = record.body
        self.workspace = workspace
        self.name = record.name
        self.type = self._compute_type
        self.location = workspace.location
        self.description = str(body.get("description", ""))
        self.vm_size = str(body.get("vm_size", ""))
        self.vm_priority = str(body.get("vm_priority", "dedicated"))
        self.scale_settings = _scale_settings(body)

    def _ready_line(self) -> str:
        nodes = self.scale_settings.maximum_node_count
        bound = "as many processes at a time as there are slots" if nodes is None else f"at most {nodes} at a time"
        return f"Compute target {self.name} is this machine: {bound}."


class AmlCompute(ComputeTarget):
    """A cluster in name: this machine, with a bound on how many processes run at one time.

    Args:
        workspace: Whose.
        name: Which.

    Raises:
        ComputeTargetException: There is none of that name.
    """

    @staticmethod
    def provisioning_configuration(
        vm_size: str = "",
        vm_priority: str = "dedicated",
        min_nodes: int = 0,
        max_nodes: int | None = None,
        idle_seconds_before_scaledown: int = 1800,
        admin_username: str | None = None,
        admin_user_password: str | None = None,
        admin_user_ssh_key: str | None = None,
        vnet_resourcegroup_name: str | None = None,
        vnet_name: str | None = None,
        subnet_name: str | None = None,
        tags: Mapping[str, str] | None = None,
        description: str | None = None,
        remote_login_port_public_access: str = "NotSpecified",
        identity_type: str | None = None,
        identity_id: object = None,
        location: str | None = None,
        enable_node_public_ip: bool = True,
    ) -> AmlComputeProvisioningConfiguration:
        """What a cluster is to be; all but the sizes is accepted and without effect here.

        Raises:
            ComputeTargetException: A number of nodes is negative, or the least is above the most, or an unknown
                priority.
        """
        del admin_username, admin_user_password, admin_user_ssh_key, vnet_resourcegroup_name, vnet_name, subnet_name
        del tags, remote_login_port_public_access, identity_type, identity_id, enable_node_public_ip
        _check_nodes(min_nodes, max_nodes)
        if vm_priority not in _PRIORITIES:
            message = f"vm_priority is one of {', '.join(_PRIORITIES)}. Received: {vm_priority!r}."
            raise ComputeTargetException(message)
        return AmlComputeProvisioningConfiguration(
            vm_size=vm_size,
            vm_priority=vm_priority,
            min_nodes=min_nodes,
            max_nodes=max_nodes,
            idle_seconds_before_scaledown=idle_seconds_before_scaledown,
            description=description or "",
            location=location or "local",
        )

    def wait_for_completion(  # type: ignore[override] # v1 puts two arguments between
        self,
        show_output: bool = False,
        min_node_count: int | None = None,
        timeout_in_minutes: float | None = 25,
        is_delete_operation: bool = False,
    ) -> None:
        """Return at once: there is nothing to wait for."""
        del min_node_count, timeout_in_minutes
        super().wait_for_completion(show_output, is_delete_operation)

    def get(self) -> dict[str, object]:
        """All of it as plain values, under v1's keys."""
        return self.serialize()

    def list_nodes(self) -> builtins.list[dict[str, object]]:
        """Always empty: there are no nodes beside this machine."""
        return []

    def get_active_runs(
        self,
        type: str | None = None,  # noqa: A002 - the v1 signature
        tags: Filter = None,
        properties: Filter = None,
        status: str | None = None,
    ) -> Iterator[Run]:
        """The runs that were submitted to it and have not ended, newest first."""
        return active_runs(self, type, tags, properties, status)

    def add_identity(self, identity_type: str, identity_id: object = None) -> None:
        """Accepted and without effect: nothing signs in here."""

    def remove_identity(self, identity_id: object = None) -> None:
        """Accepted and without effect: nothing signs in here."""

    @staticmethod
    def supported_vmsizes(workspace: Workspace, location: str | None = None) -> builtins.list[dict[str, object]]:
        """One entry: this machine's cores and memory."""
        from hyperstep.azureml_v1.core.compute_machine import machine_sizes  # noqa: PLC0415 - rare

        del workspace, location
        return machine_sizes()

    @staticmethod
    def list_usages(
        workspace: Workspace, show_all: bool = False, location: str | None = None
    ) -> builtins.list[dict[str, object]]:
        """Always empty: nothing is metered."""
        del workspace, show_all, location
        return []

    @staticmethod
    def list_quotas(workspace: Workspace, location: str | None = None) -> builtins.list[dict[str, object]]:
        """Always empty: nothing is limited."""
        del workspace, location
        return []

    @staticmethod
    def update_quotas(
        workspace: Workspace, vm_family: object, limit: int | None = None, location: str | None = None
    ) -> None:
        """Refused.

        Raises:
            UserErrorException: Always.
        """
        del workspace, vm_family, limit, location
        what = "AmlCompute.update_quotas()"
        raise refused(what, "Set how many processes run at one time with HYPERSTEP_SLOTS.")

    def update(
        self,
        min_nodes: int | None = None,
        max_nodes: int | None = None,
        idle_seconds_before_scaledown: int | None = None,
    ) -> None:
        """Change its sizes.

        Raises:
            ComputeTargetException: A number of nodes is negative, or the least is above the most.
        """
        settings = self.scale_settings
        configuration = AmlCompute.provisioning_configuration(
            self.vm_size,
            self.vm_priority,
            settings.minimum_node_count if min_nodes is None else min_nodes,
            settings.maximum_node_count if max_nodes is None else max_nodes,
            idle_seconds_before_scaledown or settings.idle_seconds_before_scaledown,
            description=self.description,
        )
        ComputeTarget.create(self.workspace, self.name, configuration)
        self.refresh_state()


def active_runs(
    target: ComputeTarget, kind: str | None, tags: Filter, properties: Filter, status: str | None
) -> Iterator[Run]:
    """The runs that were submitted to a target and have not ended, newest first."""
    from hyperstep.azureml_v1.core.run_factory import list_runs_on  # noqa: PLC0415 - it knows us

    found = list_runs_on(target, kind=kind, tags=tags, properties=properties, status=status)
    return (run for run in found if run.status not in _ENDED)


def _class_of(record: NamedRecord | None) -> type[ComputeTarget]:
    if record is not None and record.body.get("type") == "ComputeInstance":
        from hyperstep.azureml_v1.core.compute_instance import ComputeInstance  # noqa: PLC0415 - it knows us

        return ComputeInstance
    return AmlCompute


def target_name(target: object) -> str:
    """Name of a compute target given as an object or by name; ``local`` for None."""
    return str(getattr(target, "name", target) or "local")


def max_nodes_of(workspace: Workspace, target: object) -> int | None:
    """Most processes at one time that a target admits; None for no bound, and for ``local`` and unknown names."""
    record = registry.find_named(workspace.home, workspace.name, _KIND, target_name(target))
    return _scale_settings(record.body).maximum_node_count if record else None


def _scale_settings(body: Mapping[str, object]) -> ScaleSettings:
    most = body.get("max_nodes")
    return ScaleSettings(
        int(str(body.get("min_nodes", 0))),
        None if most is None else int(str(most)),
        int(str(body.get("idle_seconds_before_scaledown", 1800))),
    )


def _check_nodes(least: object, most: object) -> None:
    valid = isinstance(least, int) and least >= 0
    if not valid or not (most is None or (isinstance(most, int) and most >= max(1, int(str(least))))):
        message = (
            "min_nodes must be at least 0, and max_nodes at least 1 and not below min_nodes. "
            f"Received: min_nodes={least!r}, max_nodes={most!r}."
        )
        raise ComputeTargetException(message)
