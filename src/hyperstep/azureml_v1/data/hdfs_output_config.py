"""The output of a Spark job: named as in v1, and refused by every step."""

from __future__ import annotations

from typing import Any

from hyperstep.azureml_v1.data.dataset_paths import parse_target
from hyperstep.azureml_v1.data.output_dataset_config import OutputDatasetConfig, TransformationMixin


class HDFSOutputDatasetConfig(OutputDatasetConfig, TransformationMixin):
    """A folder that a Spark job writes: can be described, and is refused by every step.

    Args:
        name: ASCII letters, digits, underscore; a random one without it.
        destination: As for OutputFileDatasetConfig.
    """

    def __init__(self, name: str | None = None, destination: Any = None) -> None:  # noqa: ANN401 - see there
        super().__init__("hdfs", name)
        self.destination = None if destination is None else parse_target(destination)
