"""Schedules; not built, refused when used."""

from __future__ import annotations

from hyperstep.azureml_v1.lazy import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "Schedule": "hyperstep.azureml_v1.pipeline.unbuilt",
        "ScheduleRecurrence": "hyperstep.azureml_v1.pipeline.unbuilt",
        "TimeZone": "hyperstep.azureml_v1.pipeline.unbuilt",
    },
)
