"""InferenceConfig and ResourceConfiguration hold their arguments, checked where no service is needed."""

from __future__ import annotations

from typing import Any

import pytest

from hyperstep.azureml_v1.core.environment import Environment
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.deployment.inference_config import InferenceConfig
from hyperstep.azureml_v1.deployment.resource_configuration import ResourceConfiguration
from hyperstep.azureml_v1.exceptions import WebserviceException


def test_an_inference_config_keeps_its_script_and_environment(workspace: Workspace) -> None:
    environment = Environment("serving")
    config = InferenceConfig(entry_script="score.py", source_directory=".", environment=environment)
    config.validate_configuration()
    assert (config.entry_script, config.source_directory, config.environment) == ("score.py", ".", environment)
    with pytest.raises(WebserviceException, match="Building an image for 'mine'"):
        config.build_create_payload(workspace, "mine", [])


@pytest.mark.parametrize("script", [None, "", "nowhere.py"])
def test_the_entry_script_is_a_file(workspace: Workspace, script: Any) -> None:
    assert workspace.name == "local"
    with pytest.raises(WebserviceException, match="entry_script"):
        InferenceConfig(script)


def test_resources_are_numbers_above_zero() -> None:
    resources = ResourceConfiguration(1, 0.5, 0.5)  # type: ignore[arg-type]
    assert ResourceConfiguration.deserialize(resources.serialize()) == resources
    with pytest.raises(WebserviceException, match="memory_in_gb"):
        ResourceConfiguration(memory_in_gb=0)
