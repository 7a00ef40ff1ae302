"""Publish a pipeline with parameters, submit it, put it behind an endpoint, schedule it."""

import json

from azureml.core import Experiment, ScriptRunConfig, Workspace
from azureml.pipeline.core import Pipeline, PipelineEndpoint, PipelineParameter, PublishedPipeline
from azureml.pipeline.core.schedule import Schedule, ScheduleRecurrence
from azureml.pipeline.steps import HyperDriveStep, PythonScriptStep
from azureml.train.estimator import Estimator
from azureml.train.hyperdrive import GridParameterSampling, HyperDriveConfig, PrimaryMetricGoal, choice

ws = Workspace.from_config()
noise = PipelineParameter(name="noise", default_value=0.1)
greeting = PipelineParameter(name="greeting", default_value="hello")


def config_of(**script):
    return HyperDriveConfig(
        hyperparameter_sampling=GridParameterSampling({"--degree": choice(1, 3)}),
        primary_metric_name="r2",
        primary_metric_goal=PrimaryMetricGoal.MAXIMIZE,
        max_total_runs=2,
        max_concurrent_runs=2,
        **script,
    )


src = ScriptRunConfig("src", "train.py", arguments=["--noise", noise], compute_target="local")
estimator = Estimator(source_directory="src", entry_script="train.py", compute_target="local")
by_script = HyperDriveStep(name="tune by script", hyperdrive_config=config_of(run_config=src))
by_estimator = HyperDriveStep(
    name="tune by estimator",
    hyperdrive_config=config_of(estimator=estimator),
    estimator_entry_script_arguments=["--noise", noise],
)
greet = PythonScriptStep(
    "greet.py", name="greet", arguments=["--text", greeting], compute_target="local", source_directory="src"
)

pipeline = Pipeline(ws, [by_script, by_estimator, greet])
published = pipeline.publish(name="Tuning", description="as published", version="1.0")
print(published)


def noises(run):
    run.wait_for_completion(show_output=False)
    found = []
    for name in ("tune by script", "tune by estimator"):
        sweep = next(run.find_step_run(name)[0].get_children())
        found.append(sweep.get_best_run_by_primary_metric().get_metrics()["noise"])
    return found


same = PublishedPipeline.get(workspace=ws, id=published.id)
first_run = same.submit(ws, experiment_name="published")
other_run = Experiment(ws, "published").submit(published, pipeline_parameters={"noise": 0.2, "greeting": "hi"})
by_default, other = noises(first_run), noises(other_run)

endpoint = PipelineEndpoint.publish(workspace=ws, name="TuningEndpoint", pipeline=published, description="for tests")
second = Pipeline(ws, [greet]).publish(name="Greeting only", description="a second version", version="2.0")
endpoint.add_default(second)
endpoint = PipelineEndpoint.get(workspace=ws, name="TuningEndpoint")
greeting_run = endpoint.submit("published", pipeline_parameters={"greeting": "good morning"})
greeting_run.wait_for_completion()
default_after_add = endpoint.default_version
endpoint.set_default_version("0")
log = greeting_run.find_step_run("greet")[0].get_stdout_log()

recurrence = ScheduleRecurrence(frequency="Day", interval=1, hours=[3], minutes=[0])
schedule = Schedule.create(
    ws,
    name="nightly",
    pipeline_id=published.id,
    experiment_name="published",
    recurrence=recurrence,
    wait_for_provisioning=True,
)
listed = [schedule.name for schedule in Schedule.list(ws)]
schedule.disable(wait_for_provisioning=True)

with open("result.json", "w") as f:
    json.dump(
        {
            "published": [p.name for p in PublishedPipeline.list(ws)],
            "by_default": by_default,
            "other": other,
            "greeted": "good morning" in log,
            "defaults": [default_after_add, endpoint.default_version],
            "versions": len(endpoint.list_versions()),
            "schedules": [listed, [s.name for s in Schedule.list(ws)], Schedule.get(ws, schedule.id).status],
        },
        f,
    )
