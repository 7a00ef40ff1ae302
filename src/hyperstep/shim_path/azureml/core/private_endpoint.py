"""The names of ``azureml.core.private_endpoint``."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "PrivateEndPoint": "hyperstep.azureml_v1.core.linked_service",
        "PrivateEndPointConfig": "hyperstep.azureml_v1.core.linked_service",
    },
)
