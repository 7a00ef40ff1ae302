"""HyperDriveConfig: what to try, what to optimize, when to stop, and the script to run."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.core.script_run_config import ScriptRunConfig
from hyperstep.azureml_v1.train.exceptions import HyperDriveConfigException, HyperDriveNotImplementedException
from hyperstep.azureml_v1.train.goal import PrimaryMetricGoal
from hyperstep.azureml_v1.train.limits import check_limits, warn_of_bayesian_limits, warn_of_target
from hyperstep.azureml_v1.train.policies import EarlyTerminationPolicy, NoTerminationPolicy
from hyperstep.azureml_v1.train.sampled_arguments import without_sampled
from hyperstep.azureml_v1.train.sampling import HyperParameterSampling
from hyperstep.azureml_v1.train.warm_start import check_resume_child_runs, check_resume_from, check_same_home

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.experiment import Experiment
    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.azureml_v1.train.hyperdrive_run import HyperDriveRun

DEFAULT_DURATION_MINUTES = 10080
_PLATFORMS = {False: "AML", True: "AML_PIPELINES"}


class HyperDriveConfig:
    """One tuning job over a script.

    Args:
        hyperparameter_sampling: What to try.
        primary_metric_name: The metric, exactly as the script logs it.
        primary_metric_goal: Whether it is to grow or to shrink.
        max_total_runs: Trials in all; at least 1.
        max_concurrent_runs: Trials at one time; ``max_total_runs`` for None or 0.
        max_duration_minutes: When the sweep ends at the latest; at least 1.
        policy: When a trial is stopped early; never for None.
        estimator: What to run, as an estimator.
        run_config: What to run, as a ScriptRunConfig.
        resume_from: One to five ended sweeps to go on from. Bayesian sampling learns from their trials; in a finite
            space no point that they tried is tried again (our choice); the best run is looked for among theirs too.
        resume_child_runs: Ended trials to take up: they come first in the new sweep, each with its point, and find what
            the earlier one wrote to ``outputs/`` in the folder that they get as ``--resume-from``.
        pipeline: A pipeline as what to run; checked, and refused when submitted.
        debug_flag: Kept.
        custom_run_id: Id for the run, when it is submitted by itself; in a step it has no effect, as in v1.

    Raises:
        HyperDriveConfigException: Not exactly one of estimator, run_config and pipeline; a run_config that is no
            ScriptRunConfig; no sampling; a number below its bound; a run that cannot be resumed.
        AttributeError: The sampling, the goal or the policy is of another type, as in v1.
        AttributeError: The goal is no PrimaryMetricGoal.
        TypeError: ``max_duration_minutes`` is no number.
    """

    def __init__(
        self,
        hyperparameter_sampling: HyperParameterSampling,
        primary_metric_name: str,
        primary_metric_goal: PrimaryMetricGoal,
        max_total_runs: int,
        max_concurrent_runs: int | None = None,
        max_duration_minutes: int = DEFAULT_DURATION_MINUTES,
        policy: EarlyTerminationPolicy | None = None,
        estimator: Any = None,  # noqa: ANN401 - v1 takes anything that has a run_config
        run_config: ScriptRunConfig | None = None,
        resume_from: Any = None,  # noqa: ANN401 - one run or a list
        resume_child_runs: Any = None,  # noqa: ANN401
        pipeline: Any = None,  # noqa: ANN401 - v1 takes anything that has a graph
        debug_flag: Mapping[str, Any] | None = None,
        custom_run_id: str | None = None,
    ) -> None:
        _check_subject(estimator, run_config, pipeline)
        _check_sampling(hyperparameter_sampling)
        self._sampling = hyperparameter_sampling
        self._primary_metric_config = {"name": primary_metric_name, "goal": _goal_text(primary_metric_goal)}
        check_limits(max_total_runs, max_concurrent_runs, max_duration_minutes)
        self._max_total_runs = max_total_runs
        self._max_concurrent_runs = max_concurrent_runs or max_total_runs
        self._max_duration_minutes = max_duration_minutes
        self._policy = NoTerminationPolicy() if policy is None else policy
        _check_policy(self._policy)
        self._estimator = estimator
        self._script_run_config = run_config
        self._pipeline = pipeline
        self._platform = _PLATFORMS[pipeline is not None]
        self._debug_flag = debug_flag
        self._custom_run_id = custom_run_id
        warn_of_bayesian_limits(hyperparameter_sampling, self._max_total_runs, self._max_concurrent_runs)
        self._check_pipeline()
        self._remove_sampled_arguments()
        self._warn_of_command()
        self._resumed_sweeps = check_resume_from(self, resume_from)
        self._resumed_trials = check_resume_child_runs(self, resume_child_runs)
        self._resume_from = _keys(self._resumed_sweeps)
        self._resume_child_runs = _keys(self._resumed_trials)

    @property
    def estimator(self) -> Any:  # noqa: ANN401 - see the constructor
        """The estimator that was given."""
        return self._estimator

    @property
    def run_config(self) -> Any:  # noqa: ANN401 - ScriptRunConfig, or an estimator's RunConfiguration
        """The ScriptRunConfig that was given, else the estimator's run configuration."""
        if self._script_run_config is not None:
            return self._script_run_config
        return getattr(self._estimator, "run_config", None)

    @property
    def pipeline(self) -> Any:  # noqa: ANN401 - see the constructor
        """The pipeline that was given."""
        return self._pipeline

    @property
    def source_directory(self) -> str | None:
        """The folder that the script lies in."""
        subject = self._script_run_config if self._script_run_config is not None else self._estimator
        return getattr(subject, "source_directory", None)

    def _dto(self, experiment_name: str) -> dict[str, Any]:
        """What v1 sends to its service, as far as it has a meaning here."""
        dto = {
            "generator_config": self._sampling.to_json(),
            "policy_config": self._policy.to_json(),
            "primary_metric_config": dict(self._primary_metric_config),
            "max_total_jobs": self._max_total_runs,
            "max_concurrent_jobs": self._max_concurrent_runs,
            "max_duration_minutes": self._max_duration_minutes,
            "name": experiment_name,
            "platform": self._platform,
        }
        optional = {
            "resume_from": self._resume_from,
            "resume_child_runs": self._resume_child_runs,
            "_debug_flag": None if self._debug_flag is None else dict(self._debug_flag),
        }
        return {**dto, **{key: value for key, value in optional.items() if value is not None}}

    def _check_submission(self, workspace: Workspace) -> None:
        """Say what cannot be submitted, and warn of a target that means something else here.

        Raises:
            HyperDriveNotImplementedException: A pipeline is to be tuned.
            HyperDriveConfigException: The primary metric has no name; what is resumed is recorded elsewhere; or the
                config was read back from a run that was resumed.
        """
        if self._pipeline is not None:
            message = (
                "HyperDriveConfig(pipeline=...) is not built: a trial is one process here, not a pipeline run. "
                "Tune the script that matters with run_config=ScriptRunConfig(...) in a HyperDriveStep, and put what "
                "comes before and after it into steps of their own."
            )
            raise HyperDriveNotImplementedException(message)
        _check_metric_name(self._primary_metric_config["name"])
        self._check_not_read_back()
        check_same_home(self, workspace)
        warn_of_target(self.run_config)

    def _check_not_read_back(self) -> None:
        lost = (self._resume_from and not self._resumed_sweeps) or (
            self._resume_child_runs and not self._resumed_trials
        )
        if lost:
            message = "A config that was read back from a run does not resume again. Make a new HyperDriveConfig."
            raise HyperDriveConfigException(message)

    def _submit(
        self,
        experiment: Experiment,
        tags: Mapping[str, object] | None = None,
        **kwargs: object,  # noqa: ARG002 - v1 ignores what it does not know
    ) -> HyperDriveRun:
        """Start the sweep by itself, without a pipeline."""
        from hyperstep.azureml_v1.train.submission import submit_sweep  # noqa: PLC0415 - the engine loads when needed

        return submit_sweep(self, experiment, tags or {})

    def _check_pipeline(self) -> None:
        if self._pipeline is None:
            return
        warnings.warn("Tuning a whole pipeline is a preview feature of v1.", stacklevel=3)
        unknown = sorted(set(self._sampling.to_json()["parameter_space"]) - set(self._pipeline.graph.params))
        if unknown:
            message = f"Every hyperparameter of a tuned pipeline is one of its PipelineParameters. Received: {unknown}."
            raise HyperDriveConfigException(message)

    def _warn_of_command(self) -> None:
        if getattr(self._script_run_config, "command", None):
            message = "Hyperparameters are not passed to a command, as in v1: give a script to tune."
            warnings.warn(message, stacklevel=3)

    def _remove_sampled_arguments(self) -> None:
        """As v1: an estimator's own argument gives way to the sampled one of that name."""
        arguments: Sequence[Any] = getattr(getattr(self._estimator, "run_config", None), "arguments", None) or []
        space = self._sampling.to_json()["parameter_space"] or {}
        kept, removed = without_sampled(arguments, space)
        if removed:
            names = ", ".join(str(name) for name in removed)
            warnings.warn(f"These arguments are sampled, and were removed from the estimator: {names}.", stacklevel=3)
            self._estimator.run_config.arguments = kept


