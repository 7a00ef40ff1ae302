"""Pipeline endpoints; not built, refused when used."""

from __future__ import annotations

from hyperstep.azureml_v1.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "PipelineEndpoint": "hyperstep.azureml_v1.pipeline.unbuilt",
        "PipelineIdVersion": "hyperstep.azureml_v1.pipeline.unbuilt",
        "PipelineVersion": "hyperstep.azureml_v1.pipeline.unbuilt",
    },
)
