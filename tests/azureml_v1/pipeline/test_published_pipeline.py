"""Published pipelines: kept, found, and run from anywhere, over real runs."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hyperstep.azureml_v1.core.dataset import Dataset
from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.data.datapath import DataPath, DataPathComputeBinding
from hyperstep.azureml_v1.data.dataset_consumption_config import DatasetConsumptionConfig
from hyperstep.azureml_v1.exceptions import UserErrorException
from hyperstep.azureml_v1.pipeline.parameter import PipelineParameter
from hyperstep.azureml_v1.pipeline.pipeline import Pipeline
from hyperstep.azureml_v1.pipeline.pipeline_data import PipelineData
from hyperstep.azureml_v1.pipeline.pipeline_run import PipelineRun
from hyperstep.azureml_v1.pipeline.published_pipeline import PublishedPipeline
from hyperstep.azureml_v1.pipeline.steps.hyper_drive_step import HyperDriveStep
from hyperstep.azureml_v1.pipeline.steps.hyper_drive_step_run import HyperDriveStepRun
from hyperstep.azureml_v1.pipeline.steps.python_script_step import PythonScriptStep
from hyperstep.azureml_v1.pipeline.training_output import TrainingOutput
from hyperstep.azureml_v1.train.hyperdrive_config import HyperDriveConfig
from hyperstep.errors import NotFoundError, UnsupportedError

SHOW = "import os, sys\nprint(sys.argv[1:], os.environ.get('AML_PARAMETER_x'))\n"


def _show_step(**settings: Any) -> PythonScriptStep:
    Path("src/show.py").write_text(SHOW, encoding="utf-8")
    return PythonScriptStep("show.py", source_directory="src", **settings)


@pytest.fixture
def parametrized(workspace: Workspace) -> Pipeline:
    """A script that shows its arguments, one of them a parameter under another name too."""
    rounds = PipelineParameter("rounds", 3)
    return Pipeline(workspace, [_show_step(arguments=["--n", rounds], params={"x": rounds})], description="shows")


def _shown(run: PipelineRun) -> str:
    assert run.wait_for_completion(show_output=False) == "Finished"
    return run.find_step_run("show.py")[0].get_stdout_log().strip()


def test_it_keeps_what_it_is_called_and_is_found(parametrized: Pipeline, workspace: Workspace) -> None:
    kept = parametrized.publish("shower", "for people", "1.2", continue_on_step_failure=True)
    found = PublishedPipeline.get(workspace, kept.id)
    assert found == kept
    assert hash(found) == hash(kept)
    assert (found.name, found.description, found.version) == ("shower", "for people", "1.2")
    assert (found.status, found.continue_on_step_failure, found.total_run_steps) == ("Active", True, 1)
    assert found.graph_id == kept.graph_id
    assert kept.id in found.endpoint
    assert found.get_portal_url() == found.endpoint
    assert found.get_step_names() == ["show.py"]
    assert kept.id in repr(found)
    assert "shower" in found._repr_html_()
    with pytest.raises(NotFoundError, match="published pipeline"):
        PublishedPipeline.get(workspace, "absent")


def test_the_list_is_newest_first_and_without_disabled_ones(parametrized: Pipeline, workspace: Workspace) -> None:
    first, second = parametrized.publish("a"), parametrized.publish()
    assert second.name == "shows"
    assert PublishedPipeline.list(workspace) == [second, first]
    first.disable()
    assert (first.status, PublishedPipeline.get_all(workspace)) == ("Disabled", [second])
    assert PublishedPipeline.list(workspace, active_only=False) == [second, first]
    with pytest.raises(UserErrorException, match="disabled"):
        first.submit(workspace, "digits")
    first.enable()
    assert PublishedPipeline.get(workspace, first.id).status == "Active"


def test_its_graph_is_the_one_that_was_published(workspace: Workspace, sweep: HyperDriveConfig, dataset: Any) -> None:
    model = PipelineData("model", pipeline_output_name="best")
    tune = HyperDriveStep("tune", sweep, inputs=[dataset.as_named_input("digits").as_mount()], outputs=[model])
    use = PythonScriptStep("copy_file.py", inputs=[model], arguments=[model], source_directory="src")
    use.run_after(tune)
    pipeline = Pipeline(workspace, [use])
    graph = pipeline.publish("graph").get_graph()
    assert [node.node_id for node in graph.module_nodes] == [node.node_id for node in pipeline.graph.module_nodes]
    assert len(graph.edges) == len(pipeline.graph.edges)
    assert [node.name for node in graph.datasource_nodes] == ["digits"]
    assert graph.node_name_dict["tune"][0].get_output("model").pipeline_output_name == "best"
    assert graph.validate() == []


def test_the_definition_is_written_to_a_file(parametrized: Pipeline, tmp_path: Path) -> None:
    kept = parametrized.publish("my shower")
    kept.save(str(tmp_path))
    kept.save(str(tmp_path / "other.yml"))
    text = (tmp_path / "my_shower.yml").read_text(encoding="utf-8")
    assert '"name": "show.py"' in text
    assert (tmp_path / "other.yml").read_text(encoding="utf-8") == text


def test_a_job_publishes_nothing(parametrized: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZUREML_RUN_ID", "HD_1_0")
    monkeypatch.setenv("HYPERSTEP_ATTEMPT_FOLDER", "/anywhere")
    with pytest.raises(UserErrorException, match="Publishing"):
        parametrized.publish("a")


def test_a_run_below_another_is_refused(parametrized: Pipeline, workspace: Workspace) -> None:
    with pytest.raises(UnsupportedError, match="parent_run_id"):
        parametrized.publish("a").submit(workspace, "digits", parent_run_id="x")


@pytest.mark.end_to_end
def test_values_reach_the_script_and_the_runs_are_listed(parametrized: Pipeline, workspace: Workspace) -> None:
    kept = parametrized.publish("a")
    first = kept.submit(workspace, "digits")
    assert _shown(first) == "['--n', '3'] 3"
    second = kept.submit(workspace, "digits", pipeline_parameters={"rounds": 7})
    assert _shown(second) == "['--n', '7'] 7"
    third = Experiment(workspace, "digits").submit(kept, pipeline_params={"rounds": 8}, unknown="ignored, as in v1")
    assert _shown(third) == "['--n', '8'] 8"
    ids = [run.id for run in PipelineRun.get_pipeline_runs(workspace, kept.id)]
    assert ids == [third.id, second.id, first.id]
    with pytest.raises(NotFoundError, match="rounds"):
        kept.submit(workspace, "digits", pipeline_parameters={"round": 7})


@pytest.mark.end_to_end
def test_another_process_runs_it_from_another_folder_after_the_code_is_gone(
    workspace: Workspace, sweep: HyperDriveConfig, tmp_path: Path
) -> None:
    model = PipelineData("model", training_output=TrainingOutput("Model", model_file="outputs/model.txt"))
    copied = PipelineData("copied", pipeline_output_name="result")
    tune = HyperDriveStep("tune", sweep, outputs=[model])
    copy = PythonScriptStep(
        "copy_file.py", arguments=[model, copied], inputs=[model], outputs=[copied], source_directory="src"
    )
    kept = Pipeline(workspace, [tune, copy]).publish("best model")
    shutil.rmtree(tmp_path / "project" / "src")
    (tmp_path / "elsewhere").mkdir()
    code = (
        "import hyperstep.azureml, sys\n"
        "from azureml.core import Workspace\n"
        "from azureml.pipeline.core import PublishedPipeline\n"
        "ws = Workspace.from_config()\n"
        "run = PublishedPipeline.get(ws, sys.argv[1]).submit(ws, 'later')\n"
        "run.wait_for_completion(show_output=False)\n"
        "run.get_pipeline_output('result').download('.', show_progress=False)\n"
        "print(run.id)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, kept.id], capture_output=True, text=True, check=True, cwd=tmp_path / "elsewhere"
    )
    run = PipelineRun.get(workspace, done.stdout.split()[-1])
    assert run.experiment.name == "later"
    [file] = [file for file in (tmp_path / "elsewhere").rglob("copied") if file.is_file()]
    assert file.read_text(encoding="utf-8") == "3.0"
    assert len(HyperDriveStepRun(run.find_step_run("tune")[0]).get_hyperparameters()) == 3


@pytest.mark.end_to_end
def test_a_run_is_published_with_its_values_as_defaults(parametrized: Pipeline, workspace: Workspace) -> None:
    run = parametrized.submit("digits", pipeline_parameters={"rounds": 9})
    assert _shown(run) == "['--n', '9'] 9"
    kept = run.publish_pipeline("from a run", "again", "1")
    assert (kept.name, kept.version) == ("from a run", "1")
    assert _shown(kept.submit(workspace, "digits")) == "['--n', '9'] 9"
    assert _shown(kept.submit(workspace, "digits", {"rounds": 1})) == "['--n', '1'] 1"


@pytest.mark.end_to_end
def test_a_data_path_given_at_submission_is_what_the_step_reads(workspace: Workspace, dataset: Any) -> None:
    del dataset
    store = workspace.get_default_datastore()
    (store.folder / "more").mkdir()
    (store.folder / "more" / "new.csv").write_text("new", encoding="utf-8")
    Path("src/read.py").write_text(
        "import os, sys\nprint(sys.argv[2:], os.listdir(sys.argv[1]), sys.argv[1] == "
        "os.environ['AZUREML_DATAREFERENCE_where'])\n",
        encoding="utf-8",
    )
    where: Any = PipelineParameter("where", DataPath(store, "data"))
    binding = DataPathComputeBinding(mode="mount")
    step = PythonScriptStep(
        "read.py", arguments=[(where, binding), "end"], inputs=[(where, binding)], source_directory="src"
    )
    pipeline = Pipeline(workspace, [step])
    kept = pipeline.publish("reader")
    other = {"where": DataPath(store, "more")}
    for run, names in (
        (pipeline.submit("digits"), "['digits.csv']"),
        (pipeline.submit("digits", other), "['new.csv']"),
        (kept.submit(workspace, "digits"), "['digits.csv']"),
        (kept.submit(workspace, "digits", other), "['new.csv']"),
    ):
        run.wait_for_completion(show_output=False)
        assert run.find_step_run("read.py")[0].get_stdout_log().strip() == f"['end'] {names} True"
    with pytest.raises(TypeError, match="data path"):
        pipeline.submit("digits", {"where": "more"})


@pytest.mark.end_to_end
def test_a_dataset_given_at_submission_is_what_the_step_reads(workspace: Workspace, dataset: Any) -> None:
    store = workspace.get_default_datastore()
    (store.folder / "more").mkdir()
    (store.folder / "more" / "new.csv").write_text("new", encoding="utf-8")
    Path("src/read.py").write_text("import os, sys\nprint(os.listdir(sys.argv[1]))\n", encoding="utf-8")
    which: Any = PipelineParameter("which", dataset)
    given = DatasetConsumptionConfig("digits", which).as_mount()
    kept = Pipeline(
        workspace, [PythonScriptStep("read.py", arguments=[given], inputs=[given], source_directory="src")]
    ).publish("reader")
    other = Dataset.File.from_files((store, "more"))
    for values, names in ((None, "['digits.csv']"), ({"which": other}, "['new.csv']")):
        run = kept.submit(workspace, "digits", values)
        run.wait_for_completion(show_output=False)
        assert run.find_step_run("read.py")[0].get_stdout_log().strip() == names
    with pytest.raises(TypeError, match="FileDataset"):
        kept.submit(workspace, "digits", {"which": "more"})


@pytest.mark.end_to_end
def test_a_table_given_at_submission_is_what_the_step_reads(workspace: Workspace) -> None:
    pytest.importorskip("pandas")
    store = workspace.get_default_datastore()
    for name, rows in (("few", 2), ("many", 5)):
        (store.folder / f"{name}.csv").write_text("a\n" + "1\n" * rows, encoding="utf-8")
    Path("src/rows.py").write_text(
        "from azureml.core import Run\nprint(len(Run.get_context().input_datasets['table'].to_pandas_dataframe()))\n",
        encoding="utf-8",
    )
    few, many = (Dataset.Tabular.from_delimited_files((store, f"{name}.csv")) for name in ("few", "many"))
    which: Any = PipelineParameter("which", few)
    given = DatasetConsumptionConfig("table", which)
    kept = Pipeline(workspace, [PythonScriptStep("rows.py", inputs=[given], source_directory="src")]).publish("rows")
    for values, text in ((None, "2"), ({"which": many}, "5")):
        run = kept.submit(workspace, "digits", values)
        run.wait_for_completion(show_output=False)
        assert run.find_step_run("rows.py")[0].get_stdout_log().strip() == text


@pytest.mark.end_to_end
def test_a_failing_step_stops_the_others_only_where_it_was_so_published(workspace: Workspace) -> None:
    Path("src/fail.py").write_text("raise SystemExit(3)\n", encoding="utf-8")
    fail = PythonScriptStep("fail.py", source_directory="src")
    show = _show_step()
    after = PythonScriptStep("show.py", name="after", source_directory="src")
    after.run_after(show)
    kept = Pipeline(workspace, [fail, show, after]).publish("fails", continue_on_step_failure=True)
    run = kept.submit(workspace, "digits")
    assert run.wait_for_completion(show_output=False, raise_on_error=False) == "Failed"
    assert run.find_step_run("after")[0].get_status() == "Finished"


@pytest.mark.end_to_end
def test_a_graph_that_was_read_back_shows_and_runs_the_same(parametrized: Pipeline, workspace: Workspace) -> None:
    run = parametrized.submit("digits", pipeline_parameters={"rounds": 4})
    assert _shown(run) == "['--n', '4'] 4"
    graph = run.get_graph()
    assert [node.name for node in graph.module_nodes] == ["show.py"]
    assert graph.params["rounds"].default_value == "4"
    assert run.get_definition()["parameters"]
    run.save("run.yml")
    assert '"show.py"' in Path("run.yml").read_text(encoding="utf-8")
    again = graph.submit()
    assert _shown(again) == "['--n', '4'] 4"
    assert Experiment(workspace, again.experiment.name).name == graph._context.experiment_name
