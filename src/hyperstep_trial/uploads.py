"""Files that a script uploads while it runs: copied whole under the attempt's ``uploads/``, then named."""

# pathlib costs milliseconds, which each trial would pay:
# ruff: noqa: PTH103, PTH105, PTH108, PTH109, PTH112, PTH113, PTH118, PTH120, PTH123

from __future__ import annotations

import os

from hyperstep_trial.errors import UserErrorException

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_CHUNK_BYTES = 1 << 20


def artifact_name(name: object) -> str:
    """The name in its one form: forward slashes, no leading ``./`` or ``/``.

    Raises:
        UserErrorException: The name is empty or leads out of the run's files.
    """
    given = os.fspath(name) if isinstance(name, os.PathLike) else str(name)
    text = given.encode("utf-8", "replace").decode("utf-8")  # a record holds no half surrogate pairs
    parts = [part for part in text.replace("\\", "/").split("/") if part not in {"", "."}]
    if not parts or ".." in parts or "\0" in text:
        message = f"The name of an uploaded file must be a relative path without '..'. Received: {text!r}."
        raise UserErrorException(message)
    return "/".join(parts)


def store(uploads_folder: str, name: str, source: Any) -> None:  # noqa: ANN401 - path or anything readable
    """Copy a file or a stream to ``uploads_folder/name``; nobody ever sees a part of it there.

    Args:
        uploads_folder: The attempt's uploads.
        name: As ``artifact_name`` gives it.
        source: A path, or an open stream of bytes or text.

    Raises:
        UserErrorException: The name is taken, or there is no such file.
    """
    target = os.path.join(uploads_folder, *name.split("/"))
    part = f"{uploads_folder}.{os.getpid()}-{os.urandom(6).hex()}.part"
    try:
        _copy(source, part)
        _put_in_place(part, target, name)
    finally:
        if os.path.lexists(part):
            os.unlink(part)


def files_below(folder: object) -> list[tuple[str, str]]:
    """Each file below a folder as (path relative to it with forward slashes, path), sorted.

    Raises:
        UserErrorException: There is no such folder.
    """
    root = os.fspath(folder) if isinstance(folder, os.PathLike) else str(folder)
    if not os.path.isdir(root):
        message = f"There is no folder to upload at {root!r} (from {os.getcwd()})."
        raise UserErrorException(message)
    found = [os.path.join(base, file) for base, _, files in os.walk(root) for file in files]
    return sorted((os.path.relpath(path, root).replace(os.sep, "/"), path) for path in found)


def _copy(source: Any, part: str) -> None:  # noqa: ANN401
    with open(part, "xb") as target:
        if hasattr(source, "read"):
            _pour(source, target)
            return
        path = os.fspath(source)
        if not os.path.isfile(path):
            message = f"There is no file to upload at {path!r} (from {os.getcwd()})."
            raise UserErrorException(message)
        with open(path, "rb") as opened:
            _pour(opened, target)


def _pour(source: Any, target: Any) -> None:  # noqa: ANN401
    while chunk := source.read(_CHUNK_BYTES):
        target.write(chunk.encode("utf-8") if isinstance(chunk, str) else chunk)


def _put_in_place(part: str, target: str, name: str) -> None:
    os.makedirs(os.path.dirname(target), exist_ok=True)
    taken = f"A file named {name!r} was uploaded to this run before; each name can be used once."
    try:
        os.link(part, target)  # unlike a rename it never replaces a file
    except FileExistsError as error:
        raise UserErrorException(taken) from error
    except OSError:  # a file system without hard links
        if os.path.lexists(target):
            raise UserErrorException(taken) from None
        os.replace(part, target)
