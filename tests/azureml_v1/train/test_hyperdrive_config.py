"""HyperDriveConfig: every check of its constructor, its warnings, and what it hands on."""

from __future__ import annotations

import warnings
from types import SimpleNamespace
from typing import Any

import pytest

from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.azureml_v1.core.run import Run
from hyperstep.azureml_v1.core.runconfig import RunConfiguration
from hyperstep.azureml_v1.core.script_run_config import ScriptRunConfig
from hyperstep.azureml_v1.train.estimator import Estimator
from hyperstep.azureml_v1.train.exceptions import HyperDriveConfigException, HyperDriveNotImplementedException
from hyperstep.azureml_v1.train.expressions import choice, uniform
from hyperstep.azureml_v1.train.goal import PrimaryMetricGoal
from hyperstep.azureml_v1.train.hyperdrive_config import HyperDriveConfig, HyperDriveRunConfig
from hyperstep.azureml_v1.train.policies import BanditPolicy, NoTerminationPolicy
from hyperstep.azureml_v1.train.sampling import BayesianParameterSampling, RandomParameterSampling
from hyperstep.azureml_v1.train.sweep_definition import fix_sweep

SPACE = RandomParameterSampling({"--c": uniform(0, 1)})
SCRIPT = ScriptRunConfig("src", "train.py")
EXPERIMENT = SimpleNamespace(
    name="digits", workspace=SimpleNamespace(name="local", subscription_id="s", resource_group="g")
)


def _config(**changes: Any) -> HyperDriveConfig:
    arguments: dict[str, Any] = {
        "hyperparameter_sampling": SPACE,
        "primary_metric_name": "accuracy",
        "primary_metric_goal": PrimaryMetricGoal.MAXIMIZE,
        "max_total_runs": 4,
        "run_config": SCRIPT,
        **changes,
    }
    return HyperDriveConfig(**arguments)


def _estimator(**settings: Any) -> Estimator:
    return Estimator("src", entry_script="train.py", compute_target="local", **settings)


def _sweep_run(**changes: Any) -> Any:
    """What looks like a finished sweep."""
    metric = _config()._primary_metric_config
    config = SimpleNamespace(_primary_metric_config=metric, _sampling=SPACE, _max_total_runs=4)
    facts = {
        "id": "HD_1",
        "type": "hyperdrive",
        "hyperdrive_config": config,
        "get_status": lambda: "Completed",
        "experiment": EXPERIMENT,
    }
    return SimpleNamespace(**{**facts, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"run_config": None},
        {"estimator": _estimator()},
        {"pipeline": SimpleNamespace(graph=SimpleNamespace(params={}))},
        {"run_config": None, "estimator": _estimator(), "pipeline": object()},
        {"run_config": RunConfiguration()},
        {"run_config": "train.py"},
        {"hyperparameter_sampling": None},
    ],
    ids=["nothing", "script and estimator", "script and pipeline", "two others", "no script", "text", "no sampling"],
)
def test_exactly_one_script_and_a_sampling_are_needed(changes: dict[str, Any]) -> None:
    with pytest.raises(HyperDriveConfigException):
        _config(**changes)


def test_a_config_exception_is_no_value_error() -> None:
    assert not issubclass(HyperDriveConfigException, ValueError)


@pytest.mark.parametrize("goal", ["MAXIMIZE", "maximize", None])
def test_the_goal_is_the_enumeration(goal: Any) -> None:
    with pytest.raises(AttributeError, match=r"PrimaryMetricGoal\.MAXIMIZE"):
        _config(primary_metric_goal=goal)


@pytest.mark.parametrize(
    ("part", "value", "hint"),
    [
        ("hyperparameter_sampling", {"--c": uniform(0, 1)}, "RandomParameterSampling"),
        ("policy", "bandit", "BanditPolicy"),
    ],
)
def test_a_sampling_or_policy_of_another_type_is_told_what_it_is(part: str, value: Any, hint: str) -> None:
    with pytest.raises(AttributeError, match=rf"{part} is for example {hint}.*Received: "):
        _config(**{part: value})


