"""The names of ``azureml.data.file_dataset``."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "FileDataset": "hyperstep.azureml_v1.data.file_dataset",
    },
)
