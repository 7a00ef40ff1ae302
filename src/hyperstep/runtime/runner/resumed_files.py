"""Handing the files of an earlier trial to one that takes it up.

The script gets a folder as ``--resume-from`` and as AZUREML_DATAREFERENCE_MODEL_LOCATION, as v1 does it. What the
folder looks like v1 does not say; here the files lie below ``outputs/`` as they were written, and each entry of
``outputs/`` is found directly in the folder too.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from hyperstep.artifact_store.base import ArtifactStore
from hyperstep.errors import InvalidInputError

RESUME_VARIABLE = "AZUREML_DATAREFERENCE_MODEL_LOCATION"
RESUME_ARGUMENTS = ("--resume-from", f"${RESUME_VARIABLE}")
"""Follow the hyperparameters; the second one is replaced by the folder."""


def hand_over(artifacts: ArtifactStore, files: Mapping[str, str], folder: Path) -> None:
    """Write files into a folder, made when absent.

    Args:
        artifacts: Where they are kept.
        files: Digest by path.
        folder: Theirs alone.

    Raises:
        InvalidInputError: A path leads out of the folder.
        NotFoundError: A file is no longer kept.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path, digest in files.items():
        artifacts.fetch(digest, folder / _inner(path))
    for entry in sorted((folder / "outputs").glob("*")):
        link = folder / entry.name
        if not link.exists():
            link.symlink_to(entry.relative_to(folder), target_is_directory=entry.is_dir())


def _inner(path: str) -> PurePosixPath:
    inner = PurePosixPath(path)
    if inner.is_absolute() or ".." in inner.parts:
        rule = "The files of an earlier trial lie below its folder."
        raise InvalidInputError(rule, received=path)
    return inner
