"""Published pipelines and endpoints in the store: submitted with values, refused when disabled."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hyperstep.errors import ConflictError, InvalidInputError, NotFoundError
from hyperstep.pipeline.spec import CodeSpec, PipelineSpec, StepSpec
from hyperstep.pipeline.template import ParameterKind, PipelineTemplate, TemplateParameter
from hyperstep.runtime.home import Home
from hyperstep.runtime.publishing import (
    PIPELINE_PROPERTY,
    EndpointRecord,
    Request,
    endpoint_pipeline,
    publish,
    published_pipelines,
    runs_with,
    submit_published,
    submitted_template,
)
from hyperstep.runtime.submission import Label, submit_step

_STEP = StepSpec(id="a", name="train", code=CodeSpec("s", "train.py"), parameters=("n",))
_TEMPLATE = PipelineTemplate(
    PipelineSpec((_STEP,), {"n": "1"}), (TemplateParameter("n", ParameterKind.TEXT, "1", key="n"),)
)


def test_a_run_of_a_published_pipeline_has_its_values_and_says_whose_run_it_is(home: Home) -> None:
    kept = publish(home, "local", "p", _TEMPLATE, description="d", version="1")
    assert published_pipelines.find(home, "local", kept.id) == kept
    run = submit_published(home, "local", kept.id, Request("e", values={"n": "5"}, properties={"a": "b"}))
    assert run.properties == {"a": "b", PIPELINE_PROPERTY: kept.id}
    assert [found.id for found in runs_with(home, "local", PIPELINE_PROPERTY, kept.id)] == [run.id]
    template = submitted_template(home, run.id)
    assert (template.spec.parameters, template.parameters[0].default) == ({"n": "5"}, "5")


def test_a_disabled_pipeline_is_not_submitted(home: Home) -> None:
    kept = publish(home, "local", "p", _TEMPLATE)
    published_pipelines.change(home, "local", replace(kept, active=False))
    with pytest.raises(ConflictError, match="Enable it first"):
        submit_published(home, "local", kept.id, Request("e"))
    assert home.store.roots() == []


def test_the_run_of_a_single_step_holds_no_pipeline(home: Home) -> None:
    run = submit_step(home, _STEP, Label("local", "e"))
    with pytest.raises(InvalidInputError, match="run of a pipeline"):
        submitted_template(home, run.id)


def test_an_endpoint_stands_for_its_default_or_a_given_version() -> None:
    endpoint = EndpointRecord("e", "name", default_version="1", versions={"0": "a", "1": "b"})
    assert (endpoint_pipeline(endpoint), endpoint_pipeline(endpoint, "0")) == ("b", "a")
    with pytest.raises(NotFoundError, match="It has: 0, 1"):
        endpoint_pipeline(endpoint, "2")
    with pytest.raises(ConflictError, match="disabled"):
        endpoint_pipeline(replace(endpoint, active=False))
