"""Estimators."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "Estimator": "hyperstep.azureml_v1.train.estimator",
        "Gloo": "hyperstep.azureml_v1.train.distributed_training",
        "MMLBaseEstimator": "hyperstep.azureml_v1.train.estimator",
        "MMLBaseEstimatorRunConfig": "hyperstep.azureml_v1.train.estimator_run_config",
        "Mpi": "hyperstep.azureml_v1.train.distributed_training",
        "Nccl": "hyperstep.azureml_v1.train.distributed_training",
        "ParameterServer": "hyperstep.azureml_v1.train.distributed_training",
    },
)
