"""Datasets along a real pipeline: written, registered, read by other steps, tuned over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from hyperstep.azureml_v1.core.dataset import Dataset
from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.azureml_v1.core.script_run_config import ScriptRunConfig
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.data.datapath import DataPath, DataPathComputeBinding
from hyperstep.azureml_v1.data.dataset_consumption_config import DatasetConsumptionConfig
from hyperstep.azureml_v1.data.hdfs_output_config import HDFSOutputDatasetConfig
from hyperstep.azureml_v1.data.link_output_config import LinkFileOutputDatasetConfig, LinkTabularOutputDatasetConfig
from hyperstep.azureml_v1.data.output_dataset_config import (
    OutputFileDatasetConfig,
)
from hyperstep.azureml_v1.pipeline.parameter import PipelineParameter
from hyperstep.azureml_v1.pipeline.pipeline import Pipeline
from hyperstep.azureml_v1.pipeline.pipeline_data import PipelineData
from hyperstep.azureml_v1.pipeline.pipeline_dataset import PipelineDataset
from hyperstep.azureml_v1.pipeline.steps.hyper_drive_step import HyperDriveStep
from hyperstep.azureml_v1.pipeline.steps.python_script_step import PythonScriptStep
from hyperstep.azureml_v1.train.expressions import choice
from hyperstep.azureml_v1.train.goal import PrimaryMetricGoal
from hyperstep.azureml_v1.train.hyperdrive_config import HyperDriveConfig
from hyperstep.azureml_v1.train.sampling import GridParameterSampling
from hyperstep.errors import InvalidInputError, UnsupportedError

WRITE = """
import os, sys
folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
with open(os.path.join(folder, "part.csv"), "w") as file:
    file.write("id,score,note\\n1,0.5,a\\n2,0.75,b\\n3,1.0,c\\n")
with open(os.path.join(folder, "note.txt"), "w") as file:
    file.write("no table")
"""

REPORT = """
import json, os, sys
from azureml.core import Run
run = Run.get_context()
report = {"arguments": sys.argv[1:], "variables": {}, "inputs": {}, "outputs": {}}
for name in ("AZUREML_DATASET_ENVIRONMENT_VARS", "AZUREML_DATASET_FILE_OUTPUTS", "AZUREML_LINK_DATASET_OUTPUTS"):
    report["variables"][name] = os.environ.get(name)
for name, given in run.input_datasets.items():
    if isinstance(given, str):
        report["inputs"][name] = [given, os.path.isdir(given), sorted(os.listdir(given))]
        continue
    is_table = hasattr(given, "to_pandas_dataframe")
    content = given.to_pandas_dataframe().to_dict("list") if is_table else given.to_path()
    report["inputs"][name] = [type(given).__name__, os.environ[name] == given.id, content]
for name, path in run.output_datasets.items():
    report["outputs"][name] = path
os.makedirs("outputs", exist_ok=True)
with open("outputs/report.json", "w") as file:
    json.dump(report, file)
