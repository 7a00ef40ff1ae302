"""Pipeline endpoints: versions of published pipelines under one name."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.exceptions import UserErrorException
from hyperstep.azureml_v1.pipeline.parameter import PipelineParameter
from hyperstep.azureml_v1.pipeline.pipeline import Pipeline
from hyperstep.azureml_v1.pipeline.pipeline_endpoint import PipelineEndpoint, PipelineIdVersion, PipelineVersion
from hyperstep.azureml_v1.pipeline.steps.python_script_step import PythonScriptStep
from hyperstep.errors import InvalidInputError, NotFoundError, UnsupportedError


def _pipeline(workspace: Workspace, word: str) -> Pipeline:
    Path("src/show.py").write_text("import sys\nprint(sys.argv[1:])\n", encoding="utf-8")
    step = PythonScriptStep(
        "show.py", arguments=[word, PipelineParameter("more", "default")], source_directory="src", name="show"
    )
    return Pipeline(workspace, [step])


@pytest.fixture
def endpoint(workspace: Workspace) -> PipelineEndpoint:
    """An endpoint with one version."""
    return PipelineEndpoint.publish(workspace, "shows", "for people", _pipeline(workspace, "zero"))


def test_it_is_found_by_id_and_by_name(endpoint: PipelineEndpoint, workspace: Workspace) -> None:
    for found in (PipelineEndpoint.get(workspace, id=endpoint.id), PipelineEndpoint.get(workspace, name="shows")):
        assert (found.id, found.name, found.description) == (endpoint.id, "shows", "for people")
        assert (found.status, found.default_version, found.swaggerurl) == ("Active", "0", None)
        assert endpoint.id in found.endpoint
        assert "shows" in repr(found)
        assert "shows" in found._repr_html_()
    with pytest.raises(NotFoundError, match="It has: shows"):
        PipelineEndpoint.get(workspace, name="absent")
    with pytest.raises(NotFoundError, match="endpoint"):
        PipelineEndpoint.get(workspace, id="absent")
    with pytest.raises(InvalidInputError, match="its id or its name"):
        PipelineEndpoint.get(workspace)


def test_a_name_is_taken_once(endpoint: PipelineEndpoint, workspace: Workspace) -> None:
    with pytest.raises(UserErrorException, match="exists"):
        PipelineEndpoint.publish(workspace, "shows", None, _pipeline(workspace, "a"))
    endpoint.archive()
    assert PipelineEndpoint.list(workspace) == []
    other = PipelineEndpoint.publish(workspace, "shows", None, _pipeline(workspace, "a"))
    endpoint.reactivate("shows again")
    assert (endpoint.status, endpoint.name) == ("Active", "shows again")
    assert {found.id for found in PipelineEndpoint.get_all(workspace)} == {endpoint.id, other.id}


def test_versions_are_added_and_one_is_the_default(endpoint: PipelineEndpoint, workspace: Workspace) -> None:
    one, two = (_pipeline(workspace, word).publish(word) for word in ("one", "two"))
    endpoint.add(one)
    assert (endpoint.default_version, endpoint.get_default_version()) == ("0", "0")
    endpoint.add_default(two)
    assert endpoint.get_default_version() == "2"
    assert [known.version for known in endpoint.list_versions()] == ["0", "1", "2"]
    assert endpoint.get_all_versions()[1:] == [PipelineIdVersion("1", one.id), PipelineIdVersion("2", two.id)]
    assert endpoint.pipeline_version_list == endpoint.list_versions()
    assert endpoint.get_pipeline() == two
    assert endpoint.get_pipeline("1") == one
    endpoint.set_default(one)
    assert endpoint.get_default_version() == "1"
    endpoint.set_default_version("2")
    assert PipelineEndpoint.get(workspace, name="shows").default_version == "2"
    one.disable()
    assert [found.name for found in endpoint.list_pipelines()] == ["shows", "two"]
    assert [found.name for found in endpoint.get_all_pipelines(active_only=False)] == ["shows", "one", "two"]
    assert PipelineVersion("1", one).pipeline.name == "one"


def test_what_is_no_version_is_refused(endpoint: PipelineEndpoint, workspace: Workspace) -> None:
    with pytest.raises(NotFoundError, match="It has: 0"):
        endpoint.set_default_version("7")
    with pytest.raises(NotFoundError, match="add_default"):
        endpoint.set_default(_pipeline(workspace, "a").publish("a"))
    with pytest.raises(InvalidInputError, match="PublishedPipeline"):
        endpoint.add("a")  # type: ignore[arg-type]
    with pytest.raises(UnsupportedError, match="parent_run_id"):
        endpoint.submit("digits", parent_run_id="x")


def test_name_and_description_can_be_set(endpoint: PipelineEndpoint, workspace: Workspace) -> None:
    endpoint.set_name("renamed")
    endpoint.set_description("other")
    found = PipelineEndpoint.get(workspace, name="renamed")
    assert (found.id, found.description, endpoint.name) == (endpoint.id, "other", "renamed")


@pytest.mark.end_to_end
def test_the_default_or_a_given_version_is_run(endpoint: PipelineEndpoint, workspace: Workspace) -> None:
    endpoint.add_default(_pipeline(workspace, "one").publish("one"))
    for version, values, text in ((None, None, "['one', 'default']"), ("0", {"more": 2}, "['zero', '2']")):
        run = endpoint.submit("digits", values, pipeline_version=version)
        run.wait_for_completion(show_output=False)
        assert run.find_step_run("show")[0].get_stdout_log().strip() == text
    by_experiment = Experiment(workspace, "digits").submit(endpoint, tags={"a": 1}, pipeline_version="0")
    by_experiment.wait_for_completion(show_output=False)
    assert by_experiment.find_step_run("show")[0].get_stdout_log().strip() == "['zero', 'default']"
    assert by_experiment.tags["a"] == "1"
    endpoint.disable()
    with pytest.raises(UserErrorException, match="disabled"):
        endpoint.submit("digits")
    endpoint.enable()
    assert endpoint.status == "Active"
