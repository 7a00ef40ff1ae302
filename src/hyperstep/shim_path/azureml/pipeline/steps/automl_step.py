"""The step and the step run of automated machine learning."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "AutoMLStep": "hyperstep.azureml_v1.automl.automl_step",
        "AutoMLStepRun": "hyperstep.azureml_v1.automl.automl_run",
    },
)
