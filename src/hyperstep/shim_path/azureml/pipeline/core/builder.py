"""What pipelines are built from."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "PipelineData": "hyperstep.azureml_v1.pipeline.pipeline_data",
        "PipelineStep": "hyperstep.azureml_v1.pipeline.step",
        "StepSequence": "hyperstep.azureml_v1.pipeline.step_sequence",
    },
)
