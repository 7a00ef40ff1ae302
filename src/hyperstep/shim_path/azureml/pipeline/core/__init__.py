"""Pipelines, their data, parameters and runs."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "InputPortBinding": "hyperstep.azureml_v1.pipeline.bindings",
        "Module": "hyperstep.azureml_v1.pipeline.unbuilt",
        "ModuleVersion": "hyperstep.azureml_v1.pipeline.unbuilt",
        "ModuleVersionDescriptor": "hyperstep.azureml_v1.pipeline.unbuilt",
        "OutputPortBinding": "hyperstep.azureml_v1.pipeline.bindings",
        "Pipeline": "hyperstep.azureml_v1.pipeline.pipeline",
        "PipelineData": "hyperstep.azureml_v1.pipeline.pipeline_data",
        "PipelineDataset": "hyperstep.azureml_v1.pipeline.pipeline_dataset",
        "PipelineDraft": "hyperstep.azureml_v1.pipeline.pipeline_draft",
        "PipelineEndpoint": "hyperstep.azureml_v1.pipeline.pipeline_endpoint",
        "PipelineParameter": "hyperstep.azureml_v1.pipeline.parameter",
        "PipelineRun": "hyperstep.azureml_v1.pipeline.pipeline_run",
        "PipelineStep": "hyperstep.azureml_v1.pipeline.step",
        "PortDataReference": "hyperstep.azureml_v1.pipeline.port_data_reference",
        "PublishedPipeline": "hyperstep.azureml_v1.pipeline.published_pipeline",
        "Schedule": "hyperstep.azureml_v1.pipeline.schedule",
        "ScheduleRecurrence": "hyperstep.azureml_v1.pipeline.schedule_recurrence",
        "StepRun": "hyperstep.azureml_v1.pipeline.step_run",
        "StepRunOutput": "hyperstep.azureml_v1.pipeline.step_run",
        "StepSequence": "hyperstep.azureml_v1.pipeline.step_sequence",
        "TimeZone": "hyperstep.azureml_v1.pipeline.time_zone",
        "TrainingOutput": "hyperstep.azureml_v1.pipeline.training_output",
        "__version__": "hyperstep.azureml_v1.core.version:VERSION",
    },
)
