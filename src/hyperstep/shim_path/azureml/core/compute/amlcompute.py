"""Clusters, and what describes one."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "AmlCompute": "hyperstep.azureml_v1.core.compute",
        "AmlComputeProvisioningConfiguration": "hyperstep.azureml_v1.core.compute",
        "AmlComputeStatus": "hyperstep.azureml_v1.core.compute",
    },
)
