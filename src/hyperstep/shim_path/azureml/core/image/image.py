"""The base class of images."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "Image": "hyperstep.azureml_v1.deployment.image",
    },
)
