"""The steps."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "AdlaStep": "hyperstep.azureml_v1.pipeline.unbuilt",
        "AutoMLStep": "hyperstep.azureml_v1.automl.automl_step",
        "AutoMLStepRun": "hyperstep.azureml_v1.automl.automl_run",
        "AzureBatchStep": "hyperstep.azureml_v1.pipeline.unbuilt",
        "CommandStep": "hyperstep.azureml_v1.pipeline.steps.command_step",
        "DataTransferStep": "hyperstep.azureml_v1.pipeline.unbuilt",
        "DatabricksStep": "hyperstep.azureml_v1.pipeline.unbuilt",
        "EstimatorStep": "hyperstep.azureml_v1.pipeline.steps.estimator_step",
        "HyperDriveStep": "hyperstep.azureml_v1.pipeline.steps.hyper_drive_step",
        "HyperDriveStepRun": "hyperstep.azureml_v1.pipeline.steps.hyper_drive_step_run",
        "KustoStep": "hyperstep.azureml_v1.pipeline.unbuilt",
        "ModuleStep": "hyperstep.azureml_v1.pipeline.unbuilt",
        "MpiStep": "hyperstep.azureml_v1.pipeline.unbuilt",
        "ParallelRunConfig": "hyperstep.azureml_v1.pipeline.unbuilt",
        "ParallelRunStep": "hyperstep.azureml_v1.pipeline.unbuilt",
        "PythonScriptStep": "hyperstep.azureml_v1.pipeline.steps.python_script_step",
        "RScriptStep": "hyperstep.azureml_v1.pipeline.unbuilt",
        "SynapseSparkStep": "hyperstep.azureml_v1.pipeline.unbuilt",
        "__version__": "hyperstep.azureml_v1.core.version:VERSION",
    },
)
