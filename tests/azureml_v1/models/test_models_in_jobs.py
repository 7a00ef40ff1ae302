"""Models registered, found and changed by the script of a job."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.azureml_v1.core.model import Model
from hyperstep.azureml_v1.core.script_run_config import ScriptRunConfig
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.data.file_dataset import FileDataset
from hyperstep.azureml_v1.deployment.resource_configuration import ResourceConfiguration

pytestmark = pytest.mark.end_to_end

SCRIPT = """
import joblib
from azureml.core import Model, Run
from azureml.core.model import InferenceConfig
from azureml.exceptions import WebserviceException
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

run = Run.get_context()
workspace = run.experiment.workspace
data = load_iris(return_X_y=True)
fitted = LogisticRegression(max_iter=500).fit(*data)
joblib.dump(fitted, "outputs/model.joblib")
own = run.register_model("iris", "outputs/model.joblib", tags={"kind": "linear"}, model_framework="ScikitLearn")
own.add_tags({"score": round(fitted.score(*data), 3)})
own.add_properties({"rows": len(data[0])})
own.update(description="fitted in a job")
for number in range(2):
    Model.register(workspace, "outputs/model.joblib", "other")
Model(workspace, "other", version=1).delete()
assert joblib.load(Model.get_model_path("iris")).score(*data) > 0.9
try:
    Model(workspace, "absent")
except WebserviceException as error:
    assert "ModelNotFound" in error.message
"""


def test_a_job_registers_changes_and_removes_models(
    experiment: Experiment, workspace: Workspace, dataset: FileDataset
) -> None:
    source = Path("src")
    source.mkdir()
    (source / "train.py").write_text(dedent(SCRIPT), encoding="utf-8")
    run = experiment.submit(ScriptRunConfig(source, "train.py"))
    run.wait_for_completion()
    model = Model(workspace, "iris", run_id=run.id)
    assert model.run == run
    assert model.experiment_name == "digits"
    assert set(model.tags) == {"kind", "score"}
    assert float(model.tags["score"]) > 0.9
    assert (model.properties, model.description) == ({"rows": "150"}, "fitted in a job")
    assert [found.version for found in Model.list(workspace, "other")] == [2]
    assert Path(model.download("out")).name == "model.joblib"
    later = run.register_model(
        "later", "outputs", datasets=[("training", dataset)], resource_configuration=ResourceConfiguration(cpu=1)
    )
    assert later.datasets["training"][0].id == dataset.id
    assert later.resource_configuration == ResourceConfiguration(cpu=1)
    assert [path.name for path in Path(later.download("out")).iterdir()] == ["model.joblib"]
