"""The names of ``azureml.core.runconfig``."""

from __future__ import annotations

from hyperstep.azureml_v1.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "AmlComputeConfiguration": "hyperstep.azureml_v1.core.runconfig_sections",
        "ContainerRegistry": "hyperstep.azureml_v1.core.environment_sections",
        "DEFAULT_CPU_IMAGE": "hyperstep.azureml_v1.core.environment_sections",
        "DEFAULT_GPU_IMAGE": "hyperstep.azureml_v1.core.environment_sections",
        "DataReferenceConfiguration": "hyperstep.azureml_v1.core.runconfig_sections",
        "DockerConfiguration": "hyperstep.azureml_v1.core.runconfig_sections",
        "EnvironmentDefinition": "hyperstep.azureml_v1.core.environment:Environment",
        "HistoryConfiguration": "hyperstep.azureml_v1.core.runconfig_sections",
        "MpiConfiguration": "hyperstep.azureml_v1.core.runconfig_sections",
        "PyTorchConfiguration": "hyperstep.azureml_v1.core.runconfig_sections",
        "RunConfiguration": "hyperstep.azureml_v1.core.runconfig",
        "TensorflowConfiguration": "hyperstep.azureml_v1.core.runconfig_sections",
    },
)
