"""What the tests of the v1 API share: a workspace, an experiment and a dataset; each area fills the current folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hyperstep.azureml_v1.core.dataset import Dataset
from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.azureml_v1.core.session import close_homes
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.azureml_v1.data.file_dataset import FileDataset


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The current folder; empty."""
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def workspace(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """The workspace ``local`` of an empty home."""
    monkeypatch.chdir(project)
    yield Workspace.from_config()
    close_homes()


@pytest.fixture
def experiment(workspace: Workspace) -> Experiment:
    """An experiment in it."""
    return Experiment(workspace, "digits")


@pytest.fixture
def dataset(workspace: Workspace) -> FileDataset:
    """One file in the default datastore."""
    datastore = workspace.get_default_datastore()
    (datastore.folder / "data").mkdir()
    (datastore.folder / "data" / "digits.csv").write_text("1,2\n", encoding="utf-8")
    made: FileDataset = Dataset.File.from_files((datastore, "data"))
    return made
