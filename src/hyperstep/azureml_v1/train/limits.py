"""The numbers that bound a sweep: refused below the lower bound, warned of above the service's upper one."""

from __future__ import annotations

import warnings

from hyperstep.azureml_v1.core.compute import target_name
from hyperstep.azureml_v1.train.exceptions import HyperDriveConfigException
from hyperstep.azureml_v1.train.sampling import HyperParameterSampling

MAX_TOTAL_RUNS = 1000
MAX_CONCURRENT_RUNS = 100
MAX_DURATION_MINUTES = 10080
"""Above these Azure ML's service refuses or caps; nothing here does."""
BAYESIAN_RUNS_PER_PARAMETER = 20
BAYESIAN_MAX_CONCURRENT_RUNS = 20
_THROW_AWAY_CLUSTER = "amlcompute"


def check_limits(max_total_runs: object, max_concurrent_runs: object, max_duration_minutes: object) -> None:
    """See that a sweep's numbers are possible.

    Raises:
        HyperDriveConfigException: One is below its bound, or a number of runs is not whole.
        TypeError: The duration is no number.
    """
    _check_count("max_total_runs", max_total_runs)
    if max_concurrent_runs:  # None and 0 mean max_total_runs
        _check_count("max_concurrent_runs", max_concurrent_runs)
    if not isinstance(max_duration_minutes, int | float):
        message = f"max_duration_minutes is a number. Received: {max_duration_minutes!r}."
        raise TypeError(message)
    if not max_duration_minutes >= 1:  # NaN is refused too
        message = f"max_duration_minutes is at least 1. Received: {max_duration_minutes!r}."
        raise HyperDriveConfigException(message)
    _warn_above("max_total_runs", max_total_runs, MAX_TOTAL_RUNS)
    _warn_above("max_concurrent_runs", max_concurrent_runs or 0, MAX_CONCURRENT_RUNS)
    _warn_above("max_duration_minutes", max_duration_minutes, MAX_DURATION_MINUTES)


def warn_of_bayesian_limits(sampling: HyperParameterSampling, max_total_runs: int, max_concurrent_runs: int) -> None:
    """Warn, as v1 does, when Bayesian sampling has too few trials, or too many at one time, to learn from."""
    description = sampling.to_json()
    if description["name"] != "BayesianOptimization":
        return
    advised = BAYESIAN_RUNS_PER_PARAMETER * len(description["parameter_space"])
    if max_total_runs < advised:
        message = f"Bayesian sampling does best with max_total_runs of {advised} or more for this search space."
        warnings.warn(message, stacklevel=3)
    if max_concurrent_runs > BAYESIAN_MAX_CONCURRENT_RUNS:
        message = f"Bayesian sampling does best with max_concurrent_runs of {BAYESIAN_MAX_CONCURRENT_RUNS} or fewer."
        warnings.warn(message, stacklevel=3)


def warn_of_target(run_config: object) -> None:
    """Warn, as v1 does, of the target ``amlcompute``, which makes a cluster for the sweep there, and nothing here."""
    settings = getattr(run_config, "run_config", run_config)
    if target_name(getattr(settings, "target", None)) == _THROW_AWAY_CLUSTER:
        message = "The target 'amlcompute' makes a cluster for one sweep in v1; here the trials run on this machine."
        warnings.warn(message, stacklevel=4)


def _check_count(name: str, value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        message = f"{name} is a whole number of at least 1. Received: {value!r}."
        raise HyperDriveConfigException(message)


def _warn_above(name: str, value: object, bound: int) -> None:
    if isinstance(value, int | float) and value > bound:
        message = f"{name} is {value}; Azure ML's service takes {bound} at most. It is kept here."
        warnings.warn(message, stacklevel=4)
