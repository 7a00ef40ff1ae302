"""HyperDriveStepRun: the sweep of a step run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hyperstep.azureml_v1.train.hyperdrive_run import HyperDriveRun
from hyperstep.errors import InvalidInputError

if TYPE_CHECKING:
    from hyperstep.azureml_v1.pipeline.step_run import StepRun

STEP_TYPE = "HyperDriveStep"


class HyperDriveStepRun(HyperDriveRun):
    """The sweep that a HyperDriveStep ran; of a reused step the one whose results it took over.

    Args:
        step_run: The step run, as ``find_step_run`` gives it.

    Raises:
        InvalidInputError: It is no run of a HyperDriveStep, or its sweep has not started.
    """

    def __init__(self, step_run: StepRun) -> None:
        sweeps = list(step_run.get_children(type=HyperDriveRun.RUN_TYPE))
        step_type = step_run.properties.get("StepType", "Unknown")
        if step_type != STEP_TYPE and not sweeps:  # a subclass of the step has a type of its own
            rule = "A HyperDriveStepRun is made from the run of a HyperDriveStep."
            remedy = "Find it by its name: pipeline_run.find_step_run('...')[0]."
            raise InvalidInputError(rule, received=f"{step_run.id}: {step_type}", remedy=remedy)
        if not sweeps:
            rule = "The sweep of a HyperDriveStep exists once the step has started."
            raise InvalidInputError(rule, received=step_run.get_status(), remedy="Wait for the step.")
        super().__init__(step_run.experiment, sweeps[-1].id)
