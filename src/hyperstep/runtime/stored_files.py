"""Looking through all stored files: which are damaged, which runs refer to these; they are set aside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct

from hyperstep.artifact_store import open_artifact_store
from hyperstep.artifact_store.base import ArtifactStore, HeldObject
from hyperstep.errors import HyperstepError
from hyperstep.run_store.base import Journal
from hyperstep.runtime.home import Home

Progress = Callable[[int, int], None]
"""Told of how many bytes of how many were read."""


class DamagedFile(Struct, frozen=True):
    """A stored file that is not what its digest says."""

    digest: str
    size: int
    """Bytes that there are of it."""
    set_aside: str
    """Where it is now; empty where it could not be moved."""
    fault: str = ""
    """Why it could not."""
    runs: tuple[str, ...] = ()
    """Ids of the root runs that refer to it, newest first: it is a file of theirs or of their source."""


class Examined(Struct, frozen=True):
    """What was looked through."""

    count: int
    size: int
    """Bytes."""
    damaged: tuple[DamagedFile, ...]


def examine_stored_files(home: Path, progress: Progress) -> Examined:
    """Read all stored files of a home, set aside what is damaged, and say which runs refer to it.

    Files that others store or remove meanwhile may be left out.
    """
    artifacts = open_artifact_store(home)
    objects = list(artifacts.objects())
    found = list(_damaged(artifacts, objects, progress))
    runs = _referring({each.digest for each in found}) if found else {}
    named = (DamagedFile(f.digest, f.size, f.set_aside, f.fault, tuple(runs.get(f.digest, ()))) for f in found)
    return Examined(len(objects), sum(held.size for held in objects), tuple(named))


def _damaged(artifacts: ArtifactStore, objects: list[HeldObject], progress: Progress) -> Iterator[DamagedFile]:
    read, total = 0, sum(held.size for held in objects)
    for held in objects:
        if not artifacts.is_sound(held.digest) and artifacts.has(held.digest):
            yield from _aside(artifacts, held)
        read += held.size
        progress(read, total)


def _aside(artifacts: ArtifactStore, held: HeldObject) -> Iterator[DamagedFile]:
    """Nothing for a file that somebody has replaced by a sound one meanwhile."""
    try:
        place = artifacts.set_aside(held.digest)
    except OSError as error:
        yield DamagedFile(held.digest, held.size, "", str(error))
        return
    if place:
        yield DamagedFile(held.digest, held.size, place)
    elif artifacts.has(held.digest) and not artifacts.is_sound(held.digest):
        yield DamagedFile(held.digest, held.size, "", "it cannot be read")


def _referring(digests: set[str]) -> dict[str, list[str]]:
    """The root runs that refer to some contents, by digest; those that the records tell which can be read."""
    found: dict[str, list[str]] = {}
    try:
        home = Home.open(read_only=True)
    except HyperstepError:
        return found
    try:
        for root in home.store.roots():
            for digest in digests & _digests_of(home, root.id):
                found.setdefault(digest, []).append(root.id)
    finally:
        home.close()
    return found


def _digests_of(home: Home, root_id: str) -> set[str]:
    """What a root run refers to: its files, its source and what that lists."""
    try:
        journal = home.store.journal(root_id)
        files = {file.digest for run in journal.runs() for file in journal.artifacts(run.id)}
        found = files | _with_lists(home.artifacts, journal)
        journal.close()
    except HyperstepError:
        return set()
    return found


def _with_lists(artifacts: ArtifactStore, journal: Journal) -> set[str]:
    from hyperstep.runtime.garbage.inventory import with_contents  # noqa: PLC0415 - where something is damaged

    return with_contents(artifacts, journal.mentioned_digests())
