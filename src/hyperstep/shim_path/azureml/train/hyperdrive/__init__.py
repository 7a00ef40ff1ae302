"""Hyperparameter tuning."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "BanditPolicy": "hyperstep.azureml_v1.train.policies",
        "BayesianParameterSampling": "hyperstep.azureml_v1.train.sampling",
        "EarlyTerminationPolicy": "hyperstep.azureml_v1.train.policies",
        "GridParameterSampling": "hyperstep.azureml_v1.train.sampling",
        "HyperDriveConfig": "hyperstep.azureml_v1.train.hyperdrive_config",
        "HyperDriveRun": "hyperstep.azureml_v1.train.hyperdrive_run",
        "HyperDriveRunConfig": "hyperstep.azureml_v1.train.hyperdrive_config",
        "HyperParameterSampling": "hyperstep.azureml_v1.train.sampling",
        "MedianStoppingPolicy": "hyperstep.azureml_v1.train.policies",
        "NoTerminationPolicy": "hyperstep.azureml_v1.train.policies",
        "PrimaryMetricGoal": "hyperstep.azureml_v1.train.goal",
        "RandomParameterSampling": "hyperstep.azureml_v1.train.sampling",
        "TruncationSelectionPolicy": "hyperstep.azureml_v1.train.policies",
        "__version__": "hyperstep.azureml_v1.core.version:VERSION",
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
