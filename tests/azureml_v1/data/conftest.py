"""What the tests of azureml.data share: a workspace, and a home closed at the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hyperstep.azureml_v1.core.session import close_homes
from hyperstep.azureml_v1.core.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """The workspace ``local`` of an empty home; the current folder is an empty one."""
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    yield Workspace.from_config()
    close_homes()
