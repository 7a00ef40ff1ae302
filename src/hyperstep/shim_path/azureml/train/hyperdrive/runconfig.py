"""What to tune and how."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "HyperDriveConfig": "hyperstep.azureml_v1.train.hyperdrive_config",
        "HyperDriveRunConfig": "hyperstep.azureml_v1.train.hyperdrive_config",
        "PrimaryMetricGoal": "hyperstep.azureml_v1.train.goal",
    },
)
