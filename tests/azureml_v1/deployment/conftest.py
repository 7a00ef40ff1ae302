"""What the tests of deployment share: a workspace with a model."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperstep.azureml_v1.core.model import Model
from hyperstep.azureml_v1.core.workspace import Workspace


@pytest.fixture
def project(project: Path) -> Path:
    """Holds ``score.py`` and ``model.txt``."""
    for name in ("score.py", "model.txt"):
        (project / name).write_text("", encoding="utf-8")
    return project


@pytest.fixture
def model(workspace: Workspace) -> Model:
    """A model in it."""
    return Model.register(workspace, "model.txt", "digits")
