"""A sweep without a pipeline: submitted, watched, its best parameters read, its model registered."""

import json

from azureml.core import Environment, Experiment, ScriptRunConfig, Workspace
from azureml.train.hyperdrive.parameter_expressions import choice, quniform, uniform
from azureml.train.hyperdrive.policy import MedianStoppingPolicy
from azureml.train.hyperdrive.run import PrimaryMetricGoal
from azureml.train.hyperdrive.runconfig import HyperDriveConfig
from azureml.train.hyperdrive.sampling import RandomParameterSampling
from azureml.widgets import RunDetails

ws = Workspace.from_config()
exp = Experiment(ws, "heart-failure")
env = Environment.get(ws, "AzureML-sklearn-0.24-ubuntu18.04-py37-cpu")

depths = choice(range(2, 5))
print("depths to try:", depths[1][0])

src = ScriptRunConfig(
    source_directory=".",
    script="train.py",
    arguments=["--n_estimators", 1000, "--criterion", "gini", "--verbose"],
    compute_target="local",
    environment=env,
)
config = HyperDriveConfig(
    run_config=src,
    hyperparameter_sampling=RandomParameterSampling(
        {"n_estimators": quniform(2, 10, 2), "max_depth": depths, "--max_features": uniform(0.2, 0.9)}
    ),
    policy=MedianStoppingPolicy(evaluation_interval=1, delay_evaluation=5),
    primary_metric_name="Accuracy",
    primary_metric_goal=PrimaryMetricGoal.MAXIMIZE,
    max_total_runs=3,
    max_concurrent_runs=2,
)
hyperdrive_run = exp.submit(config, tags={"kind": "forest"})
RunDetails(hyperdrive_run).show()
hyperdrive_run.wait_for_completion(show_output=True)
assert hyperdrive_run.get_status() == "Completed"

best_run = hyperdrive_run.get_best_run_by_primary_metric()
best_run_metrics = best_run.get_metrics()
parameter_values = best_run.get_details()["runDefinition"]["arguments"]
print("Best Run Id: ", best_run.id)
print("\n Accuracy:", best_run_metrics["Accuracy"])
print("\n n_estimators:", parameter_values[6])

# pairs from the end, as nearly every notebook reads them
sampled = parameter_values[5:]
best_parameters = dict(zip(sampled[::2], sampled[1::2]))
file_names = best_run.get_file_names()
model_file = [name for name in file_names if name.startswith("outputs/")][-1]
model = best_run.register_model(
    model_name="heart", model_path=model_file, tags={"Accuracy": best_run_metrics["Accuracy"]}
)
best_run.download_file(file_names[file_names.index(model_file)], "model.joblib")

with open("result.json", "w") as f:
    json.dump(
        {
            "depths": list(depths[1][0]),
            "arguments": parameter_values,
            "best_parameters": best_parameters,
            "hyperparameters": json.loads(hyperdrive_run.get_hyperparameters()[best_run.id]),
            "metrics": best_run_metrics,
            "files": file_names,
            "files_again": exp.workspace.get_run(best_run.id).get_file_names(),
            "first_output": model_file,
            "model": [model.name, model.version, model.run_id == best_run.id],
            "children": len(list(hyperdrive_run.get_children())),
            "sorted": [row["run_id"] for row in hyperdrive_run.get_children_sorted_by_primary_metric()],
            "tags": hyperdrive_run.get_tags(),
        },
        f,
    )
