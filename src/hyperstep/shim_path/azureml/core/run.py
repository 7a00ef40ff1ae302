"""The names of ``azureml.core.run``."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "InputDatasets": "hyperstep.azureml_v1.core.job_data",
        "LinkOutput": "hyperstep.azureml_v1.core.job_data",
        "OutputDatasets": "hyperstep.azureml_v1.core.job_data",
        "Run": "hyperstep_trial.run",
        "_OfflineRun": "hyperstep_trial.offline",
        "get_run": "hyperstep.azureml_v1.core.run",
    },
)
