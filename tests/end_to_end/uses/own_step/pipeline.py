"""A team's own step, built on HyperDriveStep, and a factory around it."""

import json

from azureml.core import Experiment, ScriptRunConfig, Workspace
from azureml.pipeline.core import Pipeline, PipelineData, TrainingOutput
from azureml.pipeline.steps import HyperDriveStep, HyperDriveStepRun
from azureml.train.hyperdrive import HyperDriveConfig, PrimaryMetricGoal, RandomParameterSampling, choice


class TuneStep(HyperDriveStep):
    """Makes its configuration and its outputs from a few words."""

    def __init__(self, name, source_directory, script, space, metric, trials=2, datastore=None):
        self.metrics_data = PipelineData(
            name + "_metrics",
            datastore=datastore,
            pipeline_output_name=name + "_metrics",
            training_output=TrainingOutput("Metrics"),
        )
        self.model_data = PipelineData(
            name + "_model",
            datastore=datastore,
            pipeline_output_name=name + "_model",
            training_output=TrainingOutput("Model", model_file="outputs/model.pkl"),
        )
        config = HyperDriveConfig(
            run_config=ScriptRunConfig(source_directory, script, compute_target="local"),
            hyperparameter_sampling=RandomParameterSampling(space),
            primary_metric_name=metric,
            primary_metric_goal=PrimaryMetricGoal.MAXIMIZE,
            max_total_runs=trials,
            max_concurrent_runs=2,
        )
        super(TuneStep, self).__init__(
            name=name, hyperdrive_config=config, outputs=[self.metrics_data, self.model_data], allow_reuse=True
        )

    def create_node(self, graph, default_datastore, context):
        print("building", self.name)
        return super(TuneStep, self).create_node(graph, default_datastore, context)


ws = Workspace.from_config()
step = TuneStep("tune_trees", "src", "train.py", {"--depth": choice(1, 2, 3)}, "accuracy")
run = Experiment(ws, "own-step").submit(Pipeline(ws, [step]))
run.wait_for_completion()
step_run = run.find_step_run("tune_trees")[0]
best = HyperDriveStepRun(step_run).get_best_run_by_primary_metric()
run.get_pipeline_output("tune_trees_model").download("model")
with open("result.json", "w") as f:
    json.dump(
        {"status": run.get_status(), "best": best.get_metrics()["accuracy"], "type": step_run.properties["StepType"]}, f
    )
