"""The names of ``azureml.data.data_reference``."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "DataReference": "hyperstep.azureml_v1.data.data_reference",
    },
)
