"""The names of ``azureml.core.linked_service``."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "LinkedService": "hyperstep.azureml_v1.core.linked_service",
        "LinkedServiceConfiguration": "hyperstep.azureml_v1.core.linked_service",
        "SynapseWorkspaceLinkedServiceConfiguration": "hyperstep.azureml_v1.core.linked_service",
    },
)
