"""The names of ``azureml.core``."""

from __future__ import annotations

from hyperstep.azureml_v1.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "ComputeTarget": "hyperstep.azureml_v1.core.compute",
        "ContainerRegistry": "hyperstep.azureml_v1.core.environment_sections",
        "Dataset": "hyperstep.azureml_v1.core.dataset",
        "Datastore": "hyperstep.azureml_v1.core.datastore",
        "Environment": "hyperstep.azureml_v1.core.environment",
        "Experiment": "hyperstep.azureml_v1.core.experiment",
        "Model": "hyperstep.azureml_v1.core.model",
        "Run": "hyperstep_trial.run",
        "RunConfiguration": "hyperstep.azureml_v1.core.runconfig",
        "ScriptRun": "hyperstep.azureml_v1.core.script_run",
        "ScriptRunConfig": "hyperstep.azureml_v1.core.script_run_config",
        "VERSION": "hyperstep.azureml_v1.core.version",
        "Workspace": "hyperstep.azureml_v1.core.workspace",
        "get_run": "hyperstep.azureml_v1.core.run",
    },
)