"""


@pytest.fixture
def experiment(workspace: Workspace) -> Experiment:
    Path("write.py").write_text(WRITE, encoding="utf-8")
    Path("report.py").write_text(REPORT, encoding="utf-8")
    return Experiment(workspace, "data")


def report_of(run: Any, step: str, tmp_path: Path) -> dict[str, Any]:
    """What ``report.py`` found in that step."""
    target = tmp_path / f"{step}.json"
    run.find_step_run(step)[0].download_file("outputs/report.json", str(target))
    found: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))
    return found


def test_an_output_dataset_is_written_registered_and_read_in_each_way(experiment: Experiment, tmp_path: Path) -> None:
    workspace = experiment.workspace
    store = workspace.get_default_datastore()
    written = OutputFileDatasetConfig("prepared", destination=(store, "mine/{run-id}/{output-name}"))
    written = written.register_on_complete("prepared data", "all of it", {"kind": "test"})
    table = written.read_delimited_files(path_glob="*.csv").keep_columns(["score", "id"])
    write = PythonScriptStep("write.py", arguments=[written], source_directory=".")
    report = PythonScriptStep(
        "report.py",
        arguments=["--mounted", written.as_input("mounted"), "--copied", written.as_input("copied").as_download()],
        inputs=[table.as_input("table")],
        source_directory=".",
    )
    pipeline = Pipeline(workspace, [report])
    assert [step.name for step in pipeline.graph.module_nodes] == ["report.py", write.name]
    run = experiment.submit(pipeline)
    assert run.wait_for_completion(show_output=False) == "Finished"
    step_run_id = run.find_step_run("write.py")[0].id
    place = store.folder / "mine" / step_run_id / "prepared"
    assert sorted(path.name for path in place.iterdir()) == ["note.txt", "part.csv"]
    found = report_of(run, "report.py", tmp_path)
    assert found["inputs"]["mounted"] == [str(place), True, ["note.txt", "part.csv"]]
    assert found["inputs"]["copied"][0] != str(place)
    assert found["inputs"]["copied"][1:] == [True, ["note.txt", "part.csv"]]
    assert found["inputs"]["table"] == ["TabularDataset", True, {"score": [0.5, 0.75, 1.0], "id": [1, 2, 3]}]
    assert found["arguments"] == ["--mounted", str(place), "--copied", found["inputs"]["copied"][0]]
    modes = set(found["variables"]["AZUREML_DATASET_ENVIRONMENT_VARS"].split(","))
    assert modes == {"mounted:mount", "copied:download", "table:direct"}
    registered = Dataset.get_by_name(workspace, "prepared data")
    assert (registered.version, registered.description, registered.tags) == (1, "all of it", {"kind": "test"})
    assert registered.to_path() == ["/note.txt", "/part.csv"]


def test_pipeline_data_is_read_as_a_table_and_registered(experiment: Experiment, tmp_path: Path) -> None:
    workspace = experiment.workspace
    data = PipelineData("made", datastore=workspace.get_default_datastore())
    files = data.as_dataset().register("made files")
    table = files.parse_delimited_files(file_extension=".csv").drop_columns("note")
    write = PythonScriptStep("write.py", arguments=[data], outputs=[files], source_directory=".")
    report = PythonScriptStep(
        "report.py",
        arguments=[files.as_named_input("copied").as_download()],
        inputs=[table.as_named_input("table"), files.as_named_input("direct").as_direct(), files.as_mount()],
        source_directory=".",
    )
    run = experiment.submit(Pipeline(workspace, [write, report]))
    assert run.wait_for_completion(show_output=False) == "Finished"
    found = report_of(run, "report.py", tmp_path)
    assert found["inputs"]["table"] == ["TabularDataset", True, {"id": [1, 2, 3], "score": [0.5, 0.75, 1.0]}]
    assert found["inputs"]["direct"] == ["FileDataset", True, ["/note.txt", "/part.csv"]]
    assert found["inputs"]["made"][1:] == [True, ["note.txt", "part.csv"]]
    assert found["arguments"] == [found["inputs"]["copied"][0]]
    assert Dataset.get_by_name(workspace, "made files").to_path() == ["/note.txt", "/part.csv"]
    again = experiment.submit(Pipeline(workspace, [write, report]))
    assert again.wait_for_completion(show_output=False) == "Finished"
    assert Dataset.get_by_name(workspace, "made files").version == 1  # a reused step registers nothing new


def test_pipeline_data_read_as_a_dataset_is_listed_as_one(experiment: Experiment) -> None:
    data = PipelineData("made", datastore=experiment.workspace.get_default_datastore())
    write = PythonScriptStep("write.py", arguments=[data], outputs=[data], source_directory=".")
    report = PythonScriptStep("report.py", inputs=[data.as_dataset()], source_directory=".")
    with pytest.raises(InvalidInputError, match="as_dataset"):
        Pipeline(experiment.workspace, [write, report])


def test_all_trials_of_a_sweep_share_an_output_folder(experiment: Experiment, tmp_path: Path) -> None:
    Path("train.py").write_text(
        "import argparse, os\n"
        "from azureml.core import Run\n"
        "parser = argparse.ArgumentParser()\n"
        "parser.add_argument('--out')\n"
        "parser.add_argument('--table')\n"
        "parser.add_argument('--x', type=int)\n"
        "args = parser.parse_args()\n"
        "run = Run.get_context()\n"
        "assert run.output_datasets['models'] == args.out == os.environ['models']\n"
        "rows = run.input_datasets['rows'].to_pandas_dataframe()\n"
        "open(os.path.join(args.out, f'{args.x}.txt'), 'w').write(str(len(rows)))\n"
        "run.log('accuracy', args.x)\n",
        encoding="utf-8",
    )
    workspace = experiment.workspace
    rows = Dataset.Tabular.register_pandas_dataframe(
        pd.DataFrame({"a": range(4)}), (workspace.get_default_datastore(), "rows"), "rows", show_progress=False
    )
    models = OutputFileDatasetConfig("models").register_on_complete("models")
    config = HyperDriveConfig(
        run_config=ScriptRunConfig(".", "train.py", ["--out", models, "--table", rows.as_named_input("rows")]),
        hyperparameter_sampling=GridParameterSampling({"--x": choice(1, 2)}),
        primary_metric_name="accuracy",
        primary_metric_goal=PrimaryMetricGoal.MAXIMIZE,
        max_total_runs=2,
    )
    run = experiment.submit(Pipeline(workspace, [HyperDriveStep("tune", config)]))
    assert run.wait_for_completion(show_output=False) == "Finished"
    folder = tmp_path / "models"
    files = Dataset.get_by_name(workspace, "models").download(folder)
    assert {Path(path).name: Path(path).read_text(encoding="utf-8") for path in files} == {"1.txt": "4", "2.txt": "4"}


def test_a_script_run_uploads_what_matches_and_registers_it(experiment: Experiment) -> None:
    workspace = experiment.workspace
    output = OutputFileDatasetConfig("kept", (workspace.get_default_datastore(), "kept"), source="made")
    output = output.as_upload(overwrite=True, source_globs=["**/*.csv"]).register_on_complete("kept")
    Path("main.py").write_text(WRITE.replace("sys.argv[1]", "'made'"), encoding="utf-8")
    run = experiment.submit(ScriptRunConfig(".", "main.py", [output]))
    run.wait_for_completion(show_output=False)
    assert Dataset.get_by_name(workspace, "kept").to_path() == ["/part.csv"]
    assert run.get_status() == "Completed"


def test_a_step_links_datasets_that_another_reads(experiment: Experiment, tmp_path: Path) -> None:
    workspace = experiment.workspace
    store = workspace.get_default_datastore()
    Path("given").mkdir()
    Path("given/a.csv").write_text("v\n1\n2\n", encoding="utf-8")
    store.upload("given", "given", show_progress=False)
    Path("link.py").write_text(
        "from azureml.core import Dataset, Run\n"
        "run = Run.get_context()\n"
        "store = run.experiment.workspace.get_default_datastore()\n"
        "run.output_datasets['files'].link(Dataset.File.from_files((store, 'given')))\n"
        "run.output_datasets['table'].link(Dataset.Tabular.from_delimited_files((store, 'given/a.csv')).take(1))\n",
        encoding="utf-8",
    )
    files = LinkFileOutputDatasetConfig("files").register_on_complete("linked")
    table = LinkTabularOutputDatasetConfig("table")
    link = PythonScriptStep("link.py", outputs=[files, table], source_directory=".")
    report = PythonScriptStep(
        "report.py", inputs=[files.as_input("there"), table.as_input("rows")], source_directory="."
    )
    run = experiment.submit(Pipeline(workspace, [link, report]))
    assert run.wait_for_completion(show_output=False) == "Finished"
    found = report_of(run, "report.py", tmp_path)
    assert found["inputs"]["rows"] == ["TabularDataset", True, {"v": [1]}]
    assert found["inputs"]["there"][1:] == [True, ["a.csv"]]
    assert Dataset.get_by_name(workspace, "linked").to_path() == ["/a.csv"]


def test_data_references_reach_a_step_in_each_mode(experiment: Experiment, tmp_path: Path) -> None:
    workspace = experiment.workspace
    store = workspace.get_default_datastore()
    (store.folder / "given").mkdir()
    (store.folder / "given/a.txt").write_text("1", encoding="utf-8")
    Path("read.py").write_text(
        "import os, sys\n"
        "for name in ('mounted', 'copied'):\n"
        "    path = os.environ['AZUREML_DATAREFERENCE_' + name]\n"
        "    assert open(os.path.join(path, 'a.txt')).read() == '1'\n"
        "    print(name, path in sys.argv)\n"
        "    open(os.path.join(path, name + '.txt'), 'w').close()\n",
        encoding="utf-8",
    )
    mounted = store.path("given", "mounted").as_mount()
    copied = DataPath(store, "given").create_data_reference("copied", DataPathComputeBinding(mode="download"))
    step = PythonScriptStep("read.py", arguments=[mounted, copied], inputs=[mounted, copied], source_directory=".")
    run = experiment.submit(Pipeline(workspace, [step]))
    assert run.wait_for_completion(show_output=False) == "Finished"
    run.find_step_run("read.py")[0].download_file("user_logs/std_log.txt", str(tmp_path / "log"))
    assert (tmp_path / "log").read_text(encoding="utf-8").split() == ["mounted", "True", "copied", "True"]
    assert sorted(path.name for path in (store.folder / "given").iterdir()) == ["a.txt", "mounted.txt"]


def test_a_script_writes_to_a_reference_for_upload(experiment: Experiment) -> None:
    store = experiment.workspace.get_default_datastore()
    Path("main.py").write_text(
        "import os, sys\n"
        "os.makedirs(sys.argv[1], exist_ok=True)\n"
        "open(os.path.join(sys.argv[1], 'a.txt'), 'w').write('1')\n",
        encoding="utf-8",
    )
    store.folder.joinpath("results").mkdir()
    run = experiment.submit(ScriptRunConfig(".", "main.py", [store.path("results").as_upload()]))
    run.wait_for_completion(show_output=False)
    assert (store.folder / "results/a.txt").read_text(encoding="utf-8") == "1"


def test_the_oldest_form_of_a_dataset_input_works(experiment: Experiment, tmp_path: Path) -> None:
    workspace = experiment.workspace
    store = workspace.get_default_datastore()
    (store.folder / "given").mkdir()
    (store.folder / "given/a.csv").write_text("v\n1\n", encoding="utf-8")
    files = PipelineDataset.create(Dataset.File.from_files((store, "given")), name="files")
    rows = PipelineDataset(Dataset.Tabular.from_delimited_files((store, "given")).register(workspace, "my rows"))
    assert (rows.name, rows.bind_mode, rows.dataset_version, files.bind_mode) == ("my_rows", "direct", 1, "mount")
    assert (rows.saved_dataset_id, files.dataset_id, rows.workspace) == (rows.dataset_id, None, workspace)
    step = PythonScriptStep("report.py", arguments=[files], inputs=[files, rows], source_directory=".")
    run = experiment.submit(Pipeline(workspace, [step]))
    assert run.wait_for_completion(show_output=False) == "Finished"
    found = report_of(run, "report.py", tmp_path)
    assert found["inputs"]["files"] == [found["arguments"][0], True, ["a.csv"]]
    assert found["inputs"]["my_rows"] == ["TabularDataset", True, {"v": [1]}]
    with pytest.raises(InvalidInputError, match="file or tabular"):
        PipelineDataset("given")


def test_a_parameter_of_a_table_takes_another_table(experiment: Experiment, tmp_path: Path) -> None:
    workspace = experiment.workspace
    store = workspace.get_default_datastore()
    (store.folder / "one.csv").write_text("v\n1\n2\n", encoding="utf-8")
    one = Dataset.Tabular.from_delimited_files((store, "one.csv"))
    parameter = PipelineParameter("rows", one)
    step = PythonScriptStep("report.py", inputs=[DatasetConsumptionConfig("table", parameter)], source_directory=".")
    pipeline = Pipeline(workspace, [step])
    found = []
    for values in ({}, {"rows": one.take(1)}):
        run = experiment.submit(pipeline, pipeline_parameters=values)
        assert run.wait_for_completion(show_output=False) == "Finished"
        found.append(report_of(run, "report.py", tmp_path)["inputs"]["table"])
    assert found == [["TabularDataset", True, {"v": [1, 2]}], ["TabularDataset", True, {"v": [1]}]]


def test_a_taken_name_stays_with_its_data_when_no_new_version_is_wanted(experiment: Experiment) -> None:
    workspace = experiment.workspace
    store = workspace.get_default_datastore()
    (store.folder / "given.txt").write_text("1", encoding="utf-8")
    earlier = Dataset.File.from_files((store, "given.txt")).register(workspace, "taken")
    data = PipelineData("made", datastore=store)
    files = data.as_dataset().register("taken", create_new_version=False)
    write = PythonScriptStep("write.py", arguments=[data], outputs=[files], source_directory=".")
    run = experiment.submit(Pipeline(workspace, [write]))
    assert run.wait_for_completion(show_output=False) == "Finished"
    assert (Dataset.get_by_name(workspace, "taken").id, earlier.version) == (earlier.id, 1)


def test_a_link_that_no_script_made_fails_the_step_that_needs_it(experiment: Experiment) -> None:
    Path("nothing.py").write_text("", encoding="utf-8")
    files = LinkFileOutputDatasetConfig("files").register_on_complete("linked")
    nothing = PythonScriptStep("nothing.py", outputs=[files], source_directory=".")
    report = PythonScriptStep("report.py", inputs=[files.as_input("there")], source_directory=".")
    run = experiment.submit(Pipeline(experiment.workspace, [nothing, report]))
    run.wait_for_completion(show_output=False, raise_on_error=False)
    assert run.find_step_run("nothing.py")[0].get_status() == "Finished"
    assert "link(dataset)" in run.find_step_run("report.py")[0].get_details()["error"]["error"]["message"]
    assert Dataset.get_all(experiment.workspace) == {}


def test_a_changed_reading_of_the_same_files_is_no_reuse(experiment: Experiment) -> None:
    workspace = experiment.workspace
    store = workspace.get_default_datastore()
    (store.folder / "one.csv").write_text("v\n1\n2\n", encoding="utf-8")
    one = Dataset.Tabular.from_delimited_files((store, "one.csv"))
    reused = []
    for rows in (one, one, one.take(1)):
        step = PythonScriptStep("report.py", inputs=[rows.as_named_input("table")], source_directory=".")
        run = experiment.submit(Pipeline(workspace, [step]))
        assert run.wait_for_completion(show_output=False) == "Finished"
        reused.append(run.find_step_run("report.py")[0].get_properties().get("azureml.isreused"))
    assert reused == [None, "true", None]


def test_an_output_for_spark_is_refused_when_the_pipeline_is_built(experiment: Experiment) -> None:
    step = PythonScriptStep("write.py", outputs=[HDFSOutputDatasetConfig("rows")], source_directory=".")
    with pytest.raises(UnsupportedError, match="OutputFileDatasetConfig"):
        Pipeline(experiment.workspace, [step])
