"""Pipeline drafts: made, changed, run, published, deleted."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.pipeline.parameter import PipelineParameter
from hyperstep.azureml_v1.pipeline.pipeline import Pipeline
from hyperstep.azureml_v1.pipeline.pipeline_draft import PipelineDraft
from hyperstep.azureml_v1.pipeline.steps.python_script_step import PythonScriptStep
from hyperstep.errors import InvalidInputError, NotFoundError


@pytest.fixture
def pipeline(workspace: Workspace) -> Pipeline:
    """A script that prints its parameter."""
    Path("src/show.py").write_text("import sys\nprint(sys.argv[1:])\n", encoding="utf-8")
    step = PythonScriptStep("show.py", arguments=[PipelineParameter("n", 1)], source_directory="src")
    return Pipeline(workspace, [step])


def test_it_keeps_what_it_is_made_of_and_is_found(pipeline: Pipeline, workspace: Workspace, tmp_path: Path) -> None:
    draft = PipelineDraft.create(workspace, pipeline, "try", "for people", "digits", tags={"a": 1}, properties={"b": 2})
    found = PipelineDraft.get(workspace, draft.id)
    assert (found.name, found.description, found.tags, found.properties) == (
        "try",
        "for people",
        {"a": "1"},
        {"b": "2"},
    )
    assert (found.parent_pipeline_id, found.parent_pipeline_run_id, found.parent_pipeline_draft_id) == (None,) * 3
    assert (found.parent_step_run_ids, found.last_submitted_pipeline_run_id) == ([], None)
    assert draft.id in repr(found)
    assert "try" in found._repr_html_()
    assert [node.name for node in found.get_graph().module_nodes] == ["show.py"]
    found.save(str(tmp_path))
    assert (tmp_path / "try.yml").exists()
    assert [d.id for d in PipelineDraft.list(workspace, tags={"a": 1})] == [draft.id]
    assert PipelineDraft.list(workspace, tags={"a": 2}) == []
    with pytest.raises(InvalidInputError, match="PipelineRun"):
        PipelineDraft.create(workspace, "pipeline")  # type: ignore[arg-type]


def test_deleting_forgets_it(pipeline: Pipeline, workspace: Workspace) -> None:
    draft = PipelineDraft.create(workspace, pipeline)
    draft.delete()
    assert PipelineDraft.list(workspace) == []
    with pytest.raises(NotFoundError, match="draft"):
        draft.submit_run()


@pytest.mark.end_to_end
def test_it_is_changed_run_published_and_copied(pipeline: Pipeline, workspace: Workspace) -> None:
    draft = PipelineDraft.create(workspace, pipeline, "try", experiment_name="digits")
    draft.update(name="again", pipeline_parameters={"n": 5}, tags={"k": "v"}, continue_on_step_failure=True)
    run = draft.submit_run()
    assert run.wait_for_completion(show_output=False) == "Finished"
    assert (run.experiment.name, run.tags["k"]) == ("digits", "v")
    assert run.find_step_run("show.py")[0].get_stdout_log().strip() == "['5']"
    assert draft.last_submitted_pipeline_run_id == run.id
    assert PipelineDraft.get(workspace, draft.id).name == "again"
    kept = draft.publish()
    assert (kept.name, kept.continue_on_step_failure) == ("again", True)
    assert kept.get_graph().params["n"].default_value == "5"
    copies = [PipelineDraft.create(workspace, source, "copy") for source in (kept, run, draft)]
    assert copies[0].parent_pipeline_id == kept.id
    assert copies[1].parent_pipeline_run_id == run.id
    assert copies[1].parent_step_run_ids == [step.id for step in run.get_steps()]
    assert copies[2].parent_pipeline_draft_id == draft.id
    draft.update(pipeline=pipeline, description="new")
    assert draft.description == "new"
    second = kept.submit(workspace, "digits")
    second.wait_for_completion(show_output=False)
    assert second.find_step_run("show.py")[0].get_stdout_log().strip() == "['5']"
