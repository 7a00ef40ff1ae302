"""Linked services and private endpoints can be named; reaching for one is refused."""

from __future__ import annotations

import pytest

from hyperstep.azureml_v1.core.linked_service import (
    LinkedService,
    PrivateEndPoint,
    PrivateEndPointConfig,
    SynapseWorkspaceLinkedServiceConfiguration,
)
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.exceptions import UserErrorException


def test_a_linked_service_is_refused_when_it_is_reached_for(workspace: Workspace) -> None:
    configuration = SynapseWorkspaceLinkedServiceConfiguration("s", "g", "n")
    assert (configuration.type, configuration.name) == ("Synapse", "n")
    assert LinkedService.list(workspace) == []
    service = LinkedService(workspace, "n", "Synapse", "id", "principal")
    assert (service.name, service.type, service.linked_service_resource_id) == ("n", "Synapse", "id")
    assert service.system_assigned_identity_principal_id == "principal"
    for call in (
        lambda: LinkedService.register(workspace, "n", configuration),
        lambda: LinkedService.get(workspace, "n"),
        service.unregister,
    ):
        with pytest.raises(UserErrorException, match="without it"):
            call()


def test_a_private_endpoint_is_refused_when_it_is_reached_for() -> None:
    assert PrivateEndPointConfig("n", "v").vnet_name == "v"
    endpoint = PrivateEndPoint("a", "b")
    for call in (endpoint.get_details, endpoint.delete):
        with pytest.raises(UserErrorException, match="folder on this machine"):
            call()
