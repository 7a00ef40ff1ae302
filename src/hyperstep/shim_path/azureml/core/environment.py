"""The names of ``azureml.core.environment``."""

from __future__ import annotations

from hyperstep.azureml_v1.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "CondaDependencies": "hyperstep.azureml_v1.core.conda_dependencies",
        "DEFAULT_CPU_IMAGE": "hyperstep.azureml_v1.core.environment_sections",
        "DEFAULT_GPU_IMAGE": "hyperstep.azureml_v1.core.environment_sections",
        "DockerSection": "hyperstep.azureml_v1.core.environment_sections",
        "Environment": "hyperstep.azureml_v1.core.environment",
        "EnvironmentReference": "hyperstep.azureml_v1.core.environment",
        "PythonSection": "hyperstep.azureml_v1.core.environment_sections",
    },
)
