"""Services: their configurations are kept, and reaching one says what to do instead."""

from __future__ import annotations

from typing import Any

import pytest

from hyperstep.azureml_v1.core.model import Model
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.deployment.inference_config import InferenceConfig
from hyperstep.azureml_v1.deployment.webservice import AciWebservice, AksWebservice, LocalWebservice, Webservice
from hyperstep.azureml_v1.exceptions import WebserviceException


def _one_line(error: WebserviceException) -> str:
    text = str(error)
    assert "\n" not in text
    assert "serve them" in text
    return text


def test_a_deployment_configuration_keeps_what_was_given() -> None:
    config = AciWebservice.deploy_configuration(cpu_cores=1, memory_gb=0.5, tags={"a": "b"}, auth_enabled=True)
    assert (config.cpu_cores, config.memory_gb, config.tags, config.auth_enabled) == (1, 0.5, {"a": "b"}, True)  # type: ignore[attr-defined]
    assert repr(config) == (
        "AciWebservice.deploy_configuration(cpu_cores=1, memory_gb=0.5, tags={'a': 'b'}, auth_enabled=True)"
    )
    assert AksWebservice.deploy_configuration(num_replicas=3).num_replicas == 3  # type: ignore[attr-defined]
    assert LocalWebservice.deploy_configuration(port=8890).port == 8890  # type: ignore[attr-defined]


@pytest.mark.parametrize("settings", [{"cpu_cores": 0}, {"memory_gb": -1}, {"cpu_cores": "one"}])
def test_numbers_of_a_deployment_are_above_zero(settings: dict[str, Any]) -> None:
    with pytest.raises(WebserviceException, match=next(iter(settings))):
        AciWebservice.deploy_configuration(**settings)


def test_deploying_says_in_one_line_what_to_do_instead(workspace: Workspace, model: Model) -> None:
    inference = InferenceConfig("score.py")
    with pytest.raises(WebserviceException, match=r"Deploying the service 'digits-service'.*'digits'") as caught:
        Model.deploy(workspace, "digits-service", [model], inference, AciWebservice.deploy_configuration())
    assert "Model(workspace, 'digits').download" in _one_line(caught.value)


def test_packages_and_profiles_are_refused_in_one_line(workspace: Workspace, model: Model) -> None:
    inference = InferenceConfig("score.py")
    with pytest.raises(WebserviceException, match="Building the image") as caught:
        Model.package(workspace, [model], inference)
    _one_line(caught.value)
    with pytest.raises(WebserviceException, match="'mine'") as caught:
        Model.profile(workspace, "mine", [model], inference, input_dataset=None)
    _one_line(caught.value)


def test_the_older_ways_to_deploy_are_refused_too(workspace: Workspace, model: Model) -> None:
    for deploy in (Webservice.deploy, Webservice.deploy_from_image):
        with pytest.raises(WebserviceException, match="Deploying the service 'old'"):
            deploy(workspace, "old", ["model.txt"], None)
    with pytest.raises(WebserviceException, match="'digits'"):
        AciWebservice.deploy_from_model(workspace, "old", [model], None)


def test_there_is_no_service_to_look_up(workspace: Workspace) -> None:
    assert Webservice.list(workspace) == []
    for kind in (Webservice, AciWebservice, AksWebservice, LocalWebservice):
        with pytest.raises(WebserviceException, match="WebserviceNotFound") as caught:
            kind(workspace, "mine")
        assert caught.value.status_code == 404


def test_what_would_be_deployed_is_printed(model: Model, capsys: pytest.CaptureFixture[str]) -> None:
    Model.print_configuration([model], InferenceConfig("score.py"), LocalWebservice.deploy_configuration(1), None)
    shown = capsys.readouterr().out
    assert "digits:1" in shown
    assert "score.py" in shown
    assert "port=1" in shown
