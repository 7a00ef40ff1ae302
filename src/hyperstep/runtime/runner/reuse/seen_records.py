"""What a script can see of a run and may be the same in another submission, as one digest."""

from __future__ import annotations

from collections.abc import Mapping

from hyperstep.digest import Json, digest_json
from hyperstep.records.run import RunRecord
from hyperstep.run_store.base import Journal
from hyperstep.runtime.runner.reuse.given_marks import OURS, given_marks
from hyperstep.runtime.runner.reuse.read_kinds import SHOWN_DIGITS


def seen_of(journal: Journal, run_id: str) -> str:
    """That of a run, with its metrics and files."""
    run = journal.run(run_id)
    metrics = [[record.name, record.kind.value, record.step, record.value] for record in journal.metrics(run_id)]
    files = [[file.path, file.digest] for file in journal.artifacts(run_id)]
    return seen_at_submission(run.tags, run.properties, metrics, files)


def seen_as_given(run: RunRecord) -> str:
    """The same of a pipeline's run with what nobody but drivers gave it."""
    return seen_at_submission(*given_marks(run))


def seen_at_submission(
    tags: Mapping[str, str], properties: Mapping[str, str], metrics: Json = (), files: Json = ()
) -> str:
    """The same of a run that is to be submitted with these tags and properties."""
    given = {name: value for name, value in properties.items() if not name.startswith(OURS)}
    return digest_json([dict(tags), given, metrics, files])[:SHOWN_DIGITS]
