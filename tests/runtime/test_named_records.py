"""Records by id: added, found, changed, listed newest first, removed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec import Struct
from msgspec.structs import replace

from hyperstep.errors import NotFoundError
from hyperstep.runtime.home import Home
from hyperstep.runtime.named_records import NamedRecords


class Note(Struct, frozen=True):
    """A record with an id and a text."""

    id: str
    text: str = ""


NOTES = NamedRecords("note", Note, "note")


@pytest.fixture
def home() -> Iterator[Home]:
    """An empty home."""
    opened = Home.open()
    yield opened
    opened.close()


def test_a_record_is_found_as_it_was_added_and_changed(home: Home) -> None:
    added = NOTES.add(home, "local", Note("a", "first"))
    assert NOTES.find(home, "local", "a") == added
    changed = NOTES.change(home, "local", replace(added, text="second"))
    assert NOTES.find(home, "local", "a") == changed == Note("a", "second")


def test_records_are_listed_newest_first_and_a_workspace_at_a_time(home: Home) -> None:
    for name in ("b", "a", "c"):
        NOTES.add(home, "local", Note(name))
    NOTES.add(home, "other", Note("d"))
    assert [note.id for note in NOTES.all(home, "local")] == ["c", "a", "b"]


def test_what_is_not_there_is_named(home: Home) -> None:
    NOTES.add(home, "local", Note("a"))
    NOTES.remove(home, "local", "a")
    NOTES.remove(home, "local", "a")
    with pytest.raises(NotFoundError, match="no note of that id"):
        NOTES.find(home, "local", "a")
    with pytest.raises(NotFoundError):
        NOTES.change(home, "local", Note("a"))
