"""The names of ``azureml.core.compute``."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "AdlaCompute": "hyperstep.azureml_v1.core.compute_elsewhere",
        "AksCompute": "hyperstep.azureml_v1.core.compute_elsewhere",
        "AmlCompute": "hyperstep.azureml_v1.core.compute",
        "BatchCompute": "hyperstep.azureml_v1.core.compute_elsewhere",
        "ComputeInstance": "hyperstep.azureml_v1.core.compute_instance",
        "ComputeTarget": "hyperstep.azureml_v1.core.compute",
        "ComputeTargetException": "hyperstep.azureml_v1.exceptions",
        "DataFactoryCompute": "hyperstep.azureml_v1.core.compute_elsewhere",
        "DatabricksCompute": "hyperstep.azureml_v1.core.compute_elsewhere",
        "DsvmCompute": "hyperstep.azureml_v1.core.compute_elsewhere",
        "HDInsightCompute": "hyperstep.azureml_v1.core.compute_elsewhere",
        "KubernetesCompute": "hyperstep.azureml_v1.core.compute_elsewhere",
        "KustoCompute": "hyperstep.azureml_v1.core.compute_elsewhere",
        "RemoteCompute": "hyperstep.azureml_v1.core.compute_elsewhere",
        "SynapseCompute": "hyperstep.azureml_v1.core.compute_elsewhere",
    },
)
