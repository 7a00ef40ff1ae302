"""Schedules."""

from __future__ import annotations

from hyperstep_trial.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "Schedule": "hyperstep.azureml_v1.pipeline.schedule",
        "ScheduleRecurrence": "hyperstep.azureml_v1.pipeline.schedule_recurrence",
        "TimeZone": "hyperstep.azureml_v1.pipeline.time_zone",
    },
)
