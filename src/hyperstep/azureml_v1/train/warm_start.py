"""Which earlier sweeps and trials a new sweep may go on from: v1's checks, made when the config is constructed."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Never

from hyperstep.azureml_v1.train.exceptions import HyperDriveConfigException
from hyperstep.digest import Json, canonical_json
from hyperstep.errors import HyperstepError
from hyperstep.search_space.space import SearchSpace

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.azureml_v1.train.hyperdrive_config import HyperDriveConfig

MAX_PARENTS = 5
MAX_RUNS = 1000
"""Of a sweep and those that it is resumed from, in all."""
_SWEEP_TYPE = "hyperdrive"
_SWEEP_STATUSES = ("Completed", "Canceled")
_TRIAL_STATUSES = ("Completed", "Canceled", "Failed")


def check_resume_from(config: HyperDriveConfig, resume_from: object) -> list[Any] | None:
    """The sweeps to resume from, as a list; None and the empty list stay what they are.

    Raises:
        HyperDriveConfigException: More than five; one that is no sweep, is not over, failed, optimizes another metric,
            or is listed twice; for Bayesian sampling one with another space (the hyperparameter is named); more than
            1000 trials in all, by ``max_total_runs``.
        AttributeError: Something that is no run.
    """
    if resume_from is None:
        return None
    runs: list[Any] = resume_from if isinstance(resume_from, list) else [resume_from]
    if len(runs) > MAX_PARENTS:
        _refuse(f"At most {MAX_PARENTS} sweeps can be resumed from.", len(runs))
    for run in runs:
        if run.type != _SWEEP_TYPE:
            _refuse("Only HyperDrive runs can be resumed from.", run.type)
        _check_parent(config, run)
        _check_status(run, _SWEEP_STATUSES)
    _check_unique(runs)
    total = config._max_total_runs + sum(run.hyperdrive_config._max_total_runs for run in runs)  # noqa: SLF001 - one area
    if runs and total > MAX_RUNS:
        _refuse(f"A sweep and those it is resumed from have at most {MAX_RUNS} max_total_runs in all.", total)
    return runs


def check_same_home(config: HyperDriveConfig, workspace: Workspace) -> None:
    """See that what is resumed is recorded where the new sweep will be: made when it is submitted.

    Raises:
        HyperDriveConfigException: It is not.
    """
    for run in (*(config._resumed_sweeps or ()), *(config._resumed_trials or ())):  # noqa: SLF001 - one area
        if run.experiment.workspace.home.path != workspace.home.path:
            _refuse("What is resumed lies in the same home (HYPERSTEP_HOME) as the new sweep.", run.id)


def check_resume_child_runs(config: HyperDriveConfig, resume_child_runs: object) -> list[Any] | None:
    """The trials to resume from, as a list; None and the empty list stay what they are.

    Two warnings of v1 are kept; the datastores of outputs need no registering here.

    Raises:
        HyperDriveConfigException: More than ``max_total_runs``; one that is no run, is not over, has no parent, or is
            listed twice; more than five parents, or one that optimizes another metric.
    """
    if resume_child_runs is None:
        return None
    runs: list[Any] = resume_child_runs if isinstance(resume_child_runs, list) else [resume_child_runs]
    if not runs:
        return runs
    if len(runs) > config._max_total_runs:  # noqa: SLF001 - one area
        _refuse("No more child runs than max_total_runs can be resumed.", len(runs))
    _check_trials(runs)
    parents = {run.parent.id: run.parent for run in runs}
    if len(parents) > MAX_PARENTS:
        _refuse(f"Child runs of at most {MAX_PARENTS} parents can be resumed.", len(parents))
    for parent in parents.values():
        _check_parent(config, parent)
    if len(runs) >= MAX_PARENTS:
        warnings.warn("Resuming that many child runs may take minutes.", stacklevel=3)
    warnings.warn("Resumed child runs need the datastores of their outputs registered.", stacklevel=3)
    return runs


def _check_trials(runs: Sequence[Any]) -> None:
    from hyperstep.azureml_v1.core.run import Run  # noqa: PLC0415 - loaded when there is something to resume

    for run in runs:
        if not isinstance(run, Run):
            _refuse("Child runs to resume are Run objects.", type(run).__name__)
        _check_status(run, _TRIAL_STATUSES)
        if run.parent is None:
            _refuse("A child run to resume has a parent.", run.id)
    _check_unique(runs)


def _check_parent(config: HyperDriveConfig, parent: Any) -> None:  # noqa: ANN401 - a run, or what the user took for one
    theirs = parent.hyperdrive_config
    if theirs._primary_metric_config != config._primary_metric_config:  # noqa: SLF001 - one area
        _refuse("A resumed sweep has the same primary metric and goal.", theirs._primary_metric_config)  # noqa: SLF001
    if config._sampling.to_json()["name"] == "BayesianOptimization":  # noqa: SLF001
        _check_space(_space(config), _space(theirs))


def _check_space(ours: Mapping[str, Json], theirs: Mapping[str, Json]) -> None:
    other = [name for name in dict.fromkeys([*ours, *theirs]) if _text(ours, name) != _text(theirs, name)]
    if other:
        name = other[0]
        rule = f"A sweep resumed with Bayesian sampling has the same search space; {name!r} differs."
        _refuse(rule, {"new": ours.get(name, "absent"), "resumed": theirs.get(name, "absent")})


def _space(config: Any) -> Mapping[str, Json]:  # noqa: ANN401 - a HyperDriveConfig, or what a test has for one
    """Hyperparameters as the engine writes them, so that a range and a list of the same options are equal."""
    try:
        return SearchSpace.from_json(config._sampling.to_json()["parameter_space"]).to_json()  # noqa: SLF001 - one area
    except HyperstepError as error:
        raise HyperDriveConfigException(str(error)) from error


def _text(space: Mapping[str, Json], name: str) -> str:
    return canonical_json(space[name]) if name in space else ""


def _check_status(run: Any, allowed: Sequence[str]) -> None:  # noqa: ANN401 - see _check_parent
    status = run.get_status()
    if status not in allowed:
        _refuse(f"A run to resume has one of the statuses {', '.join(allowed)}.", f"{run.id}: {status}")


def _check_unique(runs: Sequence[Any]) -> None:
    ids = [run.id for run in runs]
    if len(set(ids)) < len(ids):
        _refuse("Each run to resume is listed once.", ids)


def _refuse(rule: str, received: object) -> Never:
    message = f"{rule} Received: {received!r}."
    raise HyperDriveConfigException(message)
