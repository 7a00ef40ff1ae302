"""The sampling classes: v1's checks and JSON, and the translation to an engine sampler."""

from __future__ import annotations

import math
from typing import Any

import pytest

from hyperstep import samplers
from hyperstep.azureml_v1.core.script_run_config import ScriptRunConfig
from hyperstep.azureml_v1.train.exceptions import HyperDriveConfigException, HyperDriveRehydrateException
from hyperstep.azureml_v1.train.expressions import choice, loguniform, normal, quniform, randint, uniform
from hyperstep.azureml_v1.train.goal import PrimaryMetricGoal
from hyperstep.azureml_v1.train.hyperdrive_config import HyperDriveConfig
from hyperstep.azureml_v1.train.sampling import (
    BayesianParameterSampling,
    GridParameterSampling,
    HyperParameterSampling,
    RandomParameterSampling,
)
from hyperstep.azureml_v1.train.sweep_definition import fix_sweep
from hyperstep.records.goal import Goal
from hyperstep.sweep.config import SweepConfig
from hyperstep.sweep.controller import SweepController
from hyperstep.sweep.instructions import LaunchTrial
from hyperstep.testing.simulation import Script, Simulation

SPACE = {"--lr": loguniform(-6, -1), "--units": choice(16, 32), "--epochs": 3}
CHOICES = {"--b": choice([2, 1]), "--a": choice("x", "y")}


def test_to_json_is_a_dict_that_has_properties_only_when_given() -> None:
    expected = {"name": "RANDOM", "parameter_space": SPACE}
    assert RandomParameterSampling(SPACE).to_json() == expected
    assert RandomParameterSampling(SPACE, {}).to_json() == expected
    assert RandomParameterSampling(SPACE, properties={"seed": 3}).to_json() == {**expected, "properties": {"seed": 3}}
    assert GridParameterSampling(CHOICES).to_json() == {"name": "GRID", "parameter_space": CHOICES}
    assert BayesianParameterSampling(CHOICES).to_json()["name"] == "BayesianOptimization"


def test_equality_looks_at_everything() -> None:
    assert RandomParameterSampling(SPACE) == RandomParameterSampling(dict(SPACE))
    assert RandomParameterSampling(SPACE) != RandomParameterSampling(SPACE, {"seed": 1})
    assert RandomParameterSampling(CHOICES) != GridParameterSampling(CHOICES)
    assert RandomParameterSampling(CHOICES) != "RANDOM"


@pytest.mark.parametrize("kind", [RandomParameterSampling, GridParameterSampling, BayesianParameterSampling])
def test_reading_back_keeps_the_space_and_loses_the_properties(kind: Any) -> None:
    stored = kind(CHOICES, {"seed": 1}).to_json()
    assert HyperParameterSampling._from_dict(stored) == kind(CHOICES)


def test_reading_back_an_unknown_name_or_no_space_is_refused() -> None:
    with pytest.raises(HyperDriveConfigException, match=r"RANDOM, GRID, BayesianOptimization.*'Sobol'"):
        HyperParameterSampling._from_dict({"name": "Sobol", "parameter_space": {}})
    with pytest.raises(HyperDriveRehydrateException, match="parameter_space"):
        HyperParameterSampling._from_dict({"name": "GRID"})


@pytest.mark.parametrize("space", [{}, None, {"anything": object(), 3: ["unknown", []]}])
def test_random_checks_nothing_when_constructed(space: Any) -> None:
    assert RandomParameterSampling(space).to_json()["parameter_space"] is space


@pytest.mark.parametrize("expression", [quniform(1, 5, 1), uniform(0, 1), randint(3), []])
def test_grid_takes_choices_only(expression: Any) -> None:
    with pytest.raises(HyperDriveConfigException, match=r"GRID sampling takes choice only.*'--a'"):
        GridParameterSampling({"--a": expression})


def test_grid_lets_constants_pass_and_fails_on_none_as_v1_does() -> None:
    assert GridParameterSampling({"--a": 3, "--b": choice(1)}).to_json()["parameter_space"]["--a"] == 3
    with pytest.raises(AttributeError):
        GridParameterSampling(None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "space",
    [
        None,
        {"a": randint(3)},
        {"a": loguniform(0, 1)},
        {"a": normal(0, 1)},
        {"a": choice(True, False)},
        {"a": choice(1, "x")},
        {"a": choice(None)},
        {"a": choice([[1], [2]])},
        {"a": ["choice", [[]]]},
        {"a": quniform(0.0, 1, 1)},
        {"a": quniform(0, 1, 1.0)},  # type: ignore[arg-type]
        {"a": quniform(False, 1, 1)},
        {"a": quniform(0, 100_001, 1)},
    ],
)
def test_bayesian_refuses_what_v1_refuses(space: Any) -> None:
    with pytest.raises(HyperDriveConfigException, match="Bayesian"):
        BayesianParameterSampling(space)


