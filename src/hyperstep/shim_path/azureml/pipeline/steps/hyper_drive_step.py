"""The tuning step and its run."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "HyperDriveStep": "hyperstep.azureml_v1.pipeline.steps.hyper_drive_step",
        "HyperDriveStepRun": "hyperstep.azureml_v1.pipeline.steps.hyper_drive_step_run",
    },
)
