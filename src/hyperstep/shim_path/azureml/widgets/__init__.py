"""What shows a run in a notebook."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "RunDetails": "hyperstep.azureml_v1.widgets",
        "__version__": "hyperstep.azureml_v1.core.version:VERSION",
    },
)
