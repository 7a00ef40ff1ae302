"""InferenceConfig: how a model's service would answer. It holds its arguments."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.deployment.refusal import refuse
from hyperstep.azureml_v1.exceptions import WebserviceException

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.environment import Environment


class InferenceConfig:
    """How a model's service would answer: a script with ``init()`` and ``run(data)``, and its environment.

    Args:
        entry_script: The script; needed.
        runtime: ``python`` or ``spark-py``, in the older form without an environment.
        conda_file: Packages, in the older form.
        extra_docker_file_steps: Kept.
        source_directory: Folder of the script.
        enable_gpu: Kept.
        description: Kept.
        base_image: Kept.
        base_image_registry: Kept.
        cuda_version: Kept.
        environment: The environment, in the newer form.

    Raises:
        WebserviceException: There is no entry script, or it does not exist.
    """

    def __init__(
        self,
        entry_script: str | os.PathLike[str],
        runtime: str | None = None,
        conda_file: str | None = None,
        extra_docker_file_steps: str | None = None,
        source_directory: str | os.PathLike[str] | None = None,
        enable_gpu: bool | None = None,
        description: str | None = None,
        base_image: str | None = None,
        base_image_registry: object = None,
        cuda_version: str | None = None,
        environment: Environment | None = None,
    ) -> None:
        self.entry_script = _checked_script(entry_script, source_directory)
        self.runtime = runtime
        self.conda_file = conda_file
        self.extra_docker_file_steps = extra_docker_file_steps
        self.source_directory = None if source_directory is None else os.fspath(source_directory)
        self.enable_gpu = enable_gpu
        self.description = description
        self.base_image = base_image
        self.base_image_registry = base_image_registry
        self.cuda_version = cuda_version
        self.environment = environment

    def __repr__(self) -> str:
        return f"InferenceConfig(entry_script={self.entry_script!r}, source_directory={self.source_directory!r})"

    def validate_configuration(self) -> None:
        """See that the entry script still exists.

        Raises:
            WebserviceException: It does not.
        """
        _checked_script(self.entry_script, self.source_directory)

    def build_create_payload(self, workspace: Any, name: str, model_ids: list[str]) -> None:  # noqa: ANN401 - v1
        """Refused: no image is built here.

        Raises:
            WebserviceException: Always; it says what to do instead.
        """
        del workspace, model_ids
        refuse(f"Building an image for {name!r}")


def _checked_script(script: object, folder: str | os.PathLike[str] | None) -> str:
    if not isinstance(script, str | os.PathLike) or not os.fspath(script):
        message = f"An InferenceConfig needs an entry_script. Received: {script!r}."
        raise WebserviceException(message)
    path = os.path.join(folder or "", script)  # noqa: PTH118 - text as v1 keeps it
    if not os.path.isfile(path):  # noqa: PTH113
        message = f"The entry_script of an InferenceConfig is a file below its source_directory. Received: {path!r}."
        raise WebserviceException(message)
    return os.fspath(script)
