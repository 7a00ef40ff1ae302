"""The estimators of frameworks: as Estimator, with the keywords of their framework."""

from __future__ import annotations

import pytest

from hyperstep.azureml_v1.exceptions import TrainingException
from hyperstep.azureml_v1.train.estimator import Estimator
from hyperstep.azureml_v1.train.framework_estimators import Chainer, Mpi, PyTorch, SKLearn, TensorFlow


@pytest.mark.parametrize("kind", [PyTorch, TensorFlow, Chainer, SKLearn])
def test_it_runs_the_same_script_as_an_estimator(kind: type[Estimator]) -> None:
    estimator = kind(
        "src", entry_script="train.py", compute_target="local", script_params={"--n": 3}, framework_version="1.0"
    )  # type: ignore[call-arg]
    assert estimator.run_config.script == "train.py"
    assert estimator.run_config.arguments == ["--n", 3]


def test_distribution_is_taken_and_one_process_started() -> None:
    estimator = TensorFlow(
        "src",
        entry_script="train.py",
        compute_target="local",
        worker_count=2,
        parameter_server_count=1,
        distributed_training=Mpi(2),
    )
    assert estimator.run_config.node_count == 1


def test_the_checks_are_those_of_the_estimator() -> None:
    with pytest.raises(TrainingException, match="entry_script"):
        PyTorch("src", compute_target="local")
