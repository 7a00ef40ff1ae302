"""The names of ``azureml.core.script_run_config``."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "ScriptRunConfig": "hyperstep.azureml_v1.core.script_run_config",
        "submit": "hyperstep.azureml_v1.core.script_run_config",
        "get_run_config_from_script_run": "hyperstep.azureml_v1.core.script_run_config",
    },
)
