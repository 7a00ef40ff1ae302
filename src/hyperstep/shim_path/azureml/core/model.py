"""The names of ``azureml.core.model``."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "InferenceConfig": "hyperstep.azureml_v1.deployment.inference_config",
        "Model": "hyperstep.azureml_v1.core.model",
        "ModelNotFoundException": "hyperstep.azureml_v1.exceptions",
        "WebserviceException": "hyperstep.azureml_v1.exceptions",
    },
)
