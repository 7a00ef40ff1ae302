"""A run's snapshot: taken by hand, and given back as a ZIP archive; and the working folders that it leaves."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from hyperstep.artifact_store.snapshot import load_snapshot
from hyperstep.azureml_v1.core.code_translation import snapshot_of
from hyperstep.azureml_v1.exceptions import SnapshotException, UserErrorException
from hyperstep.errors import HyperstepError

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.run_source import RunSource


def take(source: RunSource, file_or_folder: str | os.PathLike[str]) -> str:
    """Keep a file or folder; returns the snapshot's digest.

    Raises:
        SnapshotException: The folder is over a limit.
        UserErrorException: Nothing is there.
    """
    path = Path(file_or_folder)
    if path.is_dir():
        return snapshot_of(source.home, path).digest
    if not path.is_file():
        message = f"A snapshot is taken of a file or folder that exists. Received: {os.fspath(file_or_folder)!r}."
        raise UserErrorException(message)
    with tempfile.TemporaryDirectory() as folder:
        shutil.copyfile(path, Path(folder) / path.name)
        return snapshot_of(source.home, folder).digest


def restore(source: RunSource, digest: str | None, path: str | os.PathLike[str] | None) -> str:
    """Write a snapshot as a ZIP archive; returns its path.

    Args:
        source: The run.
        digest: Of the snapshot.
        path: The archive's path when it ends in ``.zip``, else the folder to put it in; the current one when None.

    Raises:
        SnapshotException: There is no such snapshot.
    """
    if not digest:
        message = f"Run {source.run_id} has no snapshot."
        raise SnapshotException(message)
    target = Path(path) if path is not None else Path()
    if target.suffix != ".zip":
        target /= f"{digest}.zip"
    target.parent.mkdir(parents=True, exist_ok=True)
    artifacts = source.home.artifacts
    try:
        files = load_snapshot(digest, artifacts).files
    except (HyperstepError, OSError, ValueError) as error:
        message = f"There is no snapshot {digest!r}: {error}"
        raise SnapshotException(message) from error
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.writestr(file.path, artifacts.read_bytes(file.digest))
    return str(target)


def clean(source: RunSource) -> list[str]:
    """Remove what an ended run's processes left in their working folders; its kept files stay. Returns the folders.

    Raises:
        UserErrorException: It has not ended.
    """
    run = source.record()
    if not run.status.is_terminal:
        message = f"Run {run.id} is {run.status.value}; its folders are removed once it has ended."
        raise UserErrorException(message)
    attempts = source.journal.attempts(run.id)
    folders = [source.home.attempt(run, attempt.key.number).work_folder for attempt in attempts]
    removed = [folder for folder in folders if folder.is_dir()]
    for folder in removed:
        shutil.rmtree(folder, ignore_errors=True)
    return [str(folder) for folder in removed]