@pytest.mark.parametrize(
    "space",
    [
        {},
        {"a": choice(1, 2.5), "b": choice("x", "y"), "c": uniform(0, 1), "d": quniform(0, 100_000, 1)},
    ],
)
def test_bayesian_accepts_what_v1_accepts(space: Any) -> None:
    assert BayesianParameterSampling(space).to_json()["parameter_space"] is space


def test_bayesian_raises_plain_errors_where_v1_does() -> None:
    with pytest.raises(TypeError, match="expressions only"):
        BayesianParameterSampling({"a": 3})
    with pytest.raises(ZeroDivisionError):
        BayesianParameterSampling({"a": quniform(0, 1, 0)})


@pytest.mark.parametrize("kind", [RandomParameterSampling, GridParameterSampling, BayesianParameterSampling])
@pytest.mark.parametrize("asked", [True, False, None])
def test_a_sweep_is_deterministic_when_the_properties_or_the_settings_say_so(
    kind: Any, asked: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HYPERSTEP_DETERMINISTIC", "0" if asked else "1")
    monkeypatch.setenv("HYPERSTEP_MAX_FAILED", "4")
    properties = {} if asked is None else {"deterministic": asked}
    tuning = fix_sweep(_config(kind(CHOICES, properties)))()
    config = SweepConfig.from_json(dict(tuning.config))
    assert config.deterministic is (asked is not False)
    assert ("deterministic" in tuning.config) is config.deterministic
    assert (config.limits.max_failed, config.limits.max_retries) == (4, 0)


@pytest.mark.parametrize("kind", [RandomParameterSampling, GridParameterSampling, BayesianParameterSampling])
def test_warm_is_what_the_properties_say_and_no_part_of_the_config(kind: Any) -> None:
    plain, off = (fix_sweep(_config(kind(CHOICES, given)))() for given in ({}, {"warm": "off"}))
    assert (plain.warm, off.warm) == ("", "off")
    assert plain.config["policy"] == off.config["policy"]
    assert "warm" not in off.config
    with pytest.raises(HyperDriveConfigException, match="'auto', 'always' or 'off'"):
        fix_sweep(_config(kind(CHOICES, {"warm": True})))()


def test_deterministic_is_true_or_false() -> None:
    with pytest.raises(HyperDriveConfigException, match="True or False"):
        fix_sweep(_config(GridParameterSampling(CHOICES, {"deterministic": "yes"})))


@pytest.mark.parametrize(
    ("properties", "setting", "kept"),
    [
        ({}, "none", None),
        ({}, "keep", {"past": {}}),
        ({"history": "keep"}, "none", {"past": {}}),
        ({"history": "none"}, "keep", None),
        ({"history": "keep", "past": {"--b": 1}}, "none", {"past": {"--b": 1}}),
    ],
)
@pytest.mark.parametrize("kind", [RandomParameterSampling, GridParameterSampling, BayesianParameterSampling])
def test_history_is_kept_when_the_properties_or_the_settings_say_so(
    kind: Any, properties: dict[str, Any], setting: str, kept: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HYPERSTEP_HISTORY", setting)
    tuning = fix_sweep(_config(kind(CHOICES, properties)))()
    assert tuning.config.get("keep_history") == kept


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"history": "all"}, "'keep' or 'none'"),
        ({"history": "keep", "past": [1]}, "maps names"),
        ({"history": "keep", "past": {"zzz": 1}}, "of the space"),
        ({"past": {"a": 1}}, "history='keep'"),
    ],
)
def test_properties_of_kept_history_are_checked(properties: dict[str, Any], message: str) -> None:
    with pytest.raises(HyperDriveConfigException, match=message):
        fix_sweep(_config(GridParameterSampling(CHOICES, properties)))


def _config(sampling: HyperParameterSampling) -> HyperDriveConfig:
    script = ScriptRunConfig(".", script="train.py")
    return HyperDriveConfig(sampling, "acc", PrimaryMetricGoal.MAXIMIZE, 40, 2, run_config=script)


def test_random_becomes_the_engines_sampler_with_the_seed_offered() -> None:
    sampling = RandomParameterSampling(SPACE)
    assert sampling._seed is None
    data = sampling._to_engine(41)
    assert data == {"name": "RANDOM", "space": SPACE, "order": ["--lr", "--units", "--epochs"], "seed": 41}
    point = samplers.from_json(data).propose(0, ())
    assert point is not None
    assert list(point) == ["--lr", "--units", "--epochs"]
    assert math.exp(-6) <= float(str(point["--lr"])) <= math.exp(-1)
    assert point["--units"] in (16, 32)
    assert point["--epochs"] == 3


def test_a_seed_in_the_properties_wins() -> None:
    sampling = RandomParameterSampling(SPACE, properties={"seed": 0, "rule": "random"})
    assert sampling._seed == 0
    assert sampling._to_engine(41)["seed"] == 0


