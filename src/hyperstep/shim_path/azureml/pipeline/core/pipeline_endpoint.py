"""Pipeline endpoints."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "PipelineEndpoint": "hyperstep.azureml_v1.pipeline.pipeline_endpoint",
        "PipelineIdVersion": "hyperstep.azureml_v1.pipeline.pipeline_endpoint",
        "PipelineVersion": "hyperstep.azureml_v1.pipeline.pipeline_endpoint",
    },
)
