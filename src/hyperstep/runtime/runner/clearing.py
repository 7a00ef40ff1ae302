"""Removing what ended attempts need no more, beside the runner's loop: a file system may take long over a removal."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from hyperstep.artifact_store.snapshot import Snapshot, load_snapshot, remove_snapshot
from hyperstep.errors import HyperstepError
from hyperstep.records.attempt import Attempt
from hyperstep.records.run import RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime.runner.context import RunnerContext
from hyperstep.runtime.runner.workplace import CHECKPOINT_FOLDER

_SNAPSHOT = "ContentSnapshotId"


class _Place(NamedTuple):
    snapshot: str
    """Digest of what was copied there."""
    work: Path
    run_folder: Path
    completed: bool
    """The run needs no further attempt, and so no checkpoint."""


class Clearing:
    """Takes the snapshot's files out of working folders, one after the other; what a process wrote stays.

    The checkpoint folder of a completed run goes, too. No result needs any of this: what fails is noted, and what an
    owner that dies leaves undone is done by the next one.

    Args:
        context: The runner's.
    """

    def __init__(self, context: RunnerContext) -> None:
        self._context = context
        self._worker: ThreadPoolExecutor | None = None
        self._snapshots: dict[str, Snapshot] = {}
        """By digest; the worker's."""

    def begin(self, snapshot: str, attempt: Attempt, *, completed: bool) -> None:
        """Clear up after an attempt whose end has been recorded, soon.

        Args:
            snapshot: Digest of its step's files.
            attempt: That one.
            completed: Its run needs no further one.
        """
        self._submit([_Place(snapshot, attempt.work_folder, attempt.folder.parent, completed)])

    def take_up(self) -> None:
        """Clear up after what had ended before us: its owner may have died before it came to that."""
        over = [run for run in self._context.runs.values() if _is_over(run)]
        if over:
            self._submit(_places(self._context.home.root_folder(self._context.root.id), over))

    def close(self) -> None:
        """Wait until all is done."""
        if self._worker is not None:
            self._worker.shutdown()

    def _submit(self, places: Iterable[_Place]) -> None:
        self._worker = self._worker or ThreadPoolExecutor(max_workers=1, thread_name_prefix="clearing")
        self._worker.submit(self._clear_all, places)

    def _clear_all(self, places: Iterable[_Place]) -> None:
        for place in places:
            try:
                self._clear(place)
            except (HyperstepError, OSError) as error:
                self._context.note(f"{place.work} could not be cleared: {error}")

    def _clear(self, place: _Place) -> None:
        if place.snapshot not in self._snapshots:
            self._snapshots[place.snapshot] = load_snapshot(place.snapshot, self._context.home.artifacts)
        remove_snapshot(self._snapshots[place.snapshot], place.work)
        if place.completed:
            _remove(place.run_folder / CHECKPOINT_FOLDER)


def _is_over(run: RunRecord) -> bool:
    return run.reused_from is None and _SNAPSHOT in run.properties and _is_at_its_end(run.status)


def _is_at_its_end(status: RunStatus) -> bool:
    return status.is_terminal or status is RunStatus.FINALIZING


def _places(root_folder: Path, runs: Iterable[RunRecord]) -> Iterator[_Place]:
    """Where the last attempts of runs worked; none of a run that never had one."""
    for run in runs:
        folder, number = root_folder / run.folder, 0
        while (folder / f"attempt-{number + 1}").exists():
            number += 1
        work = folder / f"attempt-{number}" / "work"
        if work.exists():
            yield _Place(run.properties[_SNAPSHOT], work, folder, run.status is RunStatus.COMPLETED)


def _remove(folder: Path) -> None:
    try:
        folder.rmdir()  # most scripts leave nothing there
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
