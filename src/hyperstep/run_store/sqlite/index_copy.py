"""A second copy of what lives in the index alone, a line for each change, in a file beside it.

That is names, fingerprints of steps and sweeps, and which runs were forced. Runs need none: each run's own database has
all about it. A line is written within the transaction that it copies, so what was committed is in the copy; of the
lines about one thing the last one counts, of forced runs the first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from hyperstep.run_store.sqlite.database import Row, Transaction
from hyperstep.run_store.sqlite.refusals import unwritable

_NAME = "index-copy.jsonl"
_ALL_NAMED = "select workspace, kind, name, version, created_at, body from named"
_ALL_FINGERPRINTS = """
select workspace, digest, step, run_id, root_id, created_at, body from fingerprints order by position
"""
_ALL_SWEEPS = "select workspace, digest, step, run_id, root_id, created_at, body from sweeps order by position"
_ALL_FORCED = "select workspace, digest, run_id, root_id, began_at from forced_runs order by position"
Key = tuple[str, str, str]
"""Workspace, kind, name."""


class IndexCopy:
    """The writing side.

    Args:
        home: The home's folder.
    """

    def __init__(self, home: Path) -> None:
        self._file = home / _NAME

    def put_named(self, transaction: Transaction, row: Row) -> None:
        """Copy a version of a named thing: workspace, kind, name, version, creation, body."""
        self._append(transaction, "named", list(row))

    def remove_named(self, transaction: Transaction, workspace: str, kind: str, name: str, version: int | None) -> None:
        """Copy that a version, or all of them, are no more."""
        self._append(transaction, "removed", [workspace, kind, name, version])

    def remember(self, transaction: Transaction, row: Row) -> None:
        """Copy a fingerprint: workspace, digest, step, run, root, creation, body."""
        self._append(transaction, "fingerprint", list(row))

    def remember_sweep(self, transaction: Transaction, row: Row) -> None:
        """Copy what a sweep's trials depend on: workspace, digest, step, run, root, creation, body."""
        self._append(transaction, "sweep", list(row))

    def remember_forced(self, transaction: Transaction, row: Row) -> None:
        """Copy that a run was forced: workspace, digest, run, root, beginning."""
        self._append(transaction, "forced", list(row))

    def _append(self, transaction: Transaction, what: str, values: list[Any]) -> None:
        """Whoever appends holds the index's write lock. Each line begins anew, whatever was torn before it."""
        lines = [] if self._file.exists() else list(_existing(transaction))
        text = "".join(f"\n{json.dumps(line)}\n" for line in [*lines, {what: values}])
        try:
            with self._file.open("ab", buffering=0) as stream:
                stream.write(text.encode("ascii"))
        except OSError as error:
            raise unwritable(self._file, error) from error


class CopiedIndex(Struct):
    """What the copy holds."""

    named: dict[tuple[Key, int], Row] = field(default_factory=dict)
    last: dict[Key, int] = field(default_factory=dict)
    """The highest version that each name ever had."""
    fingerprints: dict[tuple[str, str, float], Row] = field(default_factory=dict)
    sweeps: dict[tuple[str, str], Row] = field(default_factory=dict)
    forced: dict[tuple[str, str, str], Row] = field(default_factory=dict)
    unreadable: int = 0
    """Lines that are torn."""

    @classmethod
    def read(cls, home: Path) -> CopiedIndex:
        """All of it; nothing when there is no copy."""
        found = cls()
        file = home / _NAME
        for line in file.read_bytes().splitlines() if file.exists() else ():
            if line.strip():
                found.take(line)
        return found

    def take(self, line: bytes) -> None:
        """Take one line in."""
        try:
            [(what, values)] = json.loads(line).items()
            self._take(what, values)
        except (ValueError, TypeError, AttributeError, KeyError):
            self.unreadable += 1

    def _take(self, what: str, values: list[Any]) -> None:
        match what:
            case "named":
                workspace, kind, name, version, _created_at, _body = values
                key = (workspace, kind, name)
                self.named[key, version] = tuple(values)
                self.last[key] = max(version, self.last.get(key, 0))
            case "removed":
                *names, gone = values
                key = (names[0], names[1], names[2])
                for version in [v for k, v in self.named if k == key and gone in {None, v}]:
                    del self.named[key, version]
            case "fingerprint":
                _workspace, digest, _step, run_id, _root_id, created_at, _body = values
                self.fingerprints[digest, run_id, created_at] = tuple(values)
            case "sweep":
                _workspace, digest, _step, run_id, _root_id, _created_at, _body = values
                self.sweeps.pop((run_id, digest), None)  # the newest comes last
                self.sweeps[run_id, digest] = tuple(values)
            case "forced":
                workspace, digest, _run_id, root_id, _began_at = values
                self.forced.setdefault((workspace, digest, root_id), tuple(values))


def _existing(transaction: Transaction) -> Iterator[dict[str, list[Any]]]:
    """What an index that had no copy holds already."""
    yield from ({"named": list(row)} for row in transaction.query(_ALL_NAMED))
    yield from ({"fingerprint": list(row)} for row in transaction.query(_ALL_FINGERPRINTS))
    yield from ({"sweep": list(row)} for row in transaction.query(_ALL_SWEEPS))
    yield from ({"forced": list(row)} for row in transaction.query(_ALL_FORCED))
