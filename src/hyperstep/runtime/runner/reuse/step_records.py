"""What is recorded of a step's run and of those below it, as one digest: all is read again where anything was written.

One JSON file for each such run, in the home's ``cache/step-records``. It can be removed at any time.
"""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

from hyperstep.artifact_store.kept_files import keep_file
from hyperstep.digest import digest_json
from hyperstep.errors import HyperstepError
from hyperstep.records.run import RunRecord
from hyperstep.run_store.base import Journal
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.reuse.read_kinds import SHOWN_DIGITS
from hyperstep.runtime.runner.reuse.seen_records import seen_of

FOLDER = "cache/step-records"
_MOST_KEPT = 256
_FORMAT = 1
"""Counts up when what is read of a run, or how it is digested, changes, so that old digests are not believed."""


def step_records(home: Home, run_id: str) -> str | None:
    """All that can be seen of a step's run and the runs below it; None when it is gone."""
    try:
        journal = home.store.journal(home.store.root_of(run_id))
        file, version = home.path / FOLDER / f"{quote(run_id, safe='')}.json", journal.version()
        known = _known(file, version)
        return known if known is not None else _kept(file, version, _records(journal, run_id))
    except HyperstepError:
        return None


def runs_below(journal: Journal, top: RunRecord) -> list[RunRecord]:
    """A run and all runs below it."""
    found, ids = [top], {top.id}
    for run in journal.runs():  # by creation: parents come first
        if run.parent_id in ids:
            ids.add(run.id)
            found.append(run)
    return found


def _records(journal: Journal, run_id: str) -> str:
    below = runs_below(journal, journal.run(run_id))
    return digest_json([[run.id, run.status.value, seen_of(journal, run.id)] for run in below])[:SHOWN_DIGITS]


def _known(file: Path, version: int) -> str | None:
    """The digest that was kept at this version of the journal."""
    try:
        *kept_at, digest = json.loads(file.read_bytes())
    except (OSError, ValueError, TypeError):
        return None
    return str(digest) if kept_at == [_FORMAT, version] else None


def _kept(file: Path, version: int, digest: str) -> str:
    """The digest, kept for the next look."""
    keep_file(file, json.dumps([_FORMAT, version, digest]).encode("ascii"), most=_MOST_KEPT)
    return digest
