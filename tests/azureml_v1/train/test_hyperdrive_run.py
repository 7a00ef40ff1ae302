"""HyperDriveRun over a real sweep: reading it back, from this process and from another."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.azureml_v1.core.run import Run
from hyperstep.azureml_v1.core.script_run_config import ScriptRunConfig
from hyperstep.azureml_v1.exceptions import TrainingException
from hyperstep.azureml_v1.train.exceptions import (
    HyperDriveConfigException,
    HyperDriveNotImplementedException,
    HyperDriveRehydrateException,
)
from hyperstep.azureml_v1.train.expressions import choice
from hyperstep.azureml_v1.train.goal import PrimaryMetricGoal
from hyperstep.azureml_v1.train.hyperdrive_config import HyperDriveConfig
from hyperstep.azureml_v1.train.hyperdrive_run import HyperDriveRun
from hyperstep.azureml_v1.train.policies import BanditPolicy
from hyperstep.azureml_v1.train.sampling import GridParameterSampling

Start = Callable[..., HyperDriveRun]


@pytest.fixture
def start(experiment: Experiment) -> Start:
    """Submits a sweep over the given options, one trial each, and waits for its end."""

    def run(*options: Any, goal: PrimaryMetricGoal = PrimaryMetricGoal.MAXIMIZE, **settings: Any) -> HyperDriveRun:
        config = HyperDriveConfig(
            hyperparameter_sampling=GridParameterSampling({"--c": choice(*options)}),
            primary_metric_name="accuracy",
            primary_metric_goal=goal,
            max_total_runs=len(options),
            run_config=ScriptRunConfig("src", "train.py"),
            **settings,
        )
        sweep: HyperDriveRun = experiment.submit(config, tags={"mine": 1})
        sweep.wait_for_completion(raise_on_error=False)
        return sweep

    return run


def test_trials_with_an_absolute_path_are_not_taken_from_an_equal_sweep(experiment: Experiment, project: Path) -> None:
    (project / "data").mkdir()

    def reused(*arguments: str) -> list[bool]:
        config = HyperDriveConfig(
            hyperparameter_sampling=GridParameterSampling({"--c": choice(1)}),
            primary_metric_name="accuracy",
            primary_metric_goal=PrimaryMetricGoal.MAXIMIZE,
            max_total_runs=1,
            run_config=ScriptRunConfig("src", "train.py", arguments=list(arguments)),
        )
        sweeps = []
        for _ in range(2):
            sweeps.append(experiment.submit(config))
            sweeps[-1].wait_for_completion()
        return ["azureml.isreused" in child.get_properties() for sweep in sweeps for child in sweep.get_children()]

    assert reused("--data", "data") == [False, True]
    assert reused("--data", str(project / "data")) == [False, False]
    assert reused("--data", f"train={project}/data/*.csv") == [False, False]


@pytest.mark.parametrize("run_id", [None, 3])
def test_the_id_is_a_text(experiment: Experiment, run_id: Any) -> None:
    with pytest.raises(HyperDriveConfigException, match="run_id"):
        HyperDriveRun(experiment, run_id)


@pytest.mark.parametrize(
    "arguments",
    [{"top": -1}, {"top": 1.0}, {"top": "1"}, {"reverse": 1}, {"reverse": None}, {"discard_no_metric": "yes"}],
)
def test_wrong_arguments_of_the_sorted_list_fail_an_assertion(
    experiment: Experiment, arguments: dict[str, Any]
) -> None:
    with pytest.raises(AssertionError, match="Received"):
        HyperDriveRun(experiment, "HD_1").get_children_sorted_by_primary_metric(**arguments)


def test_failing_by_hand_and_diagnostics_are_refused(experiment: Experiment) -> None:
    run = HyperDriveRun(experiment, "HD_1")
    with pytest.raises(HyperDriveNotImplementedException, match="Cancel"):
        run.fail()
    with pytest.raises(HyperDriveNotImplementedException, match="logs"):
        run.get_diagnostics()


@pytest.mark.end_to_end
def test_a_sweep_tells_its_trials_their_points_metrics_and_the_best(start: Start) -> None:
    run = start(1, 3, 0, 2)
    ids = [f"{run.id}_{n}" for n in range(4)]
    assert run.get_hyperparameters() == {
        trial: json.dumps({"--c": c}) for trial, c in zip(ids, (1, 3, 0, 2), strict=True)
    }
    assert run.get_metrics()[ids[1]] == {"accuracy": 3.0, "c": "3"}
    best = run.get_best_run_by_primary_metric()
    assert best is not None
    assert (best.id, best.get_metrics()["accuracy"]) == (ids[1], 3.0)
    assert best.get_details()["runDefinition"]["arguments"] == ["--c", "3"]
    ranked = run.get_children_sorted_by_primary_metric(top=2)
    assert ranked[0] == {
        "run_id": ids[1],
        "hyperparameters": '{"--c": 3}',
        "best_primary_metric": 3.0,
        "status": "Completed",
    }
    assert [entry["best_primary_metric"] for entry in ranked] == [3.0, 2.0]


@pytest.mark.end_to_end
def test_values_that_are_no_finite_numbers_are_never_best(start: Start) -> None:
    run = start("nan", "inf", "text", "none", "-5", goal=PrimaryMetricGoal.MAXIMIZE)
    best = run.get_best_run_by_primary_metric()
    assert best is not None
    assert best.id == f"{run.id}_4"
    everything = run.get_children_sorted_by_primary_metric()
    assert [entry["best_primary_metric"] for entry in everything] == [-5.0, None, None, None, None]
    assert len(run.get_children_sorted_by_primary_metric(discard_no_metric=True)) == 1


@pytest.mark.end_to_end
def test_failed_trials_count_unless_excluded(start: Start) -> None:
    run = start(9, 2)
    best, best_without_failed = run.get_best_run_by_primary_metric(), run.get_best_run_by_primary_metric(False)
    assert best is not None
    assert best_without_failed is not None
    assert (best.id, best.get_status()) == (f"{run.id}_0", "Failed")
    assert best_without_failed.id == f"{run.id}_1"


@pytest.mark.end_to_end
def test_without_any_value_there_is_no_best_run_and_no_metrics(start: Start) -> None:
    run = start("silent")
    assert run.get_best_run_by_primary_metric() is None
    assert run.get_metrics() == {}


@pytest.mark.end_to_end
def test_tags_and_properties_are_those_of_v1(start: Start) -> None:
    run = start(1, 2, policy=BanditPolicy(slack_factor=0.1, delay_evaluation=5))
    tags, properties = run.get_tags(), run.get_properties()
    assert tags["mine"] == "1"
    assert tags[f"_aml_system_{run.id}_1"] == '{"--c": 2}'
    assert json.loads(tags["_aml_system_primary_metric_config"]) == {"name": "accuracy", "goal": "maximize"}
    assert json.loads(tags["_aml_system_generator_config"])["parameter_space"] == {"--c": ["choice", [[1, 2]]]}
    assert (tags["_aml_system_max_total_jobs"], tags["_aml_system_max_duration_minutes"]) == ("2", "10080")
    assert json.loads(properties["primary_metric_config"]) == {"name": "accuracy", "goal": "maximize"}
    assert properties["best_child_run_id"] == f"{run.id}_1"
    assert float(properties["score"]) == 2.0
    assert run.type == HyperDriveRun.RUN_TYPE


@pytest.mark.end_to_end
def test_a_sweep_is_found_again_by_its_id_with_its_configuration(start: Start, experiment: Experiment) -> None:
    run = start(1, 2, policy=BanditPolicy(slack_factor=0.1), goal=PrimaryMetricGoal.MINIMIZE, max_duration_minutes=30)
    again = HyperDriveRun(experiment, run.id)
    config = again.hyperdrive_config
    assert config._primary_metric_config == {"name": "accuracy", "goal": "minimize"}
    assert (config._max_total_runs, config._max_duration_minutes) == (2, 30)
    assert config._policy.to_json()["name"] == "Bandit"
    assert config._sampling.to_json()["parameter_space"] == {"--c": ["choice", [[1, 2]]]}
    assert isinstance(Run.get(experiment.workspace, run.id), HyperDriveRun)


@pytest.mark.end_to_end
def test_another_process_finds_the_best_run(start: Start) -> None:
    run = start(1, 2)
    code = (
        "import hyperstep.azureml, sys\n"
        "from azureml.core import Experiment, Workspace\n"
        "from azureml.train.hyperdrive import HyperDriveRun\n"
        "run = HyperDriveRun(Experiment(Workspace.from_config(), 'digits'), sys.argv[1])\n"
        "print(run.get_best_run_by_primary_metric().id)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, run.id], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"{run.id}_1"


@pytest.mark.end_to_end
def test_a_run_that_is_no_sweep_cannot_be_read_as_one(experiment: Experiment) -> None:
    script = experiment.submit(ScriptRunConfig("src", "train.py", arguments=["--c", "1"]))
    script.wait_for_completion()
    with pytest.raises(HyperDriveRehydrateException, match="no sweep"):
        HyperDriveRun(experiment, script.id).get_children_sorted_by_primary_metric()


@pytest.mark.end_to_end
def test_a_custom_id_is_the_runs(start: Start) -> None:
    assert start(1, custom_run_id="HD_mine").id == "HD_mine"


@pytest.mark.end_to_end
def test_an_ended_sweep_can_be_canceled_without_effect(start: Start) -> None:
    run = start(1)
    run.cancel()
    assert run.get_status() == "Completed"


@pytest.mark.end_to_end
def test_a_custom_id_is_taken_once(start: Start) -> None:
    start(1, custom_run_id="HD_once")
    with pytest.raises(TrainingException, match="HD_once"):
        start(1, custom_run_id="HD_once")


@pytest.mark.end_to_end
def test_properties_are_those_that_v1_shows(start: Start) -> None:
    run = start(1, 2)
    properties = run.get_properties()
    best = f"{run.id}_1"
    expected = {
        "primary_metric_config": '{"name": "accuracy", "goal": "maximize"}',
        "resume_from": "null",
        "resume_child_runs": "null",
        "runTemplate": "HyperDrive",
        "azureml.runsource": "hyperdrive",
        "platform": "AML",
        "user_agent": HyperDriveRun.HYPER_DRIVE_RUN_USER_AGENT,
        "space_size": "2",
        "best_child_run_id": best,
        "best_metric_status": "Succeeded",
        "best_data_container_id": f"dcid.{best}",
        "score": "2.0",
    }
    assert {name: properties[name] for name in expected} == expected
    assert len(properties["ContentSnapshotId"]) > 8


@pytest.mark.end_to_end
def test_a_sweep_that_it_was_resumed_from_and_that_is_gone_is_warned_of(start: Start, experiment: Experiment) -> None:
    run = start(1)
    store = experiment.workspace.home.store
    journal = store.journal(run.id)
    record = journal.run(run.id)
    owner = journal.owner()
    assert owner is not None
    keys = json.dumps([{"run_scope": {}, "run_id": "HD_gone"}])
    with journal.transaction(owner.epoch) as writer:
        writer.put_run(replace(record, properties={**record.properties, "resume_from": keys}))
    with pytest.warns(UserWarning, match="HD_gone"):
        best = HyperDriveRun(experiment, run.id).get_best_run_by_primary_metric()
    assert best is not None
    assert best.id == f"{run.id}_0"
