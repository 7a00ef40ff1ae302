"""Runs of pipelines and steps."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "PipelineRun": "hyperstep.azureml_v1.pipeline.pipeline_run",
        "StepRun": "hyperstep.azureml_v1.pipeline.step_run",
        "StepRunOutput": "hyperstep.azureml_v1.pipeline.step_run",
    },
)