@pytest.mark.parametrize("name", [None, "", 5])
def test_the_name_of_the_metric_is_checked_when_it_is_submitted(experiment: Experiment, name: Any) -> None:
    config = _config(primary_metric_name=name)
    assert config._primary_metric_config == {"name": name, "goal": "maximize"}
    with pytest.raises(HyperDriveConfigException, match=rf"primary_metric_name is .*Received: {name!r}"):
        config._check_submission(experiment.workspace)


@pytest.mark.parametrize(
    "changes",
    [
        {"max_total_runs": 0},
        {"max_total_runs": None},
        {"max_total_runs": -1},
        {"max_total_runs": 2.0},
        {"max_total_runs": True},
        {"max_concurrent_runs": -1},
        {"max_concurrent_runs": 1.5},
        {"max_duration_minutes": 0},
        {"max_duration_minutes": -5},
        {"max_duration_minutes": float("nan")},
    ],
)
def test_a_number_below_its_bound_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(HyperDriveConfigException, match=next(iter(changes))):
        _config(**changes)


@pytest.mark.parametrize("duration", [None, "10"])
def test_a_duration_that_is_no_number_is_a_type_error(duration: Any) -> None:
    with pytest.raises(TypeError, match="max_duration_minutes"):
        _config(max_duration_minutes=duration)


@pytest.mark.parametrize(
    ("changes", "attribute", "kept"),
    [
        ({"max_total_runs": 10_000, "max_concurrent_runs": 4}, "_max_total_runs", 10_000),
        ({"max_concurrent_runs": 101}, "_max_concurrent_runs", 101),
        ({"max_duration_minutes": 10_081}, "_max_duration_minutes", 10_081),
    ],
)
def test_a_number_above_the_services_bound_is_warned_of_and_kept(
    changes: dict[str, Any], attribute: str, kept: int
) -> None:
    with pytest.warns(UserWarning, match=str(kept)):
        config = _config(**changes)
    assert getattr(config, attribute) == kept


@pytest.mark.parametrize(("given", "used"), [(None, 4), (0, 4), (2, 2), (9, 9)])
def test_concurrency_is_the_total_unless_given_and_may_be_larger(given: Any, used: int) -> None:
    assert _config(max_concurrent_runs=given)._max_concurrent_runs == used


def test_a_week_is_the_default_duration_and_no_warning_is_given() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert _config()._max_duration_minutes == 10_080


def test_without_a_policy_nothing_is_stopped_early() -> None:
    assert _config()._policy == NoTerminationPolicy()
    policy = BanditPolicy(slack_factor=0.1)
    assert _config(policy=policy)._policy is policy


def test_bayesian_sampling_with_few_or_many_at_once_is_warned_of() -> None:
    sampling = BayesianParameterSampling({"--c": uniform(0, 1), "--d": choice(1, 2)})
    with pytest.warns(UserWarning, match="40 or more"):
        _config(hyperparameter_sampling=sampling, max_total_runs=39, max_concurrent_runs=2)
    with pytest.warns(UserWarning, match="20 or fewer"):
        _config(hyperparameter_sampling=sampling, max_total_runs=40, max_concurrent_runs=21)


def test_it_shows_what_it_runs() -> None:
    estimator = _estimator()
    assert (_config().run_config, _config().source_directory, _config().estimator) == (SCRIPT, "src", None)
    config = _config(run_config=None, estimator=estimator)
    assert (config.run_config, config.source_directory) == (estimator.run_config, "src")
    assert config.estimator is estimator


def test_an_estimators_own_value_gives_way_to_the_sampled_one_with_a_warning() -> None:
    estimator = _estimator(script_params={"-c": 3, "--keep": 4})
    with pytest.warns(UserWarning, match="-c"):
        _config(run_config=None, estimator=estimator)
    assert estimator.run_config.arguments == ["--keep", 4]


def test_a_flag_without_a_value_shifts_the_pairing_as_in_v1() -> None:
    estimator = _estimator(script_params={"--flag": "", "--c": 3})
    _config(run_config=None, estimator=estimator)
    assert estimator.run_config.arguments == ["--flag", "--c", 3]


