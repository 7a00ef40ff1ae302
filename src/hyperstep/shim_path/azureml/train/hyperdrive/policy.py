"""When to stop a trial early."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "BanditPolicy": "hyperstep.azureml_v1.train.policies",
        "EarlyTerminationPolicy": "hyperstep.azureml_v1.train.policies",
        "MedianStoppingPolicy": "hyperstep.azureml_v1.train.policies",
        "NoTerminationPolicy": "hyperstep.azureml_v1.train.policies",
        "TruncationSelectionPolicy": "hyperstep.azureml_v1.train.policies",
    },
)
