"""The files of a run: those that are recorded, which is when it has ended, and where they lie."""

from __future__ import annotations

from hyperstep.cli.documents import FileView
from hyperstep.records.attempt import Attempt
from hyperstep.records.names import LOG_NAMES
from hyperstep.records.run import RunRecord
from hyperstep.run_store.base import Journal
from hyperstep.runtime.home import Home


def files_of(home: Home, journal: Journal, run: RunRecord) -> list[FileView]:
    """The recorded files of a trial or script."""
    attempt = last_attempt(home, journal, run)
    return [FileView(a.path, a.size, a.digest, _place(attempt, a.path)) for a in journal.artifacts(run.id)]


def last_attempt(home: Home, journal: Journal, run: RunRecord) -> Attempt:
    """Where the newest process of a run works; the first one's place before there was any."""
    attempts = journal.attempts(run.id)
    return home.attempt(run, attempts[-1].key.number if attempts else 0)


def _place(attempt: Attempt, name: str) -> str | None:
    """Where a file of that name lies in an attempt's folder."""
    logs = [attempt.log_file] if name in LOG_NAMES else []
    places = [*logs, attempt.work_folder / name, attempt.uploads_folder / name]
    return next((str(place) for place in places if place.is_file()), None)