def test_grid_becomes_the_engines_grid_in_the_order_written() -> None:
    sampler = samplers.from_json(GridParameterSampling(CHOICES)._to_engine(41))
    points = [sampler.propose(index, ()) for index in range(5)]
    assert points == [*({"--b": b, "--a": a} for b in (2, 1) for a in ("x", "y")), None]


@pytest.mark.parametrize(
    ("sampling", "message"),
    [
        (RandomParameterSampling(None), "maps each hyperparameter"),  # type: ignore[arg-type]
        (RandomParameterSampling({"lr": uniform(math.nan, 1)}), "'lr'.*min_value is a finite number"),
        (RandomParameterSampling({"n": quniform(0, 5, 0)}), "'n'.*q is above 0"),
        (RandomParameterSampling({"n": ["unifrm", [0, 1]]}), "'unifrm'.*uniform"),
        (RandomParameterSampling({"n": choice(object())}), "JSON value"),
        (RandomParameterSampling({3: choice(1)}), "name of a hyperparameter"),  # type: ignore[dict-item]
        (RandomParameterSampling(SPACE, {"seed": "7"}), "seed is a whole number"),
        (RandomParameterSampling(SPACE, {"sed": 7}), r"Received: \['sed'\]\. Known: seed, rule"),
        (RandomParameterSampling(SPACE, {"rule": "halton"}), r"one of random, sobol\. Received: 'halton'"),
        (
            GridParameterSampling(CHOICES, {"seed": 7}),
            "Unknown properties of GRID.*Known: deterministic, history, past, warm",
        ),
        (BayesianParameterSampling(CHOICES, {"rule": "sobol"}), "Unknown properties of BayesianOptim.*Known: seed"),
        (BayesianParameterSampling(CHOICES), "needs the goal.*maximize, minimize"),
    ],
)
def test_what_only_the_engine_refuses_is_said_in_v1s_exception(sampling: Any, message: str) -> None:
    with pytest.raises(HyperDriveConfigException, match=message):
        sampling._to_engine(1)


def test_the_rule_sobol_becomes_the_engines_sampler_of_that_name() -> None:
    sampling = RandomParameterSampling(SPACE, properties={"rule": "sobol"})
    assert sampling.to_json()["name"] == "RANDOM"
    data = sampling._to_engine(41)
    assert data == {"name": "SOBOL", "space": SPACE, "order": ["--lr", "--units", "--epochs"], "seed": 41}
    points = [samplers.from_json(data).propose(index, ()) or {} for index in range(4)]
    assert sorted(str(point["--units"]) for point in points) == ["16", "16", "32", "32"]
    assert RandomParameterSampling(SPACE, {"rule": "sobol", "seed": 3})._to_engine(41)["seed"] == 3


@pytest.mark.parametrize("goal", Goal)
def test_bayesian_becomes_the_engines_sampler_with_seed_and_goal(goal: Goal) -> None:
    space = {"a": choice(1, 2.5), "b": choice("x", "y"), "c": uniform(0, 1), "d": quniform(0, 9, 3)}
    data = BayesianParameterSampling(space)._to_engine(41, goal=goal)
    assert data == {
        "name": "BayesianOptimization",
        "space": space,
        "order": ["a", "b", "c", "d"],
        "seed": 41,
        "goal": goal.value,
    }
    point = samplers.from_json(data).propose(0, ())
    assert point is not None
    assert point["d"] in (0.0, 3.0, 6.0, 9.0)
    assert BayesianParameterSampling(space, {"seed": 5})._to_engine(41, goal=goal)["seed"] == 5


@pytest.mark.parametrize(
    "sampling",
    [
        BayesianParameterSampling({"--lr": uniform(0, 1), "--kind": choice("x", "y")}),
        RandomParameterSampling(SPACE, {"rule": "sobol", "seed": 3}),
    ],
    ids=["bayesian", "sobol"],
)
def test_a_sweep_is_rebuilt_from_its_log_with_the_same_points(sampling: Any) -> None:
    hyperdrive = HyperDriveConfig(
        hyperparameter_sampling=sampling,
        primary_metric_name="loss",
        primary_metric_goal=PrimaryMetricGoal.MINIMIZE,
        max_total_runs=40,
        max_concurrent_runs=4,
        run_config=ScriptRunConfig("src", script="train.py"),
    )
    config = SweepConfig.from_json(fix_sweep(hyperdrive)().config)
    simulation = Simulation(config, lambda trial, _: Script(values=(float(trial * 7 % 11),)), slots=4)
    simulation.run()
    launched = [step.point for step in simulation.instructions if isinstance(step, LaunchTrial)]
    assert len(launched) == 40
    again = SweepController.replay(SweepConfig.from_json(config.to_json()), simulation.events)
    assert [trial.point for trial in again.trials] == launched
