"""Outputs whose path a script used as the beginning of file names, instead of as a file or folder."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from hyperstep.artifact_store.tree import Reading, digest_tree
from hyperstep.artifact_store.walk import files_and_empty_folders
from hyperstep.digest import digest_json


def prefixed_files(path: Path, others: Collection[str]) -> tuple[tuple[str, Path], ...]:
    """The files beside ``path`` whose places begin with its name, and empty folders: each place below its parent.

    Args:
        path: An output's; nothing else is looked at if it exists, then there are none.
        others: Names beside it that belong to other outputs.
    """
    if path.exists() or not path.parent.is_dir():
        return ()
    found = [
        beside for beside in path.parent.iterdir() if beside.name.startswith(path.name) and beside.name not in others
    ]
    return tuple(sorted((file.relative_to(path.parent).as_posix(), file) for entry in found for file in _files(entry)))


def output_digest(path: Path, others: Collection[str], reading: Reading) -> str:
    """Digest of what an output is: a file, a folder, or files with its name before theirs; empty without any.

    Args:
        path: The output's.
        others: Names beside it that belong to other outputs.
        reading: Which files are read.
    """
    if path.exists():
        return digest_tree(path, reading).digest
    files = prefixed_files(path, others)
    return digest_json({place: digest_tree(file, reading).digest for place, file in files}) if files else ""


def _files(entry: Path) -> Iterator[Path]:
    if not entry.is_dir():
        yield entry
        return
    below = [place for _, place in files_and_empty_folders(entry)]
    yield from below or [entry]
