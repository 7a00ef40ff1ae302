"""MMLBaseEstimatorRunConfig: a run configuration from an estimator's arguments."""

from __future__ import annotations

import pytest

from hyperstep.azureml_v1.exceptions import TrainingException
from hyperstep.azureml_v1.train.estimator import MMLBaseEstimator
from hyperstep.azureml_v1.train.estimator_run_config import MMLBaseEstimatorRunConfig


def test_it_holds_script_arguments_packages_and_target() -> None:
    config = MMLBaseEstimatorRunConfig(
        "cluster", entry_script="train.py", script_params={"--n": 3, "--v": ""}, pip_packages=["numpy"]
    )
    assert (config.target, config.script, config.arguments) == ("cluster", "train.py", ["--n", 3, "--v"])
    dependencies = config.environment.python.conda_dependencies
    assert dependencies is not None
    assert "numpy" in list(dependencies.pip_packages)


def test_the_cluster_for_one_run_is_this_machine() -> None:
    assert MMLBaseEstimatorRunConfig("amlcompute", vm_size="D2", entry_script="train.py").target == "local"
    with pytest.raises(TrainingException, match="entry_script"):
        MMLBaseEstimatorRunConfig("local")


def test_an_estimator_is_made_of_it() -> None:
    config = MMLBaseEstimatorRunConfig("local", entry_script="train.py")
    estimator = MMLBaseEstimator("src", compute_target="cluster", estimator_config=config)
    assert (estimator.run_config, estimator.run_config.target) == (config, "cluster")
    assert estimator.conda_dependencies == config.environment.python.conda_dependencies
