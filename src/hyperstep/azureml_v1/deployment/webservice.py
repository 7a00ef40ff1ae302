"""Webservice and its kinds: none exists here, so whatever would reach one is refused with what to do instead."""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Never

from hyperstep.azureml_v1.deployment.deployed_service import DeployedService
from hyperstep.azureml_v1.deployment.deployment_configuration import DeploymentConfiguration
from hyperstep.azureml_v1.deployment.refusal import refuse
from hyperstep.azureml_v1.exceptions import WebserviceException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.model import Model
    from hyperstep.azureml_v1.core.workspace import Workspace

_NOT_FOUND = 404


class Webservice(DeployedService):
    """A deployed service. There is none in a local workspace, so looking one up says so.

    Args:
        workspace: Whose.
        name: Its name.

    Raises:
        WebserviceException: Always ("WebserviceNotFound").
    """

    def __init__(self, workspace: Workspace, name: str) -> None:
        message = (
            f"WebserviceNotFound: workspace {workspace.name!r} has no service {name!r}: hyperstep runs locally and "
            "reaches no service. Models are there: Model.list(workspace)."
        )
        raise WebserviceException(message, status_code=_NOT_FOUND)

    @staticmethod
    def list(
        workspace: Workspace,  # noqa: ARG004 - v1's signature, here and below
        compute_type: str | None = None,  # noqa: ARG004
        image_name: str | None = None,  # noqa: ARG004
        image_id: str | None = None,  # noqa: ARG004
        model_name: str | None = None,  # noqa: ARG004
        model_id: str | None = None,  # noqa: ARG004
        tags: Sequence[Any] | None = None,  # noqa: ARG004
        properties: Sequence[Any] | None = None,  # noqa: ARG004
        image_digest: str | None = None,  # noqa: ARG004
    ) -> builtins.list[Webservice]:
        """The services of a workspace: none."""
        return []

    @staticmethod
    def deploy(
        workspace: Workspace,  # noqa: ARG004
        name: str,
        model_paths: Sequence[str],  # noqa: ARG004
        image_config: object,  # noqa: ARG004
        deployment_config: object = None,  # noqa: ARG004
        deployment_target: object = None,  # noqa: ARG004
        overwrite: bool = False,  # noqa: ARG004
    ) -> Never:
        """Refused: no service is reached from here.

        Raises:
            WebserviceException: Always; it says what to do instead.
        """
        refuse(f"Deploying the service {name!r}")

    @staticmethod
    def deploy_from_model(
        workspace: Workspace,  # noqa: ARG004
        name: str,
        models: Sequence[Model],
        image_config: object,  # noqa: ARG004
        deployment_config: object = None,  # noqa: ARG004
        deployment_target: object = None,  # noqa: ARG004
        overwrite: bool = False,  # noqa: ARG004
    ) -> Never:
        """Refused: no service is reached from here.

        Raises:
            WebserviceException: Always; it says what to do instead.
        """
        refuse(f"Deploying the service {name!r}", models)

    @staticmethod
    def deploy_from_image(
        workspace: Workspace,  # noqa: ARG004
        name: str,
        image: object,  # noqa: ARG004
        deployment_config: object = None,  # noqa: ARG004
        deployment_target: object = None,  # noqa: ARG004
        overwrite: bool = False,  # noqa: ARG004
    ) -> Never:
        """Refused: no service is reached from here.

        Raises:
            WebserviceException: Always; it says what to do instead.
        """
        refuse(f"Deploying the service {name!r}")


class AciWebservice(Webservice):
    """A service on container instances."""

    @staticmethod
    def deploy_configuration(
        cpu_cores: float | None = None,
        memory_gb: float | None = None,
        tags: Mapping[str, str] | None = None,
        properties: Mapping[str, str] | None = None,
        description: str | None = None,
        location: str | None = None,
        auth_enabled: bool | None = None,
        ssl_enabled: bool | None = None,
        enable_app_insights: bool | None = None,
        ssl_cert_pem_file: str | None = None,
        ssl_key_pem_file: str | None = None,
        ssl_cname: str | None = None,
        dns_name_label: str | None = None,
        primary_key: str | None = None,
        secondary_key: str | None = None,
        collect_model_data: bool | None = None,
        cmk_vault_base_url: str | None = None,
        cmk_key_name: str | None = None,
        cmk_key_version: str | None = None,
        vnet_name: str | None = None,
        subnet_name: str | None = None,
    ) -> DeploymentConfiguration:
        """How it would be deployed; kept.

        Raises:
            WebserviceException: A number is not above zero.
        """
        return DeploymentConfiguration(AciWebservice, locals())


class AksWebservice(Webservice):
    """A service on a Kubernetes cluster."""

    @staticmethod
    def deploy_configuration(
        autoscale_enabled: bool | None = None,
        autoscale_min_replicas: int | None = None,
        autoscale_max_replicas: int | None = None,
        autoscale_refresh_seconds: int | None = None,
        autoscale_target_utilization: int | None = None,
        collect_model_data: bool | None = None,
        auth_enabled: bool | None = None,
        cpu_cores: float | None = None,
        memory_gb: float | None = None,
        enable_app_insights: bool | None = None,
        scoring_timeout_ms: int | None = None,
        replica_max_concurrent_requests: int | None = None,
        max_request_wait_time: int | None = None,
        num_replicas: int | None = None,
        primary_key: str | None = None,
        secondary_key: str | None = None,
        tags: Mapping[str, str] | None = None,
        properties: Mapping[str, str] | None = None,
        description: str | None = None,
        gpu_cores: int | None = None,
        period_seconds: int | None = None,
        initial_delay_seconds: int | None = None,
        timeout_seconds: int | None = None,
        success_threshold: int | None = None,
        failure_threshold: int | None = None,
        namespace: str | None = None,
        token_auth_enabled: bool | None = None,
        compute_target_name: str | None = None,
        cpu_cores_limit: float | None = None,
        memory_gb_limit: float | None = None,
        blobfuse_enabled: bool | None = None,
    ) -> DeploymentConfiguration:
        """How it would be deployed; kept.

        Raises:
            WebserviceException: A number is not above zero.
        """
        return DeploymentConfiguration(AksWebservice, locals())


class LocalWebservice(Webservice):
    """A service in a container on this machine. It is not built here either."""

    @staticmethod
    def deploy_configuration(port: int | None = None) -> DeploymentConfiguration:
        """How it would be deployed; kept.

        Raises:
            WebserviceException: The port is not above zero.
        """
        return DeploymentConfiguration(LocalWebservice, locals())
