"""The names of ``azureml.data.dataset_factory``."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "DataType": "hyperstep.azureml_v1.data.data_type",
        "FileDatasetFactory": "hyperstep.azureml_v1.data.dataset_factory",
        "TabularDatasetFactory": "hyperstep.azureml_v1.data.tabular_factory",
    },
)