def test_arguments_of_a_script_run_config_stay() -> None:
    script = ScriptRunConfig("src", "train.py", arguments=["--c", 3])
    assert _config(run_config=script).run_config.arguments == ["--c", 3]


def test_a_command_is_warned_of_since_hyperparameters_do_not_reach_it() -> None:
    with pytest.warns(UserWarning, match="command"):
        _config(run_config=ScriptRunConfig("src", command="python train.py"))


def test_a_tuned_pipeline_is_a_preview_and_needs_its_hyperparameters_as_parameters() -> None:
    pipeline = SimpleNamespace(graph=SimpleNamespace(params={"--c": object()}))
    with pytest.warns(UserWarning, match="preview"):
        assert _config(run_config=None, pipeline=pipeline)._dto("e")["platform"] == "AML_PIPELINES"
    pipeline.graph.params = {}
    with pytest.warns(UserWarning, match="preview"), pytest.raises(HyperDriveConfigException, match="--c"):
        _config(run_config=None, pipeline=pipeline)


@pytest.mark.parametrize(
    ("runs", "rule"),
    [
        ([_sweep_run(id=str(n)) for n in range(6)], "At most 5"),
        ([_sweep_run(type="azureml.scriptrun")], "Only HyperDrive"),
        ([_sweep_run(get_status=lambda: "Failed")], "Failed"),
        ([_sweep_run(get_status=lambda: "Running")], "Running"),
        ([_sweep_run(), _sweep_run()], "listed once"),
    ],
)
def test_a_sweep_that_cannot_be_resumed_is_refused(runs: list[Any], rule: str) -> None:
    with pytest.raises(HyperDriveConfigException, match=rule):
        _config(resume_from=runs)


def test_a_resumed_sweep_has_the_same_metric_and_goal() -> None:
    other = SimpleNamespace(_primary_metric_config={"name": "accuracy", "goal": "minimize"}, _sampling=SPACE)
    with pytest.raises(HyperDriveConfigException, match="same primary metric"):
        _config(resume_from=_sweep_run(hyperdrive_config=other))


@pytest.mark.parametrize(
    ("space", "name"),
    [
        ({"--c": uniform(0, 2)}, "'--c' differs"),
        ({"--c": uniform(0, 1), "--d": choice(1)}, "'--d' differs"),
        ({}, "'--c'"),
    ],
)
def test_for_bayesian_sampling_it_has_the_same_space_too_and_what_differs_is_named(
    space: dict[str, Any], name: str
) -> None:
    sampling = BayesianParameterSampling(space)
    with pytest.raises(HyperDriveConfigException, match=name):
        _config(hyperparameter_sampling=sampling, max_total_runs=40, max_concurrent_runs=1, resume_from=_sweep_run())


def test_a_range_and_the_list_of_its_numbers_are_one_space() -> None:
    theirs = SimpleNamespace(
        _primary_metric_config=_config()._primary_metric_config,
        _sampling=BayesianParameterSampling({"--c": choice([0, 1, 2])}),
        _max_total_runs=4,
    )
    ours = BayesianParameterSampling({"--c": choice(range(3))})
    run = _sweep_run(hyperdrive_config=theirs)
    assert _config(hyperparameter_sampling=ours, max_total_runs=20, resume_from=run)._resumed_sweeps == [run]


def test_more_than_a_thousand_runs_in_all_are_refused() -> None:
    assert _config(max_total_runs=996, max_concurrent_runs=1, resume_from=_sweep_run())._max_total_runs == 996
    with pytest.raises(HyperDriveConfigException, match="1000"):
        _config(max_total_runs=997, max_concurrent_runs=1, resume_from=_sweep_run())


def test_what_is_resumed_is_kept_as_run_keys() -> None:
    scope = {
        "host": "local",
        "subscription_id": "s",
        "resource_group": "g",
        "workspace_name": "local",
        "experiment_name": "digits",
    }
    config = _config(resume_from=_sweep_run(), debug_flag={"a": 1})
    assert config._resume_from == [{"run_scope": scope, "run_id": "HD_1"}]
    dto = config._dto("e")
    assert (dto["resume_from"], dto["_debug_flag"]) == (config._resume_from, {"a": 1})
    assert not {"resume_child_runs", "resume_from", "_debug_flag"} & _config()._dto("e").keys()


