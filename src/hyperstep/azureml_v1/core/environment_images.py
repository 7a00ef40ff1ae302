"""What is known of an environment's image, and of its building: here a virtual environment stands in its place."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hyperstep.runtime.environments.build import build_environment

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.environment import Environment
    from hyperstep.azureml_v1.core.workspace import Workspace


class DockerImageDetails(dict[str, Any]):
    """What is known of an image.

    Args:
        *args: As for a dict.
        **kwargs: As for a dict.
    """

    @property
    def dockerfile(self) -> str | None:
        """What it would be made from."""
        return self.get("dockerfile")

    @property
    def environment_path(self) -> str | None:
        """Where the packages lie."""
        return self._part("pythonEnvironment", "environmentPath")

    @property
    def image(self) -> str | None:
        """Its name."""
        return self._part("dockerImage", "name")

    @property
    def image_exist(self) -> bool:
        """Whether there is such an image: never."""
        return bool(self.get("imageExistsInRegistry"))

    @property
    def interpreter_path(self) -> str | None:
        """The interpreter that jobs run with."""
        return self._part("pythonEnvironment", "interpreterPath")

    @property
    def registry(self) -> Any:  # noqa: ANN401 - a dict or None
        """Where it would come from."""
        return self.get("dockerImage", {}).get("registry")

    @property
    def repository(self) -> str | None:
        """Its name without the registry."""
        return self.image

    def _part(self, group: str, key: str) -> str | None:
        value = self.get(group, {}).get(key)
        return None if value is None else str(value)


class ImageBuildDetails:
    """The building of an environment, which has ended when this is made.

    Args:
        environment_client: Accepted and not used.
        location: Path of the interpreter that was built; empty when the environment asks for nothing.
    """

    def __init__(self, environment_client: object, location: str) -> None:
        del environment_client
        self._location = location

    def __repr__(self) -> str:
        return f"ImageBuildDetails(status={self.status!r}, python={self._location or sys.executable!r})"

    @property
    def status(self) -> str:
        """Always ``Succeeded``: a build that fails raises."""
        return "Succeeded"

    def get_log(self) -> str:
        """What pip said; empty when there was nothing to build."""
        if not self._location:
            return ""
        return (Path(self._location).parents[2] / "build.log").read_text(encoding="utf-8", errors="replace")

    def wait_for_completion(self, show_output: bool = True) -> ImageBuildDetails:
        """Return at once.

        Args:
            show_output: Print what pip said.
        """
        if show_output:
            sys.stdout.write(self.get_log())
        return self


def build(environment: Environment, workspace: Workspace) -> ImageBuildDetails:
    """Build a virtual environment of the packages that are asked for, in the home; an equal one is taken as it is.

    Raises:
        LaunchError: It could not be built; the message has the path of the log.
    """
    return ImageBuildDetails(None, build_environment(workspace.home.path / "environments", environment.definition()))


def image_details(environment: Environment) -> DockerImageDetails:
    """What is known of the image that an environment names."""
    docker = environment.docker
    return DockerImageDetails(
        imageExistsInRegistry=False,
        dockerfile=docker.base_dockerfile,
        dockerImage={"name": docker.base_image, "registry": {"address": docker.base_image_registry.address}},
        pythonEnvironment={"interpreterPath": sys.executable, "environmentPath": sys.prefix},
    )
