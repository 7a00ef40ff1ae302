"""Outputs as datasets; not built, refused when used."""

from __future__ import annotations

from hyperstep.azureml_v1.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "DatasetRegistration": "hyperstep.azureml_v1.pipeline.unbuilt",
        "PipelineOutputAbstractDataset": "hyperstep.azureml_v1.pipeline.unbuilt",
        "PipelineOutputFileDataset": "hyperstep.azureml_v1.pipeline.unbuilt",
        "PipelineOutputTabularDataset": "hyperstep.azureml_v1.pipeline.unbuilt",
    },
)