def test_something_that_is_no_run_has_no_type() -> None:
    with pytest.raises(AttributeError):
        _config(resume_from=object())


def test_no_runs_to_resume_stay_what_they_are() -> None:
    config = _config(resume_from=[], resume_child_runs=[])
    assert (config._resume_from, config._resume_child_runs) == ([], [])
    assert fix_sweep(config)().config.keys() == {"sampler", "policy", "metric", "limits"}


class _Trial(Run):
    """What looks like a finished trial."""

    def __init__(self, run_id: str, status: str = "Failed", parent: Any = None) -> None:
        self._run_id = run_id
        self._state = status
        self._parent = parent
        self._experiment: Any = EXPERIMENT

    def get_status(self) -> str:
        return self._state

    @property
    def parent(self) -> Any:
        return self._parent


@pytest.mark.parametrize(
    ("runs", "rule"),
    [
        ([_Trial(str(n), parent=_sweep_run()) for n in range(5)], "max_total_runs"),
        ([_Trial("1", parent=_sweep_run()), _Trial("1", parent=_sweep_run())], "listed once"),
        ([_sweep_run()], "Run objects"),
        ([_Trial("1", status="Running", parent=_sweep_run())], "Running"),
        ([_Trial("1")], "has a parent"),
    ],
)
def test_a_trial_that_cannot_be_resumed_is_refused(runs: list[Any], rule: str) -> None:
    with pytest.raises(HyperDriveConfigException, match=rule):
        _config(resume_child_runs=runs)


def test_trials_of_more_than_five_sweeps_are_refused() -> None:
    runs = [_Trial(str(n), parent=_sweep_run(id=f"HD_{n}")) for n in range(6)]
    with pytest.raises(HyperDriveConfigException, match="5 parents"):
        _config(max_total_runs=6, resume_child_runs=runs)


def test_resuming_trials_is_warned_of_and_resuming_many_once_more() -> None:
    with pytest.warns(UserWarning, match="datastores"):
        _config(resume_child_runs=_Trial("1", parent=_sweep_run()))
    runs = [_Trial(str(n), parent=_sweep_run()) for n in range(5)]
    with pytest.warns(UserWarning, match="minutes"), pytest.warns(UserWarning, match="datastores"):
        _config(max_total_runs=5, resume_child_runs=runs)


def test_a_sweep_recorded_in_another_home_is_refused_at_submission(experiment: Experiment) -> None:
    elsewhere = SimpleNamespace(**vars(EXPERIMENT.workspace), home=SimpleNamespace(path="/another"))
    config = _config(resume_from=_sweep_run(experiment=SimpleNamespace(name="digits", workspace=elsewhere)))
    with pytest.raises(HyperDriveConfigException, match="HYPERSTEP_HOME"):
        experiment.submit(config)


def test_the_target_that_makes_a_cluster_is_warned_of(experiment: Experiment) -> None:
    config = _config(run_config=ScriptRunConfig("src", "train.py", compute_target="amlcompute"))
    with pytest.warns(UserWarning, match="this machine"):
        config._check_submission(experiment.workspace)


def test_tuning_a_pipeline_is_refused_at_submission(experiment: Experiment) -> None:
    pipeline = SimpleNamespace(graph=SimpleNamespace(params={"--c": object()}))
    with pytest.warns(UserWarning, match="preview"):
        config = _config(run_config=None, pipeline=pipeline)
    with pytest.raises(HyperDriveNotImplementedException, match="pipeline"):
        experiment.submit(config)


def test_the_old_name_warns_and_is_a_hyperdrive_config() -> None:
    with pytest.warns(UserWarning, match="old name"):
        config = HyperDriveRunConfig(_estimator(), SPACE, "accuracy", PrimaryMetricGoal.MINIMIZE, 3)
    assert isinstance(config, HyperDriveConfig)
    assert config._primary_metric_config["goal"] == "minimize"
