"""The distributions of hyperparameters."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "choice": "hyperstep.azureml_v1.train.expressions",
        "lognormal": "hyperstep.azureml_v1.train.expressions",
        "loguniform": "hyperstep.azureml_v1.train.expressions",
        "normal": "hyperstep.azureml_v1.train.expressions",
        "qlognormal": "hyperstep.azureml_v1.train.expressions",
        "qloguniform": "hyperstep.azureml_v1.train.expressions",
        "qnormal": "hyperstep.azureml_v1.train.expressions",
        "quniform": "hyperstep.azureml_v1.train.expressions",
        "randint": "hyperstep.azureml_v1.train.expressions",
        "uniform": "hyperstep.azureml_v1.train.expressions",
    },
)
