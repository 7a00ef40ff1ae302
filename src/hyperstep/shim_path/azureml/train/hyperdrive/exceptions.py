"""The errors of hyperparameter tuning."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "HyperDriveConfigException": "hyperstep.azureml_v1.train.exceptions",
        "HyperDriveException": "hyperstep.azureml_v1.train.exceptions",
        "HyperDriveNotImplementedException": "hyperstep.azureml_v1.train.exceptions",
        "HyperDriveRehydrateException": "hyperstep.azureml_v1.train.exceptions",
        "HyperDriveScenarioNotSupportedException": "hyperstep.azureml_v1.train.exceptions",
        "HyperDriveServiceException": "hyperstep.azureml_v1.train.exceptions",
    },
)
