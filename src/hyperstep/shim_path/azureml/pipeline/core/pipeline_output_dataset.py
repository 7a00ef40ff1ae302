"""The names of ``azureml.pipeline.core.pipeline_output_dataset``."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "DatasetRegistration": "hyperstep.azureml_v1.pipeline.pipeline_output_dataset",
        "PipelineOutputAbstractDataset": "hyperstep.azureml_v1.pipeline.pipeline_output_dataset",
        "PipelineOutputFileDataset": "hyperstep.azureml_v1.pipeline.pipeline_output_dataset",
        "PipelineOutputTabularDataset": "hyperstep.azureml_v1.pipeline.pipeline_output_dataset",
    },
)