class HyperDriveRunConfig(HyperDriveConfig):
    """The old name of HyperDriveConfig, for estimators.

    Args:
        estimator: What to run.
        hyperparameter_sampling: As for HyperDriveConfig, like all that follow.
        primary_metric_name: The metric, exactly as the script logs it.
        primary_metric_goal: Whether it is to grow or to shrink.
        max_total_runs: Trials in all.
        max_concurrent_runs: Trials at one time.
        max_duration_minutes: When the sweep ends at the latest.
        policy: When a trial is stopped early.
    """

    def __init__(
        self,
        estimator: Any,  # noqa: ANN401 - as for HyperDriveConfig
        hyperparameter_sampling: HyperParameterSampling,
        primary_metric_name: str,
        primary_metric_goal: PrimaryMetricGoal,
        max_total_runs: int,
        max_concurrent_runs: int | None = None,
        max_duration_minutes: int = DEFAULT_DURATION_MINUTES,
        policy: EarlyTerminationPolicy | None = None,
    ) -> None:
        warnings.warn("HyperDriveRunConfig is the old name of HyperDriveConfig; use that one.", stacklevel=2)
        super().__init__(
            hyperparameter_sampling,
            primary_metric_name,
            primary_metric_goal,
            max_total_runs,
            max_concurrent_runs,
            max_duration_minutes,
            policy,
            estimator,
        )


