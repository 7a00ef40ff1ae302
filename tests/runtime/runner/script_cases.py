"""Mutations of a step that is made from a plain ScriptRunConfig, as most v1 scripts make theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.runtime.runner.reuse_bed import TUNE, Bed
from tests.runtime.runner.reuse_cases import Case, both, config, edit
from tests.runtime.runner.trial_cases import MORE, SIX, TrialCase, two

from hyperstep.azureml_v1.core.conda_dependencies import CondaDependencies
from hyperstep.azureml_v1.core.environment import Environment
from hyperstep.azureml_v1.core.script_run_config import ScriptRunConfig
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.pipeline.context import GraphContext
from hyperstep.azureml_v1.pipeline.step_code import fix_code
from hyperstep.azureml_v1.train.expressions import choice, uniform
from hyperstep.azureml_v1.train.sampling import (
    BayesianParameterSampling,
    GridParameterSampling,
    HyperParameterSampling,
    RandomParameterSampling,
)
from hyperstep.pipeline.spec import CodeSpec
from hyperstep.records.goal import Goal

MODEL = "tune/lib/model.py"
MONTH_S = 30 * 24 * 3600
"""v1's default limit of a ScriptRunConfig: a whole number, where a record holds a fraction."""


def scripted(package: str = "scikit-learn==1.5", **settings: Any) -> Callable[[Bed], None]:
    """Make the step's code with a ScriptRunConfig and an Environment that are new each time."""

    def make(bed: Bed) -> CodeSpec:
        environment = Environment("train")
        environment.python.conda_dependencies = CondaDependencies.create(pip_packages=[package])
        run_config = ScriptRunConfig(
            source_directory=str(bed.code(TUNE)), script=bed.script, environment=environment, **settings
        )
        return fix_code(
            run_config,
            GraphContext(Workspace.from_config()),
            source_directory=run_config.source_directory,
            arguments=bed.arguments,
        ).spec

    return lambda bed: setattr(bed, "make_code", make)


def unchanged(_bed: Bed) -> None:
    """Change nothing."""


def sampled(sampling: HyperParameterSampling) -> Callable[[Bed], None]:
    """Have the sweep sample as a v1 class writes it, with a seed given."""
    return lambda bed: bed.config.update(sampler=sampling._to_engine(1, goal=Goal.MAXIMIZE))


def turned(space: dict[str, Any]) -> dict[str, Any]:
    """The same space, written from its last hyperparameter to its first."""
    return dict(reversed(space.items()))


_OTHER_ORDER = "the space written in another order, of"
_SPACE = {"--lr": uniform(0.5, 1), "--n": choice(1, 2, 3)}
_GRID = {"--lr": choice(0.5, 1.0), "--n": choice(1, 2)}
_SOBOL = {"rule": "sobol"}
_WITH = "of a ScriptRunConfig"
_PACKAGE = "environment: python"

SCRIPT_CASES = {
    "script": Case(f"nothing, {_WITH}", unchanged, before=scripted()),
    "script-default": Case(
        f"the default time limit written out, {_WITH}",
        scripted(max_run_duration_seconds=MONTH_S),
        before=scripted(),
    ),
    "script-fraction": Case(
        f"the time limit as a fraction, {_WITH}",
        scripted(max_run_duration_seconds=float(MONTH_S)),
        before=scripted(max_run_duration_seconds=MONTH_S),
    ),
    "script-limit": Case(
        f"the time limit, {_WITH}", scripted(max_run_duration_seconds=60), "max_duration_s", before=scripted()
    ),
    "script-target": Case(f"the compute target, {_WITH}", scripted(compute_target="local"), before=scripted()),
    "script-package": Case(f"a package, {_WITH}", scripted("numpy"), _PACKAGE, before=scripted()),
    "script-edit": Case(f"a module edited, {_WITH}", edit(MODEL), "code: lib/model.py", before=scripted()),
    "script-limit+edit": Case(
        f"the time limit and a module, {_WITH}",
        both(scripted(max_run_duration_seconds=60), edit(MODEL)),
        "code: lib/model.py, max_duration_s",
        before=scripted(),
        combined=True,
    ),
    "script-package+limits": Case(
        f"a package and the sweep's limits, {_WITH}",
        both(scripted("numpy"), config("limits", max_total=40)),
        f"{_PACKAGE}, limits: max_total",
        before=scripted(),
        combined=True,
    ),
    "random-order": Case(
        f"{_OTHER_ORDER} a RandomParameterSampling",
        sampled(RandomParameterSampling(turned(_SPACE))),
        before=sampled(RandomParameterSampling(_SPACE)),
    ),
    "sobol-order": Case(
        f"{_OTHER_ORDER} one with the rule sobol",
        sampled(RandomParameterSampling(turned(_SPACE), _SOBOL)),
        before=sampled(RandomParameterSampling(_SPACE, _SOBOL)),
    ),
    "bayesian-order": Case(
        f"{_OTHER_ORDER} a BayesianParameterSampling",
        sampled(BayesianParameterSampling(turned(_SPACE))),
        before=sampled(BayesianParameterSampling(_SPACE)),
    ),
    "grid-order": Case(
        f"{_OTHER_ORDER} a GridParameterSampling",
        sampled(GridParameterSampling(turned(_GRID))),
        "sampler: order",
        before=sampled(GridParameterSampling(_GRID)),
    ),
}

_TRIAL_CASES = (
    TrialCase(f"nothing, {_WITH}", unchanged, before=scripted()),
    TrialCase(f"the time limit, {_WITH}", scripted(max_run_duration_seconds=60), before=scripted()),
    TrialCase(f"more trials, {_WITH}", MORE, SIX, before=scripted()),
    TrialCase(f"a package, {_WITH}", scripted("numpy"), f"MISS: `{_PACKAGE}`", before=scripted()),
    TrialCase(f"nothing, {_WITH}", unchanged, before=scripted(), unseeded=True),
    TrialCase(
        f"more trials and the time limit, {_WITH}",
        two(MORE, scripted(max_run_duration_seconds=60)),
        SIX,
        before=scripted(),
        combined=True,
        unseeded=True,
    ),
    *(
        TrialCase(f"{_OTHER_ORDER} {kind}", sampled(again), before=sampled(first))
        for kind, first, again in (
            ("a RandomParameterSampling", RandomParameterSampling(_SPACE), RandomParameterSampling(turned(_SPACE))),
            (
                "one with the rule sobol",
                RandomParameterSampling(_SPACE, _SOBOL),
                RandomParameterSampling(turned(_SPACE), _SOBOL),
            ),
            (
                "a BayesianParameterSampling",
                BayesianParameterSampling(_SPACE),
                BayesianParameterSampling(turned(_SPACE)),
            ),
            ("a GridParameterSampling", GridParameterSampling(_GRID), GridParameterSampling(turned(_GRID))),
        )
    ),
)

SCRIPT_TRIAL_CASES = {f"{'no seed: ' if case.unseeded else ''}{case.what}": case for case in _TRIAL_CASES}
