"""Which class ``azureml.core.Run`` is: the light one in a job, the engine's in a driver."""

from __future__ import annotations

import os

_ENGINE_RUN = "hyperstep.azureml_v1.core.run"


def __getattr__(name: str) -> object:
    """``Run``, for the process as it is."""
    if name != "Run":
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    in_job = "AZUREML_RUN_ID" in os.environ and "HYPERSTEP_ATTEMPT_FOLDER" in os.environ
    module = "hyperstep_trial.run" if in_job else _ENGINE_RUN
    return getattr(__import__(module, fromlist=["Run"]), "Run")  # noqa: B009 - the module has no static type
