"""Outputs that a job does not write but names: datasets that it links."""

from __future__ import annotations

from hyperstep.azureml_v1.data.output_dataset_config import OutputDatasetConfig


class LinkFileOutputDatasetConfig(OutputDatasetConfig):
    """A file dataset that a job names: ``run.output_datasets[name].link(dataset)``.

    Args:
        name: ASCII letters, digits, underscore; a random one without it.
    """

    def __init__(self, name: str | None = None) -> None:
        super().__init__("link", name)


class LinkTabularOutputDatasetConfig(OutputDatasetConfig):
    """A tabular dataset that a job names: ``run.output_datasets[name].link(dataset)``.

    Args:
        name: ASCII letters, digits, underscore; a random one without it.
    """

    def __init__(self, name: str | None = None) -> None:
        super().__init__("link", name)

    def _input_mode(self) -> str:
        return "direct"
