"""The script step."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "PythonScriptStep": "hyperstep.azureml_v1.pipeline.steps.python_script_step",
    },
)
