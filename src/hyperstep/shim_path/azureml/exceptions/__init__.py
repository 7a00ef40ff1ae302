"""The names of ``azureml.exceptions``."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "ActivityFailedException": "hyperstep.azureml_v1.exceptions",
        "AuthenticationException": "hyperstep.azureml_v1.exceptions",
        "AzureMLAggregatedException": "hyperstep.azureml_v1.exceptions",
        "AzureMLException": "hyperstep.azureml_v1.exceptions",
        "ComputeTargetException": "hyperstep.azureml_v1.exceptions",
        "DatasetTimestampMissingError": "hyperstep.azureml_v1.exceptions",
        "DiscoveryUrlNotFoundException": "hyperstep.azureml_v1.exceptions",
        "ExperimentExecutionException": "hyperstep.azureml_v1.exceptions",
        "ModelNotFoundException": "hyperstep.azureml_v1.exceptions",
        "ModelPathNotFoundException": "hyperstep.azureml_v1.exceptions",
        "ParallelRunException": "hyperstep.azureml_v1.exceptions",
        "ProjectSystemException": "hyperstep.azureml_v1.exceptions",
        "RunConfigurationException": "hyperstep.azureml_v1.exceptions",
        "RunEnvironmentException": "hyperstep.azureml_v1.exceptions",
        "ServiceException": "hyperstep.azureml_v1.exceptions",
        "SnapshotException": "hyperstep.azureml_v1.exceptions",
        "TrainingException": "hyperstep.azureml_v1.exceptions",
        "UserErrorException": "hyperstep.azureml_v1.exceptions",
        "WebserviceException": "hyperstep.azureml_v1.exceptions",
        "WorkspaceException": "hyperstep.azureml_v1.exceptions",
        "WorkspacePrivateEndpointException": "hyperstep.azureml_v1.exceptions",
    },
)
