"""What shows a run in a notebook: live where the front end can, else as text."""

from __future__ import annotations

from hyperstep.azureml_v1.widgets.run_details import RunDetails

__all__ = ["RunDetails"]
