"""Datasets of files and tables: uploaded, registered twice, looked at, and given to trials in three ways."""

import json
import os

import pandas as pd
from azureml.core import Dataset, Datastore, Experiment, ScriptRunConfig, Workspace
from azureml.data.datapath import DataPath
from azureml.train.hyperdrive import BayesianParameterSampling, HyperDriveConfig, PrimaryMetricGoal, uniform
from sklearn.datasets import load_diabetes

ws = Workspace.from_config()
datastore = Datastore.get(ws, "workspaceblobstore")

os.makedirs("data", exist_ok=True)
frame = load_diabetes(as_frame=True).frame
frame.to_csv("data/diabetes.csv", index=False)
with open("data/columns.txt", "w") as f:
    f.write("bmi bp s5")
datastore.upload(src_dir="./data", target_path="diabetes-data", overwrite=True, show_progress=True)
datastore.upload_files(files=["./data/columns.txt"], target_path="columns", overwrite=True)

tab_data_set = Dataset.Tabular.from_delimited_files(path=(datastore, "diabetes-data/*.csv"))
print(tab_data_set.take(3).to_pandas_dataframe())
first = tab_data_set.register(workspace=ws, name="diabetes table", description="as it came", tags={"format": "CSV"})
second = tab_data_set.keep_columns(["bmi", "bp", "s5", "target"]).register(
    workspace=ws, name="diabetes table", create_new_version=True
)
file_data_set = Dataset.File.from_files(path=DataPath(datastore, "columns"))
file_data_set = file_data_set.register(ws, "column files", create_new_version=True)
print([os.path.basename(path) for path in file_data_set.to_path()])

src = ScriptRunConfig(
    source_directory="src",
    script="train.py",
    arguments=[
        "--columns",
        ws.datasets["column files"].as_named_input("columns").as_mount(),
        "--csv",
        Dataset.File.from_files((datastore, "diabetes-data/diabetes.csv")).as_named_input("one_csv").as_download(),
        "--table-id",
        Dataset.get_by_name(ws, "diabetes table").as_named_input("diabetes"),
    ],
    compute_target="local",
)
config = HyperDriveConfig(
    run_config=src,
    hyperparameter_sampling=BayesianParameterSampling({"--alpha": uniform(0.05, 1.0)}),
    primary_metric_name="MSE",
    primary_metric_goal=PrimaryMetricGoal.MINIMIZE,
    max_total_runs=2,
    max_concurrent_runs=2,
)
run = Experiment(ws, "prepared-data").submit(config)
run.wait_for_completion()
best = run.get_best_run_by_primary_metric()
with open("result.json", "w") as f:
    json.dump(
        {
            "versions": [first.version, second.version],
            "columns": [
                list(Dataset.get_by_name(ws, "diabetes table", version=version).to_pandas_dataframe().columns)
                for version in (1, "latest")
            ],
            "rows": [len(tab_data_set.to_pandas_dataframe()), len(pd.read_csv("data/diabetes.csv"))],
            "metrics": best.get_metrics(),
            "status": run.get_status(),
        },
        f,
    )
