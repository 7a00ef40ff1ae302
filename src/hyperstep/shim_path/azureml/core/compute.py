"""The names of ``azureml.core.compute``."""

from __future__ import annotations

from hyperstep.azureml_v1.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "AmlCompute": "hyperstep.azureml_v1.core.compute",
        "ComputeInstance": "hyperstep.azureml_v1.core.compute_instance",
        "ComputeTarget": "hyperstep.azureml_v1.core.compute",
    },
)
