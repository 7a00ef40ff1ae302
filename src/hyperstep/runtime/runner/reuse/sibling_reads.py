"""What a script reads of its own pipeline's run and of the other steps' runs: noted, kept, and compared later.

Of another step it counts which run computed it, and what is recorded of that run; of the pipeline's run what a script
can see of it and is the same for equal submissions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from hyperstep.digest import Json
from hyperstep.pipeline.graph import distinct_names
from hyperstep.pipeline.reuse import Difference, Reason
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.run_store.base import Journal
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.reuse.read_kinds import GIVEN, KIN, PIPELINE, RECORDS, STEP, STEPS, WRITERS
from hyperstep.runtime.runner.reuse.seen_records import seen_as_given, seen_of
from hyperstep.runtime.runner.reuse.steady_inputs import NoSourceError
from hyperstep.runtime.runner.reuse.step_facts import Around
from hyperstep.runtime.runner.reuse.step_records import step_records

ENDED, GOING_ON, NOT_STARTED = "ended", "going on", "not started"


def kin_of(home: Home, own: tuple[str, str], root_id: str, run_id: str) -> tuple[str, str] | None:
    """Where a run stands that is of one tree with the reader: a root run, and that run or the one below it.

    None for the reader's run, and what is below that.

    Args:
        home: Where.
        own: Root run and run of the reader.
        root_id: The root run of what is read.
        run_id: What is read.
    """
    place = _submitted_from(home, own[0], root_id, run_id) or (root_id, run_id)
    above = _chain(home.store.journal(place[0]), place[1])
    return None if own[1] in above else (place[0], above[max(0, len(above) - 2)])


def kin_state(home: Home, own_id: str, root_id: str, run_id: str) -> dict[str, Json]:
    """What is noted of such a run when it is read.

    Args:
        home: Where.
        own_id: The reader's run.
        root_id: The root run of what is read.
        run_id: What is read: that, or the one below it.
    """
    journal = home.store.journal(root_id)
    run = journal.run(run_id)
    if run_id != root_id:
        return {"found": _phase(run)}
    return {"found": seen_of(journal, root_id), GIVEN: seen_as_given(run), WRITERS: _writers(home, root_id, own_id)}


def _phase(run: RunRecord) -> str:
    if run.ended_at is not None:
        return ENDED
    return NOT_STARTED if run.started_at is None else GOING_ON


def kept_reads(home: Home, run: RunRecord, reads: Iterable[dict[str, Json]]) -> Iterator[dict[str, Json]]:
    """What a step's run has read, with what it read of its pipeline as it is looked at again.

    Raises:
        NoSourceError: It read a step that went on.
        HyperstepError: A run that it read is gone.
    """
    for read in reads:
        if read["what"] != KIN:
            yield read
        elif read["asked"] == run.root_id and read["name"] != run.id:
            yield _kept(home, run, read)


def sibling_change(home: Home, read: Mapping[str, Json], around: Around) -> Iterator[Difference]:
    """What is not as it was when a step read its pipeline, or another step of it."""
    title = f"read: {read['what']} {read['name']}".rstrip()
    if read["what"] == PIPELINE and _writers_are_the_same(read, around):
        return
    now = _found_now(read, around)
    if now != read["found"]:
        yield Difference(title, read["found"], now)
    elif read["what"] == STEP and read["found"] is not None:
        records = step_records(home, str(read["found"]))
        if records != read[RECORDS]:
            yield Difference(title, read[RECORDS], records)


def _found_now(read: Mapping[str, Json], around: Around) -> str | None:
    match read["what"]:
        case what if what == STEPS:
            return step_names(around.names)
        case what if what == PIPELINE:
            return around.state()
    return around.computed.get(str(read["name"]))


def _writers_are_the_same(read: Mapping[str, Json], around: Around) -> bool:
    """Whether what steps had written to the pipeline's run is of the same runs as what stands for these steps now.

    A step that is reused does not write there again. One that had not started then may have by now.
    """
    writers = read[WRITERS]
    if not isinstance(writers, Mapping) or read[GIVEN] != around.given():
        return False
    if any(around.computed.get(name) != computed for name, computed in writers.items()):
        return False
    return around.computed.keys() <= writers.keys() or around.state() == around.given()


def step_names(names: Iterable[str]) -> str:
    """A pipeline's steps, as one text."""
    return ", ".join(sorted(names))


def _kept(home: Home, reader: RunRecord, read: Mapping[str, Json]) -> dict[str, Json]:
    journal, run_id = home.store.journal(reader.root_id), str(read["name"])
    if run_id == reader.root_id:
        return {**read, "what": PIPELINE, "name": "", "asked": None}
    other = journal.run(run_id)
    kept: dict[str, Json] = {"what": STEP, "name": _labels(journal, reader.root_id)[run_id], "asked": None}
    if read["found"] == NOT_STARTED and _began_after(other, reader):
        return {**kept, "found": None, RECORDS: None}
    if read["found"] != ENDED:
        rule = "A step that a script reads of its own pipeline must have ended, for it to be known what was read."
        raise NoSourceError(Reason.STEP_WENT_ON, f"run {run_id}", rule, "a step that went on")
    computed = other.reused_from or other.id
    return {**kept, "found": computed, RECORDS: step_records(home, computed)}


def _began_after(other: RunRecord, reader: RunRecord) -> bool:
    """Whether a step had not begun when another one ended, which may have looked at it for a long time."""
    if other.started_at is None:
        return True
    return reader.ended_at is not None and reader.ended_at <= other.started_at


def _writers(home: Home, root_id: str, own_id: str) -> Json:
    journal = home.store.journal(root_id)
    place = _submitted_from(home, root_id, home.store.root_of(own_id), own_id)
    own = _chain(journal, place[1]) if place is not None else []
    steps = journal.runs(parent_id=root_id, kind=RunKind.STEP)
    others = [run for run in steps if run.id not in own and run.started_at is not None]
    if any(run.ended_at is None for run in others):
        return None
    labels = _labels(journal, root_id)
    return {labels[run.id]: run.reused_from or run.id for run in others}


def _labels(journal: Journal, root_id: str) -> dict[str, str]:
    """By id of each step's run what tells the step from the others."""
    steps = sorted(journal.runs(parent_id=root_id, kind=RunKind.STEP), key=lambda run: run.number)
    return dict(zip((run.id for run in steps), distinct_names(run.name for run in steps), strict=True))


def _submitted_from(home: Home, own_root: str, root_id: str, run_id: str) -> tuple[str, str] | None:
    """The run of the reader's own tree from which another root run was submitted; None where it was not."""
    while root_id != own_root:
        above = home.store.journal(root_id).run(root_id).parent_id
        if above is None:
            return None
        root_id, run_id = home.store.root_of(above), above
    return root_id, run_id


def _chain(journal: Journal, run_id: str) -> list[str]:
    """A run, and those above it up to the root run."""
    found: list[str] = []
    above: str | None = run_id
    while above is not None:
        found.append(above)
        run = journal.run(above)
        above = None if run.is_root else run.parent_id
    return found
