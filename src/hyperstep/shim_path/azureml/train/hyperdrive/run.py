"""The run of a sweep."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "HyperDriveRun": "hyperstep.azureml_v1.train.hyperdrive_run",
    },
)