def _check_subject(estimator: object, run_config: object, pipeline: object) -> None:
    given = [subject for subject in (estimator, run_config, pipeline) if subject is not None]
    if len(given) != 1:
        message = (
            "A HyperDriveConfig runs exactly one of estimator, run_config and pipeline. "
            f"Received {len(given)} of them. Give a ScriptRunConfig as run_config."
        )
        raise HyperDriveConfigException(message)
    if run_config is not None and not isinstance(run_config, ScriptRunConfig):
        message = f"run_config is a ScriptRunConfig. Received: {type(run_config).__name__}."
        raise HyperDriveConfigException(message)


def _check_sampling(sampling: object) -> None:
    if sampling is None:
        message = "A HyperDriveConfig needs a hyperparameter_sampling, for example RandomParameterSampling({...})."
        raise HyperDriveConfigException(message)
    if isinstance(sampling, HyperParameterSampling):
        return
    message = f"hyperparameter_sampling is for example RandomParameterSampling({{...}}). Received: {sampling!r}."
    raise AttributeError(message)


def _check_policy(policy: object) -> None:
    if isinstance(policy, EarlyTerminationPolicy):
        return
    message = f"policy is for example BanditPolicy(slack_factor=0.1), or None. Received: {policy!r}."
    raise AttributeError(message)


def _keys(runs: list[Any] | None) -> list[dict[str, Any]] | None:
    if not runs:
        return runs
    from hyperstep.azureml_v1.train.resuming import run_keys  # noqa: PLC0415 - loaded when there is something to resume

    return run_keys(runs)


def _check_metric_name(name: object) -> None:
    if not isinstance(name, str) or not name:
        message = f"primary_metric_name is the name that the training script logs. Received: {name!r}."
        raise HyperDriveConfigException(message)


def _goal_text(goal: object) -> str:
    if isinstance(goal, PrimaryMetricGoal):
        return goal.value.lower()
    message = f"primary_metric_goal is PrimaryMetricGoal.MAXIMIZE or PrimaryMetricGoal.MINIMIZE. Received: {goal!r}."
    raise AttributeError(message)
