"""Estimators of neural networks."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "Chainer": "hyperstep.azureml_v1.train.dnn",
        "Gloo": "hyperstep.azureml_v1.train.distributed_training",
        "Mpi": "hyperstep.azureml_v1.train.distributed_training",
        "Nccl": "hyperstep.azureml_v1.train.distributed_training",
        "ParameterServer": "hyperstep.azureml_v1.train.distributed_training",
        "PyTorch": "hyperstep.azureml_v1.train.dnn",
        "TensorFlow": "hyperstep.azureml_v1.train.dnn",
    },
)
