"""Estimator: its checks, its arguments, its environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hyperstep.azureml_v1.core.environment import Environment
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.data.data_reference import DataReference
from hyperstep.azureml_v1.exceptions import TrainingException, UserErrorException
from hyperstep.azureml_v1.train.distributed_training import Mpi
from hyperstep.azureml_v1.train.estimator import Estimator
from hyperstep.azureml_v1.train.estimator_arguments import params_to_arguments


def _estimator(**settings: Any) -> Estimator:
    return Estimator("src", **{"entry_script": "train.py", "compute_target": "local", **settings})


def test_everything_after_the_folder_is_given_by_keyword() -> None:
    with pytest.raises(TypeError):
        Estimator("src", "local", entry_script="train.py")  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("settings", "rule"),
    [
        ({"compute_target": None}, "compute_target"),
        ({"entry_script": None}, "entry_script"),
        ({"entry_script": ""}, "entry_script"),
        ({"script_params": ["--n", 3]}, "dict"),
        ({"environment_definition": Environment("mine"), "pip_packages": ["numpy"]}, "not both"),
        ({"pip_requirements_file": "absent.txt"}, r"absent\.txt"),
        ({"pip_requirements_file": "a", "pip_requirements_file_path": "b"}, "old name"),
        ({"distributed_training": "mpi"}, "distributed_training"),
        ({"distributed_training": Mpi(0)}, "process_count_per_node"),
    ],
)
def test_a_wrong_argument_is_a_training_exception(settings: dict[str, Any], rule: str) -> None:
    with pytest.raises(TrainingException, match=rule):
        _estimator(**settings)


def test_a_machine_size_stands_for_a_compute_target() -> None:
    assert _estimator(compute_target=None, vm_size="STANDARD_D2").run_config.target == "local"


@pytest.mark.parametrize(
    ("params", "arguments"),
    [
        (None, []),
        ({}, []),
        ({"--n": 3, "--lr": 0.5}, ["--n", 3, "--lr", 0.5]),
        ({"--layers": [3, 4], "--x": 1}, ["--layers", 3, 4, "--x", 1]),
        ({"--verbose": "", "--n": 3}, ["--verbose", "--n", 3]),
        ({"--empty": [], "--zero": 0, "--no": False}, ["--empty", "--zero", 0, "--no", False]),
    ],
)
def test_script_params_become_a_flat_list(params: Any, arguments: list[Any]) -> None:
    assert params_to_arguments(params) == arguments
    assert _estimator(script_params=params).run_config.arguments == arguments


def test_it_shows_its_script_folder_and_target() -> None:
    estimator = _estimator(compute_target="cluster", max_run_duration_seconds=60)
    run_config = estimator.run_config
    assert (estimator.source_directory, run_config.script, run_config.target) == ("src", "train.py", "cluster")
    assert run_config.max_run_duration_seconds == 60


def test_packages_from_lists_and_files_end_up_in_its_environment(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("pandas\n# a comment\n\nscipy==1.0\n", encoding="utf-8")
    estimator = Estimator(
        str(tmp_path),
        entry_script="train.py",
        compute_target="local",
        pip_packages=["numpy"],
        conda_packages=["scikit-learn"],
        pip_requirements_file="requirements.txt",
    )
    assert estimator.conda_dependencies is not None
    assert {"numpy", "pandas", "scipy==1.0"} <= set(estimator.conda_dependencies.pip_packages)
    assert "scikit-learn" in set(estimator.conda_dependencies.conda_packages)


def test_a_given_environment_is_taken_and_left_as_it_was() -> None:
    environment = Environment("mine")
    estimator = _estimator(environment_definition=environment, environment_variables={"A": "1"})
    assert estimator.run_config.environment.name == "mine"
    assert estimator.run_config.environment_variables == {"A": "1"}
    assert environment.environment_variables == {}


def test_inputs_are_dataset_inputs_and_data_references(workspace: Workspace) -> None:
    reference = DataReference(workspace.get_default_datastore(), "raw", "data")
    assert _estimator(inputs=[reference]).run_config.data_references == {"raw": reference}
    with pytest.raises(UserErrorException, match="dataset inputs"):
        _estimator(inputs=["data"])


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "deprecated"),
        ({"node_count": 2}, "several processes"),
        ({"distributed_training": Mpi(2)}, "several processes"),
        ({"pip_requirements_file_path": "requirements.txt"}, "old name"),
    ],
)
def test_what_has_no_effect_or_is_old_is_said(
    workspace: Workspace, caplog: pytest.LogCaptureFixture, settings: dict[str, Any], said: str
) -> None:
    assert workspace.name == "local"
    Path("src/requirements.txt").write_text("numpy", encoding="utf-8")
    _estimator(**settings)
    assert said in caplog.text
