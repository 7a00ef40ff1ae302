"""The names of ``azureml.data.dataset_consumption_config``."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "DatasetConsumptionConfig": "hyperstep.azureml_v1.data.dataset_consumption_config",
    },
)
