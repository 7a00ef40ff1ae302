"""Bayesian sampling, going on from earlier sweeps and taking up earlier trials, with real processes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.azureml_v1.core.run import Run
from hyperstep.azureml_v1.core.script_run_config import ScriptRunConfig
from hyperstep.azureml_v1.pipeline.pipeline import Pipeline
from hyperstep.azureml_v1.pipeline.steps.hyper_drive_step import HyperDriveStep
from hyperstep.azureml_v1.pipeline.steps.hyper_drive_step_run import HyperDriveStepRun
from hyperstep.azureml_v1.train import sweep_definition
from hyperstep.azureml_v1.train.exceptions import HyperDriveConfigException
from hyperstep.azureml_v1.train.expressions import choice, quniform, uniform
from hyperstep.azureml_v1.train.goal import PrimaryMetricGoal
from hyperstep.azureml_v1.train.hyperdrive_config import HyperDriveConfig
from hyperstep.azureml_v1.train.hyperdrive_run import HyperDriveRun
from hyperstep.azureml_v1.train.policies import MedianStoppingPolicy
from hyperstep.azureml_v1.train.sampling import (
    BayesianParameterSampling,
    GridParameterSampling,
    HyperParameterSampling,
    RandomParameterSampling,
)

SCRIPT = """
import argparse, os
from azureml.core import Run
parser = argparse.ArgumentParser()
parser.add_argument("--c", type=float)
parser.add_argument("--units", type=int, default=0)
parser.add_argument("--resume-from", default=None)
args = parser.parse_args()
before = 0.0
if args.resume_from:
    before = float(open(os.path.join(args.resume_from, "model.txt")).read())
    assert os.path.expandvars("$AZUREML_DATAREFERENCE_MODEL_LOCATION") == args.resume_from
