"""What the tests of deployment share: a workspace with a model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hyperstep.azureml_v1.core.model import Model
from hyperstep.azureml_v1.core.session import close_homes
from hyperstep.azureml_v1.core.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """The workspace ``local`` of an empty home; the current folder holds ``score.py`` and ``model.txt``."""
    project = tmp_path / "project"
    project.mkdir()
    for name in ("score.py", "model.txt"):
        (project / name).write_text("", encoding="utf-8")
    monkeypatch.chdir(project)
    yield Workspace.from_config()
    close_homes()


@pytest.fixture
def model(workspace: Workspace) -> Model:
    """A model in it."""
    return Model.register(workspace, "model.txt", "digits")
