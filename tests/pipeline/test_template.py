"""Filling a template: each value reaches its places, and nothing else changes."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hyperstep.errors import InvalidInputError, NotFoundError
from hyperstep.pipeline.spec import CodeSpec, DataMode, DatastorePaths, InputSpec, PipelineSpec, StepSpec, TuningSpec
from hyperstep.pipeline.template import (
    ParameterKind,
    PipelineTemplate,
    TemplateParameter,
    fill_template,
    template_of,
    with_new_seeds,
)

_DATA = DatastorePaths((("store", "old"),))
_NEW = DatastorePaths((("store", "new"),))
_STEP = StepSpec(
    id="a",
    name="train",
    code=CodeSpec("s", "train.py", ("$AML_PARAMETER_epochs",), environment_variables={"AML_PARAMETER_n": "3"}),
    inputs=(InputSpec("data", _DATA, DataMode.MOUNT, "$D", "D"), InputSpec("other", _DATA, DataMode.MOUNT, "$O", "O")),
    parameters=("epochs",),
)
_TEMPLATE = PipelineTemplate(
    PipelineSpec(steps=(_STEP, replace(_STEP, id="b", inputs=())), parameters={"epochs": "3"}),
    (
        TemplateParameter("epochs", ParameterKind.TEXT, "3", "epochs", (("a", "AML_PARAMETER_n"),)),
        TemplateParameter("data", ParameterKind.DATA_PATH, "store/old", inputs=(("a", "data"),)),
    ),
)


def test_without_values_it_is_the_spec() -> None:
    assert fill_template(_TEMPLATE, {}) == _TEMPLATE.spec


def test_a_text_reaches_the_parameters_and_the_variables_of_its_steps() -> None:
    spec = fill_template(_TEMPLATE, {"epochs": "5"})
    assert spec.parameters == {"epochs": "5"}
    assert [step.code.environment_variables["AML_PARAMETER_n"] for step in spec.steps] == ["5", "3"]
    assert spec.steps[0].code.arguments == _STEP.code.arguments


def test_data_reaches_its_inputs() -> None:
    spec = fill_template(_TEMPLATE, {"data": _NEW})
    assert [port.source for port in spec.steps[0].inputs] == [_NEW, _DATA]
    assert spec.parameters == {"epochs": "3"}


def test_an_unknown_name_is_told_with_those_there_are() -> None:
    with pytest.raises(NotFoundError, match="It has: data, epochs"):
        fill_template(_TEMPLATE, {"rounds": "1"})


@pytest.mark.parametrize(("name", "value"), [("epochs", _NEW), ("data", "new")])
def test_a_value_of_another_kind_is_refused(name: str, value: str | DatastorePaths) -> None:
    with pytest.raises(InvalidInputError, match=name):
        fill_template(_TEMPLATE, {name: value})


def test_a_filled_spec_is_a_template_whose_defaults_are_its_values() -> None:
    named_otherwise = replace(_TEMPLATE.parameters[0], name="other", key="")
    parameters = (*_TEMPLATE.parameters, named_otherwise)
    filled = fill_template(_TEMPLATE, {"epochs": "5"})
    assert [parameter.default for parameter in template_of(filled, parameters).parameters] == ["5", "store/old", "5"]


def test_only_seeds_that_nobody_gave_are_drawn_anew() -> None:
    def tuned(*, given: bool) -> StepSpec:
        return replace(_STEP, tuning=TuningSpec({"sampler": {"kind": "random", "seed": 1}, "policy": {}}, given))

    numbers = iter((7, 8))
    spec = with_new_seeds(PipelineSpec((tuned(given=True), tuned(given=False), _STEP)), lambda: next(numbers))
    assert [step.tuning and step.tuning.config["sampler"] for step in spec.steps] == [
        {"kind": "random", "seed": 1},
        {"kind": "random", "seed": 7},
        None,
    ]
    assert spec.steps[1].tuning is not None
    assert spec.steps[1].tuning.config["policy"] == {}
