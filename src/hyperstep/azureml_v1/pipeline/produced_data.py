"""What of a step's inputs another step of the pipeline writes, whatever it is wrapped in."""

from __future__ import annotations

from typing import Any

from hyperstep.azureml_v1.data.dataset_consumption_config import DatasetConsumptionConfig
from hyperstep.azureml_v1.data.output_dataset_config import OutputDatasetConfig
from hyperstep.azureml_v1.pipeline.bindings import InputPortBinding, OutputPortBinding
from hyperstep.azureml_v1.pipeline.pipeline_data import PipelineData
from hyperstep.azureml_v1.pipeline.pipeline_dataset import PipelineDataset
from hyperstep.azureml_v1.pipeline.pipeline_output_dataset import PipelineOutputAbstractDataset
from hyperstep.digest import Json

Produced = PipelineData | OutputPortBinding | OutputDatasetConfig


def produced(port: object) -> Produced | None:
    """The output that a port, or what is bound to it, reads; None for data from outside the pipeline."""
    data = port.bind_object if isinstance(port, InputPortBinding) else port
    if isinstance(data, PipelineOutputAbstractDataset):
        return data._pipeline_data  # noqa: SLF001 - one area
    if isinstance(data, DatasetConsumptionConfig):
        return data.dataset if isinstance(data.dataset, OutputDatasetConfig) else None
    return data if isinstance(data, PipelineData | OutputPortBinding | OutputDatasetConfig) else None


def read_as_dataset(data: object) -> tuple[str, dict[str, Json]] | None:
    """Under which name a script finds an output that it reads as a dataset, and what its files are taken for.

    None for an output that is read as plain data.
    """
    if isinstance(data, PipelineOutputAbstractDataset):
        return data.input_name, data._meaning()  # noqa: SLF001 - one area
    if isinstance(data, DatasetConsumptionConfig) and isinstance(data.dataset, OutputDatasetConfig):
        return data.name, data.dataset._meaning()  # noqa: SLF001
    return None


def as_input(port: Any) -> Any:  # noqa: ANN401 - whatever is listed
    """What an output dataset, or a dataset in its oldest form, listed among inputs stands for; all else is itself."""
    if isinstance(port, PipelineDataset):
        return port.as_consumption()
    return port.as_input() if isinstance(port, OutputDatasetConfig) else port


def take_in_produced(item: Any, inputs: list[Any], outputs: list[Any]) -> Any:  # noqa: ANN401 - any argument
    """An argument that is an output read or written as a dataset; its port is added where neither list has it.

    Returns:
        What stands among the arguments: the item itself, or what its text is taken from.
    """
    if isinstance(item, PipelineOutputAbstractDataset):
        if any(item is port for port in outputs):
            return item._pipeline_data  # noqa: SLF001 - one area
        _add(item, inputs)
    elif isinstance(item, OutputDatasetConfig):
        for port in inputs:
            if isinstance(port, DatasetConsumptionConfig) and port.dataset is item:
                return port
        _add(item, outputs)
    return item


def _add(item: object, ports: list[Any]) -> None:
    if not any(item is port for port in ports):
        ports.append(item)
