"""Estimators."""

from __future__ import annotations

from hyperstep.azureml_v1.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "Estimator": "hyperstep.azureml_v1.train.estimator",
        "Gloo": "hyperstep.azureml_v1.train.framework_estimators",
        "MMLBaseEstimator": "hyperstep.azureml_v1.train.estimator",
        "Mpi": "hyperstep.azureml_v1.train.framework_estimators",
        "Nccl": "hyperstep.azureml_v1.train.framework_estimators",
        "ParameterServer": "hyperstep.azureml_v1.train.framework_estimators",
    },
)
