"""Model outputs: what no trial can ever write is refused, and one file has one name."""

from __future__ import annotations

import pytest

from hyperstep.errors import InvalidInputError
from hyperstep.pipeline.model_file import artifact_name, check_model_outputs, is_file_of_a_trial
from hyperstep.pipeline.spec import CodeSpec, DataMode, OutputSpec, StepSpec, TrainingKind, TrainingSpec


def step(training: TrainingSpec | None) -> StepSpec:
    output = OutputSpec("model", "store", DataMode.MOUNT, "$M", "M", training=training)
    return StepSpec(id="a", name="tune", code=CodeSpec(snapshot="0" * 64, script="s.py"), outputs=(output,))


@pytest.mark.parametrize("path", ["", ".", "./", "outputs/", "/m", "../m", "outputs/../../m", "C:\\m", "..\\m", "\\m"])
def test_a_path_that_no_trial_can_write_is_refused(path: str) -> None:
    with pytest.raises(InvalidInputError, match=r"'model' of step 'tune' needs a model_file.*outputs/model\.pkl"):
        check_model_outputs(step(TrainingSpec(TrainingKind.MODEL, path)), max_total=3)


@pytest.mark.parametrize("path", ["m", "outputs/model.pkl", "./outputs//m", "outputs/a..b/m", "outputs/my model"])
def test_a_file_of_a_trial_is_taken(path: str) -> None:
    assert is_file_of_a_trial(path)
    check_model_outputs(step(TrainingSpec(TrainingKind.MODEL, path)), max_total=3)


@pytest.mark.parametrize("trial", [-1, 3])
def test_a_trial_that_the_sweep_never_has_is_refused(trial: int) -> None:
    training = TrainingSpec(TrainingKind.MODEL, "m", trial=trial)
    with pytest.raises(InvalidInputError, match=f"3 trials, from 0. Received: {trial}"):
        check_model_outputs(step(training), max_total=3)


@pytest.mark.parametrize("training", [None, TrainingSpec(TrainingKind.METRICS)])
def test_other_outputs_need_no_model_file(training: TrainingSpec | None) -> None:
    check_model_outputs(step(training), max_total=3)
    with pytest.raises(InvalidInputError, match="needs a model_file"):
        check_model_outputs(step(TrainingSpec(TrainingKind.MODEL)), max_total=3)


def test_one_file_has_one_name() -> None:
    assert {artifact_name(path) for path in ("outputs/m", "./outputs/m", "outputs/./m", "outputs//m")} == {"outputs/m"}
