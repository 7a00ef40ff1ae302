"""Which file of the best trial becomes a model output: what can never be there is refused before any trial runs."""

from __future__ import annotations

import posixpath
from pathlib import PurePath, PurePosixPath, PureWindowsPath

from hyperstep.errors import InvalidInputError
from hyperstep.pipeline.spec import StepSpec, TrainingKind


def check_model_outputs(step: StepSpec, max_total: int) -> None:
    """See that a trial of a tuning step can give each model output that the step declares.

    Args:
        step: A step that tunes.
        max_total: How many trials it has at most.

    Raises:
        InvalidInputError: A model_file is none that a trial can write, or its trial is one that the sweep never has.
    """
    for output in step.outputs:
        training = output.training
        if training is None or training.kind is not TrainingKind.MODEL:
            continue
        if not is_file_of_a_trial(training.model_file):
            rule = (
                f"Output '{output.name}' of step '{step.name}' needs a model_file: the path of a file within the "
                "folder in which a trial works, without '..'."
            )
            remedy = "For example TrainingOutput('Model', model_file='outputs/model.pkl')."
            raise InvalidInputError(rule, received=training.model_file or None, remedy=remedy)
        if training.trial is not None and not 0 <= training.trial < max_total:
            rule = f"Output '{output.name}' of step '{step.name}' takes one of the sweep's {max_total} trials, from 0."
            raise InvalidInputError(
                rule, received=training.trial, remedy="Mend iteration, or leave it out for the best."
            )


def is_file_of_a_trial(path: str) -> bool:
    """Whether ``path`` can name a file within a trial's folder, on whatever system."""
    if not path or path.endswith("/") or artifact_name(path) == ".":
        return False
    return not (_leads_out(PurePosixPath(path)) or _leads_out(PureWindowsPath(path)))


def artifact_name(path: str) -> str:
    """The name under which a file that a trial wrote is kept: without ``./`` and doubled slashes."""
    return posixpath.normpath(path)


def _leads_out(path: PurePath) -> bool:
    return bool(path.anchor) or ".." in path.parts
