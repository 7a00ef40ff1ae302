"""What the look at several earlier runs costs that cannot stand: each thing is looked at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.runtime.runner.reuse_bed import PREPARE, TUNE, Bed

from hyperstep.artifact_store.web_files import ADDRESS, Look, News
from hyperstep.pipeline.reuse import Difference, Reason
from hyperstep.pipeline.reuse_rules import ReuseRules
from hyperstep.run_store.base import Journal, StoredFingerprint
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.reuse import step_records as records
from hyperstep.runtime.runner.reuse import step_reuse
from hyperstep.runtime.runner.reuse.seen_records import seen_of
from hyperstep.runtime.runner.reuse.step_sources import changed_outputs


@pytest.fixture
def bed(tmp_path: Path) -> Iterator[Bed]:
    bed = Bed(Home.open(), tmp_path / "project")
    bed.fill()
    yield bed
    bed.home.close()


def refused_runs(bed: Bed, count: int) -> None:
    """Equal runs of step ``tune`` that all read what is not so."""
    for _ in range(count):
        assert bed.run()[TUNE].source is None


def test_a_server_is_asked_once_and_of_the_second_run_on_reads_come_before_outputs(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []
    outputs: list[str] = []

    def ask(place: Path) -> Look:
        asked.append(place)
        return Look(News.SAME)

    def changed(home: Home, source: StoredFingerprint, rules: ReuseRules) -> tuple[Difference, ...]:
        outputs.append(source.step)
        return changed_outputs(home, source, rules)

    monkeypatch.setattr(step_reuse, "look_again", ask)
    monkeypatch.setattr(step_reuse, "changed_outputs", changed)
    bed.reads = [{"what": ADDRESS, "name": "http://a", "asked": "a/b", "found": "other"}]
    refused_runs(bed, 3)
    asked.clear()
    outputs.clear()
    assert bed.run()[TUNE].decision.reason is Reason.READS_CHANGED
    assert (len(asked), outputs.count(TUNE)) == (1, 1)


def test_the_records_of_a_step_are_read_again_where_something_was_written(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def seen(journal: Journal, run_id: str) -> str:
        read.append(run_id)
        return seen_of(journal, run_id)

    monkeypatch.setattr(records, "seen_of", seen)
    bed.run()
    run = bed.runs[PREPARE]
    first = records.step_records(bed.home, run.id)
    assert [records.step_records(bed.home, run.id) for _ in range(2)] == [first] * 2
    assert read == [run.id]
    with bed.home.store.journal(run.root_id).transaction(0) as writer:
        writer.put_run(replace(run, tags={"stage": "prod"}))
    assert records.step_records(bed.home, run.id) != first
    assert read == [run.id] * 2
    (file,) = (bed.home.path / records.FOLDER).iterdir()
    file.write_text("[")
    assert records.step_records(bed.home, run.id) != first
    reads = len(read)
    monkeypatch.setattr(records, "_FORMAT", -1)
    records.step_records(bed.home, run.id)
    assert len(read) == reads + 1
