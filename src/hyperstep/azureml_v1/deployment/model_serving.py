"""What v1's Model does towards services: all of it is refused here, with what to do instead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Never

from hyperstep.azureml_v1.deployment.refusal import refuse

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.model import Model
    from hyperstep.azureml_v1.core.workspace import Workspace


class ModelServing:
    """The part of Model that would reach a service."""

    @staticmethod
    def print_configuration(
        models: Sequence[Model], inference_config: object, deployment_config: object, deployment_target: object
    ) -> None:
        """Print what would be deployed."""
        print("Models:", ", ".join(model.id for model in models) or "none")  # noqa: T201 - what it is for
        named = {"Inference": inference_config, "Deployment": deployment_config, "Target": deployment_target}
        for name, value in named.items():
            print(f"{name}: {value!r}")  # noqa: T201

    @staticmethod
    def deploy(
        workspace: Workspace,  # noqa: ARG004 - v1's signature, here and below
        name: str,
        models: Sequence[Model],
        inference_config: object = None,  # noqa: ARG004
        deployment_config: object = None,  # noqa: ARG004
        deployment_target: object = None,  # noqa: ARG004
        overwrite: bool = False,  # noqa: ARG004
        show_output: bool = False,  # noqa: ARG004
    ) -> Never:
        """Refused: no service is reached from here.

        Raises:
            WebserviceException: Always; it says what to do instead.
        """
        refuse(f"Deploying the service {name!r}", models)

    @staticmethod
    def package(
        workspace: Workspace,  # noqa: ARG004
        models: Sequence[Model],
        inference_config: object = None,  # noqa: ARG004
        generate_dockerfile: bool = False,  # noqa: ARG004
        image_name: str | None = None,
        image_label: str | None = None,  # noqa: ARG004
    ) -> Never:
        """Refused: no image is built here.

        Raises:
            WebserviceException: Always; it says what to do instead.
        """
        refuse(f"Building the image {image_name or 'of a model'!r}", models)

    @staticmethod
    def profile(
        workspace: Workspace,  # noqa: ARG004
        profile_name: str,
        models: Sequence[Model],
        inference_config: object,  # noqa: ARG004
        input_dataset: object,  # noqa: ARG004
        cpu: float | None = None,  # noqa: ARG004
        memory_in_gb: float | None = None,  # noqa: ARG004
        description: str | None = None,  # noqa: ARG004
    ) -> Never:
        """Refused: no service is measured here.

        Raises:
            WebserviceException: Always; it says what to do instead.
        """
        refuse(f"The profile {profile_name!r}", models)
