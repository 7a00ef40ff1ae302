"""The names of ``azureml.data``."""

from __future__ import annotations

from hyperstep.azureml_v1.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "DataType": "hyperstep.azureml_v1.data.data_type",
        "FileDataset": "hyperstep.azureml_v1.data.file_dataset",
        "TabularDataset": "hyperstep.azureml_v1.data.tabular_dataset",
    },
)
