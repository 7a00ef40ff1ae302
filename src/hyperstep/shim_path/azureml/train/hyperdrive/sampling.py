"""What to try."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "BayesianParameterSampling": "hyperstep.azureml_v1.train.sampling",
        "GridParameterSampling": "hyperstep.azureml_v1.train.sampling",
        "HyperParameterSampling": "hyperstep.azureml_v1.train.sampling",
        "RandomParameterSampling": "hyperstep.azureml_v1.train.sampling",
    },
)
