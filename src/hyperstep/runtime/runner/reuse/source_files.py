"""The stored files of a source: whether they are there, and are what they were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from hyperstep.digest import Json
from hyperstep.pipeline.reuse import Difference, ReuseDecision
from hyperstep.pipeline.reuse_rules import ReuseRules
from hyperstep.records.artifact import ArtifactRecord
from hyperstep.runtime.home import Home

_PART = "files of the run"
_DAMAGED = "damaged"


class SourceFile(NamedTuple):
    """A file that a source produced."""

    digest: str
    size: int | None = None
    """Bytes; None where an earlier version of hyperstep recorded none."""
    path: str = ""
    """Its name within its run; one of them where several files have that content. Empty as above."""


def source_files(records: Iterable[ArtifactRecord]) -> list[SourceFile]:
    """The files of some runs, each content once, by digest."""
    by_digest = {file.digest: SourceFile(file.digest, file.size, file.path) for file in records}
    return [by_digest[digest] for digest in sorted(by_digest)]


def files_as_recorded(values: Json) -> Iterator[SourceFile]:
    """Those that a source's record has: lists of digest, size and path, or digests alone."""
    for value in values if isinstance(values, list | tuple) else ():
        match value:
            case [str(digest), int(size), str(path)]:
                yield SourceFile(digest, size, path)
            case str(digest):
                yield SourceFile(digest)


def missing_files(home: Home, files: Iterable[SourceFile], rules: ReuseRules) -> tuple[Difference, ...]:
    """The first file of a source that is not kept any more, or not as it was; empty when all are there.

    With ``verify`` all are read, and each such one is told.
    """
    look = _verified if rules.verify else _looked_at
    faults = (fault for file in files if (fault := look(home, file)) is not None)
    return tuple(faults if rules.verify else islice(faults, 1))


def set_damaged_aside(home: Home, decision: ReuseDecision) -> None:
    """Move the files aside that were found to be damaged, so that what is computed now is stored anew.

    Raises:
        OSError: One cannot be moved.
    """
    for found in decision.differences:
        if found.new == _DAMAGED and found.part.startswith(_PART):
            home.artifacts.set_aside(str(found.old))


def _looked_at(home: Home, file: SourceFile) -> Difference | None:
    """By its size; where that is another one it is read: it may have been recorded while the file grew."""
    if home.artifacts.has(file.digest, file.size) or home.artifacts.is_sound(file.digest):
        return None
    return _fault(home, file, "of another size")


def _verified(home: Home, file: SourceFile) -> Difference | None:
    return None if home.artifacts.is_sound(file.digest) else _fault(home, file, _DAMAGED)


def _fault(home: Home, file: SourceFile, now: str) -> Difference:
    part = f"{_PART}: {file.path}" if file.path else _PART
    return Difference(part, file.digest, now if home.artifacts.has(file.digest) else None)
