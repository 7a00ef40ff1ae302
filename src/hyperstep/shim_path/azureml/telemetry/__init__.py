"""The names of ``azureml.telemetry``."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "get_telemetry_log_handler": "hyperstep.azureml_v1.core.telemetry",
        "set_diagnostics_collection": "hyperstep.azureml_v1.core.telemetry",
    },
)
