"""The names of ``azureml.core.compute_target``."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "AbstractComputeTarget": "hyperstep.azureml_v1.core.compute_target",
        "ComputeTargetException": "hyperstep.azureml_v1.exceptions",
        "LocalTarget": "hyperstep.azureml_v1.core.compute_target",
        "attach_legacy_compute_target": "hyperstep.azureml_v1.core.compute_target",
        "is_compute_target_prepared": "hyperstep.azureml_v1.core.compute_target",
        "prepare_compute_target": "hyperstep.azureml_v1.core.compute_target",
        "remove_legacy_compute_target": "hyperstep.azureml_v1.core.compute_target",
    },
)
