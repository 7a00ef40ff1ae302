"""What the tests of models share: a workspace, and files to register."""

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
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """The workspace ``local`` of an empty home; the current folder holds ``model/`` with three files."""
    folder = tmp_path / "project" / "model"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.txt", "b.txt", "sub/c.txt"):
        (folder / name).write_text(name, encoding="utf-8")
    monkeypatch.chdir(folder.parent)
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
