"""Scripts and pipelines in the manners that users of the v1 API have, run unedited in processes of their own.

Each folder under ``uses`` is one user's: nothing in it knows of hyperstep.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

USES = Path(__file__).parent / "uses"
START = "import sys; from hyperstep.cli.main import main; sys.exit(main())"

pytestmark = pytest.mark.end_to_end


class Project:
    """A user's folder, copied to a place of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a script by ``hyperstep run``, which must succeed."""
        command = [sys.executable, "-c", START, "run", script, *arguments]
        done = subprocess.run(command, cwd=self.folder, env=os.environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    def result(self) -> Any:
        """What the script noted in result.json."""
        return json.loads((self.folder / "result.json").read_text(encoding="utf-8"))

    def result_of(self, script: str, *arguments: str) -> Any:
        """Run a script; what it noted."""
        self.run(script, *arguments)
        return self.result()


def _project(name: str, tmp_path: Path) -> Project:
    folder = tmp_path / name
    shutil.copytree(USES / name, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return Project(folder)


def test_the_documented_sample_gives_its_metrics_and_model(tmp_path: Path) -> None:
    project = _project("documented_sample", tmp_path)
    done = project.run("pipeline.py")
    result = project.result()
    assert "Creating a new compute target" in done.stdout
    assert result["status"] == "Finished"
    assert len(result["trials"]) == 4
    assert sorted(result["columns"]) == sorted(result["trials"])
    assert sorted(result["index"]) == ["final_acc", "validation_acc"]
    assert isinstance(result["best_metric"], list)
    assert result["same"] == [True, True]
    assert result["json"] == result["literal"]
    assert all(
        set(values) == {"--max-iter", "--penalty"}
        for trial, values in result["json"].items()
        if trial in result["trials"]
    )
    assert set(result["trials"]) <= set(result["json"])
    assert result["model_is_file"]
    assert result["registered"] == 1
    assert result["unknown_step"] == []


def test_a_sweep_alone_gives_its_best_parameters_and_files(tmp_path: Path) -> None:
    result = _project("sweep_alone", tmp_path).result_of("driver.py")
    arguments = result["arguments"]
    assert result["depths"] == [2, 3, 4]
    assert arguments[:5] == ["--n_estimators", "1000", "--criterion", "gini", "--verbose"]
    assert list(result["best_parameters"]) == ["--n_estimators", "--max_depth", "--max_features"]
    trees = result["best_parameters"]["--n_estimators"]
    assert trees in {"2", "4", "6", "8", "10"}
    assert result["metrics"]["Number of trees:"] == int(trees)
    assert result["hyperparameters"]["n_estimators"] == int(trees)
    assert result["files"] == result["files_again"]
    assert result["first_output"] == "outputs/zz_model.joblib"
    assert result["model"] == ["heart", 1, True]
    assert result["children"] == 3
    assert len(result["sorted"]) >= 3
    assert result["tags"]["kind"] == "forest"


def test_the_older_names_and_estimators_still_tune(tmp_path: Path) -> None:
    result = _project("old_names", tmp_path).result_of("driver.py")
    assert result["sklearn"] == ["--verbose", "--columns", "0", "2", "3", "--neighbours", result["sklearn"][-1]]
    assert result["tensorflow"] == result["pytorch"] == "Completed"
    assert result["pipeline"] == "Finished"
    assert result["arguments"][0] == "--column-file"
    assert result["weights"] == "uniform"


def test_pipeline_data_serves_as_file_folder_and_prefix(tmp_path: Path) -> None:
    result = _project("data_shapes", tmp_path).result_of("pipeline.py")
    assert result["status"] == "Finished"
    assert result["steps"] == ["evaluate", "prepare data", "take a note", "tune"]
    assert result["reports"] == {"report.txt": "best alpha: 0.1"}


def test_runs_are_found_again_from_another_process(tmp_path: Path) -> None:
    project = _project("attached_later", tmp_path)
    project.run("submit.py")
    result = project.result_of("attach.py")
    assert result["status"] == ["Finished", "Completed"]
    children, swept = result["only_child"]
    assert children == [swept]
    assert result["hierarchy"] == [True, True, True]
    assert result["kinds"] == ["HyperDriveRun", "HyperDriveRun", "StepRun"]
    assert [arguments[-1] for arguments in result["best"]] == ["1.0", "1.0"]
    assert result["same"] == [True, True]
    assert result["metrics"]
    assert set(result["ids"].values()) <= set(result["experiment_runs"])


def test_datasets_are_registered_looked_at_and_given_to_trials_in_three_ways(tmp_path: Path) -> None:
    result = _project("prepared_data", tmp_path).result_of("driver.py")
    assert result["status"] == "Completed"
    assert result["versions"] == [1, 2]
    assert len(result["columns"][0]) == 11
    assert result["columns"][1] == ["bmi", "bp", "s5", "target"]
    assert result["rows"] == [442, 442]
    assert result["metrics"]["rows"] == 442
    assert result["metrics"]["same table"]
    assert result["metrics"]["by environment"]


def test_steps_hand_over_tables_and_registered_folders(tmp_path: Path) -> None:
    result = _project("tables_between_steps", tmp_path).result_of("pipeline.py")
    assert result["status"] == "Finished"
    assert result["best"]["columns"] == 4
    assert result["best"]["classes"] == 3
    assert result["best"]["accuracy"] > 0.9
    assert result["registered"] == ["labels.csv"]


def test_steps_find_the_sweep_and_register_what_it_made(tmp_path: Path) -> None:
    result = _project("registering_steps", tmp_path).result_of("pipeline.py")
    assert result["status"] == "Finished"
    assert result["contents"] == {"best": {"centres": 3}, "smallest": {"centres": 1}, "folder": None}
    assert result["tags"]["area"] == "iris"
    assert result["from_trial"].startswith(result["sweep"])
    assert result["step"] == "hyper drive: tune"
    assert result["parent_tags"]["registered"] == "best, smallest"


def test_odd_metric_names_and_values_come_through(tmp_path: Path) -> None:
    result = _project("odd_metrics", tmp_path).result_of("driver.py")
    best, written = result["best"], result["written"]
    assert result["status"] == "Finished"
    assert written["Precision @ k=1: test"] == [best["Precision @ k=1: test"]]
    assert written["n neighbours"] == [best["n neighbours"]]
    assert best["model path"] == "PosixPath('outputs/model.pkl')"
    assert best["as text"] == "outputs"
    assert best["max depth"] is None
    assert written["max depth"] == [None]
    assert best["per class: f1"] == [0.0, 0.5, 1.0]
    assert best["confusion = y"] == {"x": 1.5, "y": 2}
    assert len(best["loss/epoch"]) == 3
    assert best["any?"] is True


def test_a_model_is_registered_and_deploying_it_says_what_to_do_instead(tmp_path: Path) -> None:
    result = _project("deployed_model", tmp_path).result_of("driver.py")
    assert result["versions"] == [1, 2, 2, 1]
    assert result["tags"] == ["test", "prod"]
    assert result["framework"] == "ScikitLearn"
    assert result["ids"] == ["wine-svm:2", "wine-svm:2"]
    assert "ModelNotFound" in result["missing"]
    assert result["kernel"] in {"linear", "rbf"}
    assert result["file"] == "model.joblib"
    name, message = result["deploying"]
    assert name == "WebserviceException"
    assert "Take the model's files" in message


def test_a_published_pipeline_runs_with_other_parameters_behind_an_endpoint_and_on_a_schedule(tmp_path: Path) -> None:
    result = _project("published_pipeline", tmp_path).result_of("driver.py")
    assert sorted(result["published"]) == ["Greeting only", "Tuning"]
    assert result["by_default"] == [0.1, 0.1]
    assert result["other"] == [0.2, 0.2]
    assert result["greeted"]
    assert result["defaults"] == ["1", "0"]
    assert result["versions"] == 2
    assert result["schedules"] == [["nightly"], [], "Disabled"]


def test_a_step_class_of_ones_own_tunes(tmp_path: Path) -> None:
    project = _project("own_step", tmp_path)
    done = project.run("pipeline.py")
    result = project.result()
    assert "building tune_trees" in done.stdout
    assert result["status"] == "Finished"
    assert result["best"] > 0.6
    assert list((project.folder / "model").rglob("tune_trees_model"))


def test_cells_run_again_and_out_of_order_in_another_folder(tmp_path: Path) -> None:
    result = _project("notebook_cells", tmp_path).result_of("notebook.py")
    assert result["statuses"] == ["Finished"] * 3
    assert all("trials: 2" in report for report in result["reports"])
    assert result["reused"][1:] == [["true", "true"]] * 2
    assert result["runs"] == 3


def test_a_script_runs_offline_and_submits_itself(tmp_path: Path) -> None:
    result = _project("offline_first", tmp_path).result_of("driver.py")
    assert result["here"].startswith("OfflineRun")
    assert result["how"] == ["created", "found"]
    assert "Completed" in result["statuses"]
    assert result["trials"] == ["Completed", "Completed"]


def test_a_build_agent_sweeps_and_registers_only_what_is_better(tmp_path: Path) -> None:
    project = _project("team_repository", tmp_path)
    done = project.run("ml_service/run_sweep.py", "--trials", "3")
    assert "Found existing compute target train-cluster" in done.stdout
    assert "registered diabetes 1" in done.stdout
    result = project.result()
    assert result["workspace"] == ["team-ws", "team-ws"]
    assert result["team"] == "diabetes"
    assert result["ranked"][0] == result["best"]
    assert len(result["ranked"]) == 2
    assert result["by_tag"] == [result["run"]]
    assert result["models"] == [["diabetes", 1, result["best"]]]
    assert result["fetched"] == ["diabetes.pkl"]
    assert result["children"] == ["alpha", "coefficients", "r2", "team"]
    assert result["all"] == 3
    assert result["sweep"] == [result["run"], "Completed"]
    assert result["uploaded"] == ["plots/residuals.txt"]
