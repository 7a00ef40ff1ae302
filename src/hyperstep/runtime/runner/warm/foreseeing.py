"""What earlier trials have taught of a script: why none of it can be warm, known before it is submitted again."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from hyperstep.pipeline.spec import StepSpec
from hyperstep.runtime.cores import usable_cores
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.job_environment import thread_share, user_environment, with_azureml
from hyperstep.runtime.runner.warm.key import common_variables, script_key
from hyperstep.runtime.runner.warm.memory import WarmMemory
from hyperstep.runtime.runner.warm.search_path import why_shadowed


def why_cold_again(home: Home, step: StepSpec) -> str:
    """Why the processes of a step would be cold, all of them; empty when nothing is known that speaks against it.

    Known is what an earlier one of the same code, interpreter and variables has noted at its end.
    """
    variables = _variables(home, step)
    script = script_key(step.code.python or sys.executable, variables, step.code)
    imports = WarmMemory(home.path / "cache").imports(script)
    return "" if imports is None else imports.why_cold or why_shadowed(imports, variables)


def _variables(home: Home, step: StepSpec) -> Mapping[str, str]:
    """As the runner will have them: see ``workplace``."""
    base = {**user_environment(), **step.code.environment_variables}
    shared = thread_share(base, usable_cores(), _processes(home, step))
    return common_variables(with_azureml({**shared, **base}), step)


def _processes(home: Home, step: StepSpec) -> int:
    """How many run at one time: see ``sweep_driver``."""
    if step.tuning is None:
        return 1
    from hyperstep.sweep.config import SweepConfig  # noqa: PLC0415 - where there is a sweep

    slots = home.settings.slots or usable_cores()
    asked = SweepConfig.from_json(dict(step.tuning.config)).limits.max_concurrent
    return min(asked, step.nodes or slots, slots)
