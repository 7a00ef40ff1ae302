"""Estimators of neural networks."""

from __future__ import annotations

from hyperstep.azureml_v1.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "Chainer": "hyperstep.azureml_v1.train.framework_estimators",
        "Gloo": "hyperstep.azureml_v1.train.framework_estimators",
        "Mpi": "hyperstep.azureml_v1.train.framework_estimators",
        "Nccl": "hyperstep.azureml_v1.train.framework_estimators",
        "ParameterServer": "hyperstep.azureml_v1.train.framework_estimators",
        "PyTorch": "hyperstep.azureml_v1.train.framework_estimators",
        "TensorFlow": "hyperstep.azureml_v1.train.framework_estimators",
    },
)
