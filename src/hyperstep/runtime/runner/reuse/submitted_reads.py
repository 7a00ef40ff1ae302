"""What the runs read that a script submitted below its own: it counts as read by that script, at any depth."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from hyperstep.digest import Json
from hyperstep.pipeline.reuse import Reason
from hyperstep.records.run import RunRecord
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.reuse.read_kinds import KIN, ROOTS, STEPS, SUBMITTED
from hyperstep.runtime.runner.reuse.steady_inputs import NoSourceError
from hyperstep.runtime.runner.reuse.step_reads import reads_of


def submission(run_id: str) -> dict[str, Json]:
    """What is noted of a run that submits another."""
    return {"what": SUBMITTED, "name": run_id, "asked": None, "found": None}


def stands_alone(run: RunRecord) -> bool:
    """Whether a run's script neither submitted others nor read others of its own tree."""
    return not any(read["what"] in {SUBMITTED, KIN, STEPS} for read in reads_of([run]))


def with_submitted(home: Home, root_id: str, reads: Iterable[dict[str, Json]]) -> list[dict[str, Json]]:
    """What was read, with what the runs read that were submitted, and each of them once.

    What one of these registers is as if the reader had registered it itself.

    Args:
        home: Where.
        root_id: The reader's root run.
        reads: As noted.

    Raises:
        NoSourceError: One of these runs goes on.
        NotFoundError: One of them is gone.
    """
    by_root = {root_id: list(reads)}
    waiting = _submitted(by_root[root_id])
    while waiting:
        child = waiting.pop()
        if child not in by_root:
            by_root[child] = _reads_of_root(home, child)
            waiting += _submitted(by_root[child])
    found: dict[str, dict[str, Json]] = {}
    for reader, theirs in by_root.items():
        for read in (_of_all(read, reader, by_root) for read in theirs if read["what"] != SUBMITTED):
            found.setdefault(json.dumps(read, sort_keys=True), read)
    return list(found.values())


def _submitted(reads: Iterable[Mapping[str, Json]]) -> list[str]:
    return [str(read["name"]) for read in reads if read["what"] == SUBMITTED]


def _reads_of_root(home: Home, root_id: str) -> list[dict[str, Json]]:
    journal = home.store.journal(root_id)
    if not journal.run(root_id).status.is_terminal:
        rule = "What a step submits below its own run must have ended when the step has, for what it read to be known."
        raise NoSourceError(Reason.GOING_ON, f"run {root_id}", rule, "a run that goes on")
    return reads_of(journal.runs())


def _of_all(read: dict[str, Json], reader: str, roots: Iterable[str]) -> dict[str, Json]:
    """The read with the roots that count as its reader's own, its own first; as it is where that is said already."""
    others = [root for root in roots if root != reader]
    return read if not others or ROOTS in read else {**read, ROOTS: [reader, *others]}
