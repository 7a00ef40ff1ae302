"""Images: configurations are kept, and there is no image."""

from __future__ import annotations

import pytest

from hyperstep.azureml_v1.core.model import Model
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.deployment.image import ContainerImage, Image
from hyperstep.azureml_v1.exceptions import WebserviceException


def test_an_image_configuration_keeps_what_was_given() -> None:
    config = ContainerImage.image_configuration("score.py", "python", conda_file="env.yml", tags={"a": "b"})
    assert (config.execution_script, config.runtime, config.conda_file) == ("score.py", "python", "env.yml")
    assert config.tags == {"a": "b"}


def test_no_image_is_built_or_found(workspace: Workspace, model: Model) -> None:
    config = ContainerImage.image_configuration("score.py", "python")
    with pytest.raises(WebserviceException, match=r"Building the image 'mine'.*'digits'"):
        ContainerImage.create(workspace, "mine", [model], config)
    assert Image.list(workspace) == []
    with pytest.raises(WebserviceException, match="ImageNotFound"):
        Image(workspace, "mine")
