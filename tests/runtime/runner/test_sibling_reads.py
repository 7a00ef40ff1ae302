"""A step that had not begun before its reader ended counts as such, also one that waited for a slot."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.reuse.read_kinds import KIN
from hyperstep.runtime.runner.reuse.sibling_reads import kept_reads, kin_state
from hyperstep.runtime.runner.reuse.steady_inputs import NoSourceError

ROOT = RunRecord("root", "root", RunKind.PIPELINE, "p", "local", "e", RunStatus.RUNNING, 1.0)
STEP = replace(ROOT, id="other", kind=RunKind.STEP, name="other", parent_id="root")
READER = replace(STEP, id="reader", name="reader", number=1, started_at=1.0, ended_at=5.0, status=RunStatus.COMPLETED)


def kept(home: Home, before: RunRecord, after: RunRecord) -> str | None:
    """What is kept of a step that was read once, as it is when the reader has ended."""
    journal = home.store.create([ROOT, before, READER], folder="root", spec=None)
    noted = kin_state(home, READER.id, "root", before.id)
    with journal.transaction(0) as writer:
        writer.put_run(after)
    [read] = kept_reads(home, READER, [{"what": KIN, "name": before.id, "asked": "root", **noted}])
    found = read["found"]
    return None if found is None else str(found)


@pytest.mark.parametrize("status", [RunStatus.NOT_STARTED, RunStatus.PREPARING, RunStatus.QUEUED])
@pytest.mark.parametrize("started_at", [None, 6.0])
def test_one_that_began_later_or_not_at_all_counts_as_not_begun(
    home: Home, status: RunStatus, started_at: float | None
) -> None:
    before = replace(STEP, status=status)
    after = replace(before, status=RunStatus.RUNNING if started_at else RunStatus.QUEUED, started_at=started_at)
    assert kept(home, before, after) is None


@pytest.mark.parametrize("status", [RunStatus.QUEUED, RunStatus.RUNNING])
def test_who_reads_one_that_had_begun_or_begins_meanwhile_is_no_source(home: Home, status: RunStatus) -> None:
    before = replace(STEP, status=status, started_at=2.0 if status is RunStatus.RUNNING else None)
    with pytest.raises(NoSourceError):
        kept(home, before, replace(before, status=RunStatus.RUNNING, started_at=2.0))


def test_one_that_had_ended_counts_by_its_run(home: Home) -> None:
    ended = replace(STEP, status=RunStatus.COMPLETED, started_at=2.0, ended_at=3.0)
    assert kept(home, ended, ended) == ended.id
