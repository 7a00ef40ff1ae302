"""The names of ``azureml.core.script_run``."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "ScriptRun": "hyperstep.azureml_v1.core.script_run",
    },
)
