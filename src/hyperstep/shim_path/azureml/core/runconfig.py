"""The names of ``azureml.core.runconfig``."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "AmlComputeConfiguration": "hyperstep.azureml_v1.core.runconfig_sections",
        "ApplicationEndpointConfiguration": "hyperstep.azureml_v1.core.runconfig_sections",
        "AzureContainerRegistry": "hyperstep.azureml_v1.core.environment_sections",
        "CondaDependencies": "hyperstep.azureml_v1.core.conda_dependencies",
        "ContainerRegistry": "hyperstep.azureml_v1.core.environment_sections",
        "DEFAULT_CPU_IMAGE": "hyperstep.azureml_v1.core.environment_sections",
        "DEFAULT_GPU_IMAGE": "hyperstep.azureml_v1.core.environment_sections",
        "Data": "hyperstep.azureml_v1.core.runconfig_data",
        "DataLocation": "hyperstep.azureml_v1.core.runconfig_data",
        "DataPath": "hyperstep.azureml_v1.core.runconfig_data",
        "DataReferenceConfiguration": "hyperstep.azureml_v1.core.runconfig_sections",
        "DatacacheConfiguration": "hyperstep.azureml_v1.core.runconfig_data",
        "Dataset": "hyperstep.azureml_v1.core.runconfig_data",
        "DatasetRegistrationOptions": "hyperstep.azureml_v1.core.runconfig_data",
        "DockerConfiguration": "hyperstep.azureml_v1.core.runconfig_sections",
        "Environment": "hyperstep.azureml_v1.core.environment",
        "EnvironmentDefinition": "hyperstep.azureml_v1.core.environment",
        "GlobsOptions": "hyperstep.azureml_v1.core.runconfig_data",
        "HdiConfiguration": "hyperstep.azureml_v1.core.runconfig_sections",
        "HistoryConfiguration": "hyperstep.azureml_v1.core.runconfig_sections",
        "KubernetesComputeConfiguration": "hyperstep.azureml_v1.core.runconfig_sections",
        "MountOptions": "hyperstep.azureml_v1.core.runconfig_data",
        "MpiConfiguration": "hyperstep.azureml_v1.core.runconfig_sections",
        "OutputData": "hyperstep.azureml_v1.core.runconfig_data",
        "OutputOptions": "hyperstep.azureml_v1.core.runconfig_data",
        "ParallelTaskConfiguration": "hyperstep.azureml_v1.core.runconfig_sections",
        "PyTorchConfiguration": "hyperstep.azureml_v1.core.runconfig_sections",
        "RegistrationOptions": "hyperstep.azureml_v1.core.runconfig_data",
        "RunConfiguration": "hyperstep.azureml_v1.core.runconfig",
        "SparkConfiguration": "hyperstep.azureml_v1.core.runconfig_sections",
        "TensorflowConfiguration": "hyperstep.azureml_v1.core.runconfig_sections",
        "UploadOptions": "hyperstep.azureml_v1.core.runconfig_data",
        "Uri": "hyperstep.azureml_v1.core.runconfig_data",
    },
)
