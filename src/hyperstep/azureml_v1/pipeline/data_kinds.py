"""Which of the data area's objects may stand among a step's inputs and arguments."""

from __future__ import annotations

from typing import TypeGuard

from hyperstep.azureml_v1.data.abstract_dataset import AbstractDataset
from hyperstep.azureml_v1.data.data_reference import DataReference
from hyperstep.azureml_v1.data.datapath import DataPath, DataPathComputeBinding
from hyperstep.azureml_v1.data.dataset_consumption_config import DatasetConsumptionConfig

__all__ = ["DataReference", "DatasetConsumptionConfig", "is_data_path", "is_data_path_pair", "is_dataset"]

_PAIR = 2


def is_dataset(value: object) -> TypeGuard[AbstractDataset]:
    """Whether it is a bare file or tabular dataset."""
    return isinstance(value, AbstractDataset)


def is_data_path(value: object) -> TypeGuard[DataPath]:
    """Whether it is a path in a datastore."""
    return isinstance(value, DataPath)


def is_data_path_pair(value: object) -> TypeGuard[tuple[object, DataPathComputeBinding]]:
    """Whether it is a pair of a data path (or what stands for one) and how it is bound."""
    return isinstance(value, tuple) and len(value) == _PAIR and isinstance(value[1], DataPathComputeBinding)
