"""The one line that whoever wants automated machine learning from here is told."""

from __future__ import annotations

from typing import Never

from hyperstep.azureml_v1.exceptions import ExperimentExecutionException


def refuse(what: str) -> Never:
    """Say that automated machine learning does not run here, and what to do instead.

    Args:
        what: What was asked for, as the beginning of a sentence.

    Raises:
        ExperimentExecutionException: Always.
    """
    message = (
        f"{what} is not possible here: automated machine learning is a service of its own. Tune a training script of "
        "yours by a HyperDriveConfig or HyperDriveStep; choice(...) over models can be one of the hyperparameters."
    )
    raise ExperimentExecutionException(message)
