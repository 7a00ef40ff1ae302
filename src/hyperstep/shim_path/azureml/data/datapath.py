"""The names of ``azureml.data.datapath``."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "DataPath": "hyperstep.azureml_v1.data.datapath",
        "DataPathComputeBinding": "hyperstep.azureml_v1.data.datapath",
    },
)
