"""Linked services and private endpoints of a workspace: they can be named, and reaching for one is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hyperstep.azureml_v1.core.refusals import refused

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace

_SPARK = "Run the step as a PythonScriptStep on this machine."
_NETWORK = "Leave it out: a workspace here is a folder on this machine."


class LinkedServiceConfiguration:
    """What is to be linked.

    Args:
        linked_service_type: Its kind.
    """

    def __init__(self, linked_service_type: str = "Synapse") -> None:
        self.type = linked_service_type


class SynapseWorkspaceLinkedServiceConfiguration(LinkedServiceConfiguration):
    """Names a Synapse workspace.

    Args:
        subscription_id: Kept.
        resource_group: Kept.
        name: Kept.
    """

    def __init__(self, subscription_id: str, resource_group: str, name: str) -> None:
        super().__init__("Synapse")
        self.subscription_id = subscription_id
        self.resource_group = resource_group
        self.name = name


class LinkedService:
    """A service linked to a workspace.

    Args:
        workspace: Whose.
        name: Its name.
        type: Its kind.
        linked_service_resource_id: Kept.
        system_assigned_identity_principal_id: Kept.
    """

    def __init__(
        self,
        workspace: Workspace,
        name: str,
        type: str,  # noqa: A002 - the v1 signature
        linked_service_resource_id: str,
        system_assigned_identity_principal_id: str,
    ) -> None:
        self._workspace = workspace
        self._values = (name, type, linked_service_resource_id, system_assigned_identity_principal_id)

    def __repr__(self) -> str:
        return f"LinkedService(name={self.name!r}, type={self.type!r})"

    @staticmethod
    def register(workspace: Workspace, name: str, linked_service_config: LinkedServiceConfiguration) -> LinkedService:
        """Refused.

        Raises:
            UserErrorException: Always.
        """
        del workspace, linked_service_config
        what = f"LinkedService.register({name!r})"
        raise refused(what, _SPARK)

    @staticmethod
    def get(workspace: Workspace, name: str) -> LinkedService:
        """Refused: a workspace here has none.

        Raises:
            UserErrorException: Always.
        """
        del workspace
        what = f"LinkedService.get({name!r})"
        raise refused(what, _SPARK)

    @staticmethod
    def list(workspace: Workspace) -> list[LinkedService]:
        """Always empty."""
        del workspace
        return []

    def unregister(self) -> None:
        """Refused.

        Raises:
            UserErrorException: Always.
        """
        what = "LinkedService.unregister()"
        raise refused(what, _SPARK)

    @property
    def name(self) -> str:
        """Its name."""
        return self._values[0]

    @property
    def type(self) -> str:
        """Its kind."""
        return self._values[1]

    @property
    def linked_service_resource_id(self) -> str:
        """As given."""
        return self._values[2]

    @property
    def system_assigned_identity_principal_id(self) -> str:
        """As given."""
        return self._values[3]


class PrivateEndPointConfig:
    """What a private endpoint is to be.

    Args:
        name: Kept.
        vnet_name: Kept.
        vnet_subnet_name: Kept.
        vnet_subscription_id: Kept.
        vnet_resource_group: Kept.
    """

    def __init__(
        self,
        name: str,
        vnet_name: str,
        vnet_subnet_name: str | None = None,
        vnet_subscription_id: str | None = None,
        vnet_resource_group: str | None = None,
    ) -> None:
        self.name = name
        self.vnet_name = vnet_name
        self.vnet_subnet_name = vnet_subnet_name
        self.vnet_subscription_id = vnet_subscription_id
        self.vnet_resource_group = vnet_resource_group


class PrivateEndPoint:
    """A private endpoint.

    Args:
        private_endpoint_connection_resource_id: Kept.
        private_endpoint_resource_id: Kept.
    """

    def __init__(
        self,
        private_endpoint_connection_resource_id: str | None = None,
        private_endpoint_resource_id: str | None = None,
    ) -> None:
        self.private_endpoint_connection_resource_id = private_endpoint_connection_resource_id
        self.private_endpoint_resource_id = private_endpoint_resource_id

    def get_details(self, auth: object = None) -> dict[str, object]:
        """Refused.

        Raises:
            UserErrorException: Always.
        """
        del auth
        what = "PrivateEndPoint.get_details()"
        raise refused(what, _NETWORK)

    def delete(self, auth: object = None) -> None:
        """Refused.

        Raises:
            UserErrorException: Always.
        """
        del auth
        what = "PrivateEndPoint.delete()"
        raise refused(what, _NETWORK)