os.makedirs("outputs", exist_ok=True)
open("outputs/model.txt", "w").write(str(args.c))
Run.get_context().log("loss", before + (args.c - 3) ** 2)
"""
BAYESIAN = {"--c": quniform(0, 10, 1), "units": choice(1, 2)}
Make = Callable[..., HyperDriveConfig]


@pytest.fixture
def make(experiment: Experiment) -> Make:
    """A sweep that minimizes a loss over ``--c``."""
    del experiment
    Path("src", "minimize.py").write_text(SCRIPT, encoding="utf-8")

    def config(sampling: HyperParameterSampling, total: int = 3, **settings: Any) -> HyperDriveConfig:
        return HyperDriveConfig(
            sampling,
            "loss",
            PrimaryMetricGoal.MINIMIZE,
            total,
            max_concurrent_runs=2,
            run_config=ScriptRunConfig("src", "minimize.py"),
            **settings,
        )

    return config


def _run(experiment: Experiment, config: HyperDriveConfig) -> HyperDriveRun:
    run: HyperDriveRun = experiment.submit(config)
    run.wait_for_completion()
    return run


def _points(run: HyperDriveRun) -> list[dict[str, Any]]:
    return [json.loads(text) for text in run.get_hyperparameters().values()]


@pytest.mark.end_to_end
def test_a_bayesian_sweep_of_its_own_finds_the_least_value_and_repeats_no_point(
    experiment: Experiment, make: Make
) -> None:
    with pytest.warns(UserWarning, match="40 or more"):
        config = make(BayesianParameterSampling(BAYESIAN, {"seed": 5}), 14)
    run = _run(experiment, config)
    points = [json.dumps(point) for point in _points(run)]
    assert len(set(points)) == 14
    best = run.get_best_run_by_primary_metric()
    assert best is not None
    assert best.get_metrics()["loss"] <= 1.0
    arguments = best.get_details()["runDefinition"]["arguments"]
    assert arguments[0] == "--c"
    assert arguments[1].isdigit()
    assert arguments[2:] in (["--units", "1"], ["--units", "2"])
    again = HyperDriveRun(experiment, run.id).hyperdrive_config
    assert again._sampling == BayesianParameterSampling(BAYESIAN)


@pytest.mark.end_to_end
def test_a_bayesian_sweep_runs_as_a_step_and_is_reused_without_a_seed(experiment: Experiment, make: Make) -> None:
    def submit() -> Any:
        with pytest.warns(UserWarning, match="20 or more"):
            config = make(BayesianParameterSampling({"--c": uniform(0, 10)}), custom_run_id="ignored")
        pipeline = Pipeline(experiment.workspace, [HyperDriveStep("tune", config)])
        run = experiment.submit(pipeline)
        assert run.wait_for_completion(show_output=False) == "Finished"
        return next(iter(run.get_children()))

    step = submit()
    sweep = HyperDriveStepRun(step)
    assert sweep.get_best_run_by_primary_metric() is not None
    assert len(_points(sweep)) == 3
    spec = experiment.workspace.home.store.journal(step.pipeline_run_id).spec()
    tuning = spec["spec"]["steps"][0]["tuning"]  # type: ignore[index,call-overload]
    assert isinstance(tuning["config"]["sampler"]["seed"], int)  # type: ignore[index,call-overload]
    assert tuning["seed_given"] is False  # type: ignore[index,call-overload]
    assert submit()._is_reused
    further = make(BayesianParameterSampling({"--c": uniform(0, 10)}), 20, resume_from=sweep)
    assert len(sweep_definition.fix_sweep(further)().config["history"]) == 3  # type: ignore[arg-type]


@pytest.mark.parametrize("sampling", [RandomParameterSampling, BayesianParameterSampling])
def test_a_seed_that_was_not_given_is_drawn_anew_at_each_submission_and_recorded(
    make: Make, sampling: Callable[..., HyperParameterSampling]
) -> None:
    define = sweep_definition.fix_sweep(make(sampling({"--c": uniform(0, 10)}), 20))
    first, second = define(), define()
    seeds = [tuning.config["sampler"]["seed"] for tuning in (first, second)]  # type: ignore[index,call-overload]
    assert all(isinstance(seed, int) for seed in seeds)
    assert seeds[0] != seeds[1]
    assert (first.seed_given, second.seed_given) == (False, False)
    given = sweep_definition.fix_sweep(make(sampling({"--c": uniform(0, 10)}, {"seed": 7}), 20))()
    assert (given.config["sampler"]["seed"], given.seed_given) == (7, True)  # type: ignore[index,call-overload]


@pytest.mark.end_to_end
def test_a_sweep_goes_on_from_an_earlier_one(experiment: Experiment, make: Make) -> None:
    first = _run(experiment, make(GridParameterSampling({"--c": choice(3, 9)}), 2))
    config = make(GridParameterSampling({"--c": choice(3, 5, 9, 8)}), 4, resume_from=first)
    second = _run(experiment, config)
    assert _points(second) == [{"--c": 5}, {"--c": 8}]
    assert [json.loads(second.get_properties()["resume_from"])[0]["run_id"]] == [first.id]
    best, own = (second.get_best_run_by_primary_metric(include_resume_from_runs=flag) for flag in (True, False))
    assert best is not None
    assert own is not None
    assert (best.id, own.id) == (f"{first.id}_0", f"{second.id}_0")
    assert (type(best), best.get_metrics()) == (Run, {"loss": 0.0})
    again = HyperDriveRun(experiment, second.id).hyperdrive_config
    assert again._resume_from == config._resume_from
    with pytest.raises(HyperDriveConfigException, match="Make a new HyperDriveConfig"):
        experiment.submit(again)


@pytest.mark.end_to_end
def test_a_bayesian_sweep_learns_from_the_one_before(experiment: Experiment, make: Make) -> None:
    sampling = BayesianParameterSampling({"--c": uniform(0, 10)}, {"seed": 1})
    first = _run(experiment, make(sampling, 20))
    config = make(sampling, 20, resume_from=[first])
    tuning = sweep_definition.fix_sweep(config)()
    history: Any = tuning.config["history"]
    assert [trial["point"] for trial in history] == _points(first)
    assert [trial["best"] for trial in history] == [
        first.get_metrics()[trial]["loss"] for trial in first.get_hyperparameters()
    ]
    config._max_total_runs = 1
    second = _run(experiment, config)
    assert _points(second)[0] != _points(first)[0]  # with this seed, and nothing to learn from, they are equal


@pytest.mark.end_to_end
@pytest.mark.parametrize("in_a_step", [False, True])
def test_trials_that_are_taken_up_find_what_the_earlier_ones_wrote(
    experiment: Experiment, make: Make, in_a_step: bool
) -> None:
    first = _run(experiment, make(GridParameterSampling({"--c": choice(9, 4)}), 2))
    child = Run(experiment, f"{first.id}_1")
    with pytest.warns(UserWarning, match="datastores"):
        config = make(GridParameterSampling({"--c": choice(9, 5)}), 2, resume_child_runs=child)
    if in_a_step:
        run = experiment.submit(Pipeline(experiment.workspace, [HyperDriveStep("tune", config)]))
        run.wait_for_completion(show_output=False)
        second: HyperDriveRun = HyperDriveStepRun(next(iter(run.get_children())))
    else:
        second = _run(experiment, config)
    assert _points(second) == [{"--c": 4}, {"--c": 9}]
    assert second.get_metrics() == {f"{second.id}_0": {"loss": 5.0}, f"{second.id}_1": {"loss": 36.0}}
    arguments = Run(experiment, f"{second.id}_0").get_details()["runDefinition"]["arguments"]
    assert arguments[:3] == ["--c", "4", "--resume-from"]
    assert json.loads(second.get_properties()["resume_child_runs"])[0]["run_id"] == child.id


@pytest.mark.end_to_end
def test_what_a_step_goes_on_from_decides_whether_it_is_reused(experiment: Experiment, make: Make) -> None:
    earlier = [_run(experiment, make(GridParameterSampling({"--c": choice(value)}), 1)) for value in (1, 2)]

    def reused(resumed: HyperDriveRun) -> bool:
        config = make(GridParameterSampling({"--c": choice(1, 2, 3)}), 3, resume_from=resumed)
        run = experiment.submit(Pipeline(experiment.workspace, [HyperDriveStep("tune", config)]))
        run.wait_for_completion(show_output=False)
        return bool(next(iter(run.get_children()))._is_reused)

    assert [reused(earlier[0]), reused(earlier[0]), reused(earlier[1])] == [False, True, False]


@pytest.mark.end_to_end
def test_the_sweeps_own_table_names_each_best_and_the_final_one(experiment: Experiment, make: Make) -> None:
    config = make(GridParameterSampling({"--c": choice(9, 3, 8)}))
    config._max_concurrent_runs = 1
    run = _run(experiment, config)
    table = Run(experiment, run.id).get_metrics()["best_child_by_primary_metric"]
    assert table["run_id"] == [f"{run.id}_0", f"{run.id}_1", f"{run.id}_1"]
    assert table["metric_value"] == [36.0, 0.0, 0.0]
    assert table["final"] == [False, False, True]
    assert table["metric_name"] == ["loss"] * 3
    assert run.get_metrics().keys() == run.get_hyperparameters().keys()


@pytest.mark.end_to_end
@pytest.mark.parametrize("in_a_step", [False, True])
def test_the_duration_ends_a_sweep(
    experiment: Experiment, make: Make, monkeypatch: pytest.MonkeyPatch, in_a_step: bool
) -> None:
    monkeypatch.setattr(sweep_definition, "_SECONDS_PER_MINUTE", 2.0)
    Path("src", "minimize.py").write_text(SCRIPT + "\nimport time\ntime.sleep(600 if args.c else 0)\n")
    config = make(GridParameterSampling({"--c": choice(0, 1, 2, 3)}), 4, max_duration_minutes=1)
    if in_a_step:
        run = experiment.submit(Pipeline(experiment.workspace, [HyperDriveStep("tune", config)]))
        run.wait_for_completion(show_output=False)
        sweep: HyperDriveRun = HyperDriveStepRun(next(iter(run.get_children())))
    else:
        sweep = _run(experiment, config)
    assert sweep.get_status() == "Completed"
    statuses = {entry["status"] for entry in sweep.get_children_sorted_by_primary_metric()}
    assert statuses == {"Completed", "Canceled"}
    assert "time limit" in sweep.get_detailed_status()["details"]


@pytest.mark.end_to_end
def test_what_is_read_back_equals_what_was_submitted(experiment: Experiment, make: Make) -> None:
    sampling = GridParameterSampling({"--c": choice(range(2)), "b": choice([[1, 2], ["x"]]), "units": choice(4)})
    Path("src", "minimize.py").write_text(SCRIPT.replace("parse_args()", "parse_known_args()[0]"))
    config = make(sampling, 4, policy=MedianStoppingPolicy(2, 3), max_duration_minutes=30)
    run = _run(experiment, config)
    again = HyperDriveRun(experiment, run.id).hyperdrive_config
    assert (again._sampling, again._policy) == (config._sampling, config._policy)
    assert again._dto("e") == config._dto("e")
    assert Run(experiment, f"{run.id}_1").get_details()["runDefinition"]["arguments"] == [
        *("--c", "0"),
        *("--b", '["x"]'),
        *("--units", "4"),
    ]
