"""Planning instead of submitting: `hyperstep plan` lets a script run up to its first submit and keeps the verdicts."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hyperstep.pipeline.reuse_rules import ReuseRules
from hyperstep.pipeline.spec import PipelineSpec, StepSpec
from hyperstep.runtime.home import Home
from hyperstep.runtime.reuse_options import reuse_rules, warn_of_unknown_steps

if TYPE_CHECKING:  # loads sweeps and spaces, which only a plan needs
    from hyperstep.pipeline.plan import StepVerdict
    from hyperstep.runtime.submission import Label

PLAN_VARIABLE = "HYPERSTEP_PLAN"
"""The file to write the plan to; nothing is submitted where it is set."""


class PlanMade(SystemExit):
    """The plan is made and the script ends here, well."""

    def __init__(self) -> None:
        super().__init__(0)


def is_planning() -> bool:
    """Whether this process plans instead of submitting."""
    return bool(os.environ.get(PLAN_VARIABLE))


def plan_now(
    home: Home,
    spec: PipelineSpec,
    workspace: str,
    tags: Mapping[str, str] | None = None,
    properties: Mapping[str, str] | None = None,
) -> tuple[StepVerdict, ...]:
    """What a pipeline would do if it were submitted now with these tags and properties."""
    from hyperstep.runtime.runner.reuse.seen_records import seen_at_submission  # noqa: PLC0415 - the engine
    from hyperstep.runtime.runner.reuse.step_plan import plan_pipeline  # noqa: PLC0415 - the engine of a runner

    rules = reuse_rules(home.settings)
    warn_of_unknown_steps(rules, {step.name for step in spec.steps})
    return plan_pipeline(home, spec, workspace, rules, time.time(), seen_at_submission(tags or {}, properties or {}))


def plan_and_end(home: Home, spec: PipelineSpec, label: Label) -> None:
    """Keep the plan of a pipeline and end the script, if this process plans.

    Raises:
        PlanMade: It does.
    """
    if is_planning():
        _keep(plan_now(home, spec, label.workspace, label.tags, label.properties), label.experiment)


def plan_step_and_end(home: Home, step: StepSpec, workspace: str, experiment: str, rules: ReuseRules | None) -> None:
    """The same for a step that is submitted by itself.

    Raises:
        PlanMade: This process plans.
    """
    if is_planning():
        from hyperstep.runtime.runner.reuse.step_plan import plan_single  # noqa: PLC0415 - the engine of a runner

        found = plan_single(home, step, workspace, rules or reuse_rules(home.settings), time.time())
        _keep([found], experiment)


def _keep(verdicts: Sequence[StepVerdict], experiment: str) -> None:
    document = {"experiment": experiment, "steps": [verdict.to_json() for verdict in verdicts]}
    Path(os.environ[PLAN_VARIABLE]).write_text(json.dumps(document), encoding="utf-8")
    raise PlanMade
