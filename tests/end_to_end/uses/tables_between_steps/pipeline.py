"""Steps that hand over tables: parquet files parsed, delimited files read, a folder uploaded and registered."""

import json

from azureml.core import Dataset, Experiment, ScriptRunConfig, Workspace
from azureml.data import OutputFileDatasetConfig
from azureml.pipeline.core import Pipeline, PipelineData, StepSequence
from azureml.pipeline.steps import HyperDriveStep, PythonScriptStep
from azureml.train.hyperdrive import HyperDriveConfig, PrimaryMetricGoal, RandomParameterSampling, choice

ws = Workspace.from_config()
def_blob_store = ws.get_default_datastore()

cleansed = PipelineData("cleansed_data", datastore=def_blob_store).as_dataset()
extra = OutputFileDatasetConfig(name="extra", destination=(def_blob_store, "extra/{run-id}/{output-name}")).as_upload(
    overwrite=True
)
labels = OutputFileDatasetConfig(name="labels").register_on_complete(name="iris labels")

cleanse = PythonScriptStep(
    name="Cleanse Iris Data",
    script_name="cleanse.py",
    arguments=["--output_cleanse", cleansed, "--extra", extra, "--labels", labels],
    outputs=[cleansed],
    compute_target="local",
    source_directory="steps",
    allow_reuse=True,
)
table = cleansed.parse_parquet_files(file_extension=None)
train = HyperDriveStep(
    name="Tune",
    hyperdrive_config=HyperDriveConfig(
        run_config=ScriptRunConfig(
            source_directory="steps",
            script="train.py",
            arguments=["--extra", extra.as_input("extra_files").as_mount()],
            compute_target="local",
        ),
        hyperparameter_sampling=RandomParameterSampling({"max_depth": choice(1, 3)}),
        primary_metric_name="accuracy",
        primary_metric_goal=PrimaryMetricGoal.MAXIMIZE,
        max_total_runs=2,
        max_concurrent_runs=2,
    ),
    inputs=[table.as_named_input("features"), labels.read_delimited_files().as_input("labels")],
)
pipeline = Pipeline(ws, steps=StepSequence(steps=[cleanse, train]))
run = Experiment(ws, "tables").submit(pipeline, regenerate_outputs=False)
run.wait_for_completion(show_output=False)
sweep = next(run.find_step_run("Tune")[0].get_children())
with open("result.json", "w") as f:
    json.dump(
        {
            "status": run.get_status(),
            "best": sweep.get_best_run_by_primary_metric().get_metrics(),
            "registered": [path.split("/")[-1] for path in Dataset.get_by_name(ws, "iris labels").to_path()],
        },
        f,
    )
