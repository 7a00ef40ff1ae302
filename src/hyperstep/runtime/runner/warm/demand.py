"""What was asked to be warm always is refused before anything runs, where it never can be."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

from hyperstep.errors import InvalidInputError
from hyperstep.launchers import can_host
from hyperstep.pipeline.spec import StepSpec
from hyperstep.runtime.foreground import in_foreground
from hyperstep.runtime.runner.job_environment import user_environment
from hyperstep.runtime.runner.warm.conditions import why_never


def require_warm(
    setting: str,
    steps: Iterable[StepSpec],
    learnt: Callable[[StepSpec], str],
    platform: str = sys.platform,
) -> None:
    """Check the steps whose processes are to be warm always. A step that is a command, and does not tune, may be cold.

    Args:
        setting: What holds for a step that does not say otherwise.
        steps: Those that are submitted.
        learnt: Why the trials of a step would be cold by what earlier ones have taught; empty when they may be warm.
        platform: As ``sys.platform`` has it.

    Raises:
        InvalidInputError: One of them can never be warm here; the message says why.
    """
    for step in steps:
        mode = (step.tuning.warm if step.tuning else "") or setting
        if mode != "always" or (step.code.command and step.tuning is None):
            continue
        why = "a run in the foreground has no trial host" if in_foreground() or not can_host() else ""
        why = why or why_never(mode, step.code, {**user_environment(), **step.code.environment_variables}, platform)
        why = why or (learnt(step) if step.tuning else "")
        if why:
            rule = f"With warm = always every trial is forked from a warm server, and here none can be: {why}."
            remedy = "Change that, or leave it to warm = auto, which is as fast wherever it can be."
            raise InvalidInputError(rule, received=f"step '{step.name}'", remedy=remedy)
