"""The names of ``azureml.core.environment``."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "CondaDependencies": "hyperstep.azureml_v1.core.conda_dependencies",
        "ContainerRegistry": "hyperstep.azureml_v1.core.environment_sections",
        "DEFAULT_CPU_IMAGE": "hyperstep.azureml_v1.core.environment_sections",
        "DEFAULT_GPU_IMAGE": "hyperstep.azureml_v1.core.environment_sections",
        "DockerBuildContext": "hyperstep.azureml_v1.core.environment_sections",
        "DockerEnvironment": "hyperstep.azureml_v1.core.environment_sections",
        "DockerImageDetails": "hyperstep.azureml_v1.core.environment_images",
        "DockerImagePlatform": "hyperstep.azureml_v1.core.environment_sections",
        "DockerSection": "hyperstep.azureml_v1.core.environment_sections",
        "Environment": "hyperstep.azureml_v1.core.environment",
        "EnvironmentReference": "hyperstep.azureml_v1.core.environment",
        "ImageBuildDetails": "hyperstep.azureml_v1.core.environment_images",
        "PythonEnvironment": "hyperstep.azureml_v1.core.environment_sections",
        "PythonSection": "hyperstep.azureml_v1.core.environment_sections",
        "RCranPackage": "hyperstep.azureml_v1.core.environment_sections",
        "RGitHubPackage": "hyperstep.azureml_v1.core.environment_sections",
        "RSection": "hyperstep.azureml_v1.core.environment_sections",
        "SparkEnvironment": "hyperstep.azureml_v1.core.environment_sections",
        "SparkPackage": "hyperstep.azureml_v1.core.environment_sections",
        "SparkSection": "hyperstep.azureml_v1.core.environment_sections",
    },
)
