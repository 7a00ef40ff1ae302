"""The run of a sweep."""

from __future__ import annotations

from hyperstep.azureml_v1.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "HyperDriveRun": "hyperstep.azureml_v1.train.hyperdrive_run",
    },
)
