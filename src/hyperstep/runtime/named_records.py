"""Records that are kept by an id in a workspace and may be changed: published pipelines, endpoints, schedules."""

from __future__ import annotations

from time import time
from typing import Generic, Protocol, TypeVar

from msgspec.structs import replace

from hyperstep.codec import from_json, require_types, to_json
from hyperstep.errors import NotFoundError
from hyperstep.runtime.home import Home


class Identified(Protocol):
    """A record with an id."""

    @property
    def id(self) -> str:
        """Unique in its workspace and kind."""


R = TypeVar("R", bound=Identified)


class NamedRecords(Generic[R]):
    """The records of one kind, in the run store.

    Args:
        kind: What they are called in the store.
        record_type: Their class.
        title: What they are called in messages.
    """

    def __init__(self, kind: str, record_type: type[R], title: str) -> None:
        self.kind = kind
        """What they are called in the store."""
        self._type = record_type
        self._title = title

    def add(self, home: Home, workspace: str, record: R) -> R:
        """Keep a new record; returns it.

        Raises:
            InvalidInputError: A value of a wrong type; nothing is kept then.
        """
        require_types(record, f"a {self._title}")
        home.store.put_named(workspace, self.kind, record.id, to_json(record), time())
        return record

    def find(self, home: Home, workspace: str, record_id: str) -> R:
        """The record of that id.

        Raises:
            NotFoundError: There is none.
        """
        try:
            return from_json(self._type, home.store.named(workspace, self.kind, record_id).body)
        except NotFoundError as error:
            rule = f"Workspace '{workspace}' has no {self._title} of that id."
            raise NotFoundError(rule, received=record_id, remedy="List them to see what there is.") from error

    def all(self, home: Home, workspace: str) -> list[R]:
        """All records, newest first."""
        found = home.store.all_named(workspace, self.kind)
        newest_first = sorted(found, key=lambda named: named.created_at, reverse=True)
        return [from_json(self._type, named.body) for named in newest_first]

    def change(self, home: Home, workspace: str, record: R) -> R:
        """Put a record in the place of the one of its id; returns it.

        Raises:
            NotFoundError: There is none of its id.
            InvalidInputError: A value of a wrong type; the record stays as it was.
        """
        require_types(record, f"a {self._title}")
        known = home.store.named(workspace, self.kind, record.id)
        home.store.replace_named(replace(known, body=to_json(record)))
        return record

    def remove(self, home: Home, workspace: str, record_id: str) -> None:
        """Forget a record; nothing happens when there is none."""
        home.store.remove_named(workspace, self.kind, record_id)
