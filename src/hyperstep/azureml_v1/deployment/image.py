"""Image and ContainerImage, the oldest way to deploy: configurations are kept, building one is refused."""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Never

from hyperstep.azureml_v1.deployment.refusal import refuse
from hyperstep.azureml_v1.exceptions import WebserviceException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.model import Model
    from hyperstep.azureml_v1.core.workspace import Workspace

_NOT_FOUND = 404


@dataclass
class ContainerImageConfig:
    """How an image would be built; kept."""

    execution_script: str
    runtime: str
    conda_file: str | None = None
    docker_file: str | None = None
    schema_file: str | None = None
    dependencies: Sequence[str] | None = None
    enable_gpu: bool | None = None
    tags: Mapping[str, str] | None = None
    properties: Mapping[str, str] | None = None
    description: str | None = None
    base_image: str | None = None
    base_image_registry: object = None
    cuda_version: str | None = None


class Image:
    """A built image. There is none in a local workspace, so looking one up says so.

    Args:
        workspace: Whose.
        name: Its name.
        id: Its id.
        tags: Only one with these.
        properties: Only one with these.
        version: This version.

    Raises:
        WebserviceException: Always ("ImageNotFound").
    """

    def __init__(
        self,
        workspace: Workspace,
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - the v1 signature
        tags: Sequence[Any] | None = None,
        properties: Sequence[Any] | None = None,
        version: str | None = None,
    ) -> None:
        del tags, properties, version
        message = f"ImageNotFound: workspace {workspace.name!r} has no image {name or id!r}: no image is built here."
        raise WebserviceException(message, status_code=_NOT_FOUND)

    @staticmethod
    def create(workspace: Workspace, name: str, models: Sequence[Model], image_config: object) -> Never:
        """Refused: no image is built here.

        Raises:
            WebserviceException: Always; it says what to do instead.
        """
        del workspace, image_config
        refuse(f"Building the image {name!r}", models)

    @staticmethod
    def list(
        workspace: Workspace,  # noqa: ARG004 - v1's signature, here and below
        image_name: str | None = None,  # noqa: ARG004
        model_name: str | None = None,  # noqa: ARG004
        model_id: str | None = None,  # noqa: ARG004
        tags: Sequence[Any] | None = None,  # noqa: ARG004
        properties: Sequence[Any] | None = None,  # noqa: ARG004
    ) -> builtins.list[Image]:
        """The images of a workspace: none."""
        return []


class ContainerImage(Image):
    """An image of a container."""

    @staticmethod
    def image_configuration(
        execution_script: str,
        runtime: str,
        conda_file: str | None = None,
        docker_file: str | None = None,
        schema_file: str | None = None,
        dependencies: Sequence[str] | None = None,
        enable_gpu: bool | None = None,
        tags: Mapping[str, str] | None = None,
        properties: Mapping[str, str] | None = None,
        description: str | None = None,
        base_image: str | None = None,
        base_image_registry: object = None,
        cuda_version: str | None = None,
    ) -> ContainerImageConfig:
        """How an image would be built; kept."""
        return ContainerImageConfig(**locals())
