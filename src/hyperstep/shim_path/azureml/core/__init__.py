"""The names of ``azureml.core``."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "ComputeTarget": "hyperstep.azureml_v1.core.compute",
        "ContainerRegistry": "hyperstep.azureml_v1.core.environment_sections",
        "Dataset": "hyperstep.azureml_v1.core.dataset",
        "Datastore": "hyperstep.azureml_v1.core.datastore",
        "Environment": "hyperstep.azureml_v1.core.environment",
        "Experiment": "hyperstep.azureml_v1.core.experiment",
        "Image": "hyperstep.azureml_v1.deployment.image",
        "Keyvault": "hyperstep.azureml_v1.core.keyvault",
        "LinkedService": "hyperstep.azureml_v1.core.linked_service",
        "Model": "hyperstep.azureml_v1.core.model",
        "PrivateEndPoint": "hyperstep.azureml_v1.core.linked_service",
        "PrivateEndPointConfig": "hyperstep.azureml_v1.core.linked_service",
        "Run": "hyperstep_trial.run",
        "RunConfiguration": "hyperstep.azureml_v1.core.runconfig",
        "ScriptRun": "hyperstep.azureml_v1.core.script_run",
        "ScriptRunConfig": "hyperstep.azureml_v1.core.script_run_config",
        "SynapseWorkspaceLinkedServiceConfiguration": "hyperstep.azureml_v1.core.linked_service",
        "VERSION": "hyperstep.azureml_v1.core.version",
        "Webservice": "hyperstep.azureml_v1.deployment.webservice",
        "Workspace": "hyperstep.azureml_v1.core.workspace",
        "__version__": "hyperstep.azureml_v1.core.version:VERSION",
        "attach_legacy_compute_target": "hyperstep.azureml_v1.core.compute_target",
        "diagnostic_log": "hyperstep.azureml_v1.core.telemetry",
        "get_run": "hyperstep.azureml_v1.core.run",
        "is_compute_target_prepared": "hyperstep.azureml_v1.core.compute_target",
        "prepare_compute_target": "hyperstep.azureml_v1.core.compute_target",
        "remove_legacy_compute_target": "hyperstep.azureml_v1.core.compute_target",
    },
)
