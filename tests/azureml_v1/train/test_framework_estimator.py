"""The estimators of frameworks: as Estimator, and the version of their framework is the interpreter's."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import pytest

from hyperstep.azureml_v1.exceptions import TrainingException
from hyperstep.azureml_v1.train.distributed_training import Mpi
from hyperstep.azureml_v1.train.dnn import Chainer, PyTorch, TensorFlow
from hyperstep.azureml_v1.train.framework_estimator import FrameworkEstimator
from hyperstep.azureml_v1.train.sklearn import SKLearn

KINDS = (PyTorch, Chainer, TensorFlow, SKLearn)


def _made(kind: Any, **settings: Any) -> FrameworkEstimator:
    made: FrameworkEstimator = kind("src", **{"entry_script": "train.py", "compute_target": "local", **settings})
    return made


@pytest.mark.parametrize("kind", KINDS)
def test_it_runs_the_same_script_as_an_estimator(kind: type[FrameworkEstimator]) -> None:
    estimator = _made(kind, script_params={"--n": 3}, framework_version="1.0", environment_variables={"A": "1"})
    assert (estimator.source_directory, estimator.run_config.script) == ("src", "train.py")
    assert estimator.run_config.arguments == ["--n", 3]
    assert estimator.run_config.environment_variables == {"A": "1"}
    assert estimator.framework_version == "1.0"


@pytest.mark.parametrize("kind", KINDS)
def test_the_checks_are_those_of_the_estimator(kind: type[FrameworkEstimator]) -> None:
    with pytest.raises(TrainingException, match="entry_script"):
        _made(kind, entry_script=None)
    with pytest.raises(TypeError, match="unknown_setting"):
        _made(kind, unknown_setting=1)


@pytest.mark.parametrize(
    ("kind", "name", "default"),
    [
        (PyTorch, "PyTorch", "1.4"),
        (Chainer, "Chainer", "5.1.0"),
        (TensorFlow, "TensorFlow", "1.13"),
        (SKLearn, "SKLearn", "0.20.3"),
    ],
)
def test_without_a_version_it_is_v1s_default(kind: type[FrameworkEstimator], name: str, default: str) -> None:
    assert name == kind.FRAMEWORK_NAME
    assert default == kind.DEFAULT_VERSION
    assert _made(kind).framework_version == default
    assert kind.get_supported_versions()[0] == default


def test_another_version_than_the_installed_one_is_said(caplog: pytest.LogCaptureFixture) -> None:
    installed = version("scikit-learn")
    assert SKLearn.get_supported_versions() == ["0.20.3", installed]
    for wanted in (None, installed, installed.rpartition(".")[0]):
        _made(SKLearn, framework_version=wanted)
    assert "asked for" not in caplog.text
    _made(SKLearn, framework_version="0.20.3")
    assert f"SKLearn 0.20.3 is asked for; the script runs with the current interpreter, which has {installed}" in (
        caplog.text
    )


def test_a_framework_that_is_not_installed_is_said(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Chainer, "_package", "no-package-of-this-name")
    _made(Chainer)
    assert "pip install no-package-of-this-name" in caplog.text
    assert Chainer.get_supported_versions() == ["5.1.0"]


def test_distribution_is_taken_and_one_process_started(caplog: pytest.LogCaptureFixture) -> None:
    estimator = _made(TensorFlow, worker_count=2, parameter_server_count=1, distributed_training=Mpi(2))
    assert estimator.run_config.node_count == 1
    assert "not 2 workers" in caplog.text
