"""The command step."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "CommandStep": "hyperstep.azureml_v1.pipeline.steps.command_step",
    },
)
