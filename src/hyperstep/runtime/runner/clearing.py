"""Removing what ended attempts need no more, beside the runner's loop: a file system may take long over a removal."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from queue import Queue
from typing import NamedTuple

from hyperstep.artifact_store.snapshot import Snapshot, is_removed, load_snapshot, remove_snapshot
from hyperstep.records.attempt import Attempt
from hyperstep.records.run import RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime.runner.context import RunnerContext
from hyperstep.runtime.runner.workplace import CHECKPOINT_FOLDER

_MOST_WAITING = 4
"""With more than that the loop waits: a disk is not to fill because removals are slower than trials."""
_SNAPSHOT = "ContentSnapshotId"


class _Place(NamedTuple):
    snapshot: str
    """Digest of what was copied there."""
    work: Path
    run_folder: Path
    completed: bool
    """The run needs no further attempt, and so no checkpoint."""
    earlier: bool = False
    """It had ended before us, and mostly was cleared then."""


class Clearing:
    """Takes the snapshot's files out of working folders, one after the other; what a process wrote stays.

    The checkpoint folder of a completed run goes, too. No result needs any of this: what fails is noted. All is done
    before the root run is seen to have ended; what an owner that dies before that leaves undone, the next one does.

    Args:
        context: The runner's.
    """

    def __init__(self, context: RunnerContext) -> None:
        self._context = context
        self._begun: list[_Place] = []
        """What is not handed on yet."""
        self._waiting: Queue[Iterable[_Place]] = Queue(_MOST_WAITING)
        self._worker: threading.Thread | None = None
        self._left = False
        self._snapshots: dict[str, Snapshot] = {}
        """By digest; the worker's."""

    def begin(self, snapshot: str, attempt: Attempt, *, completed: bool) -> None:
        """Clear up after an attempt whose files are stored, from the next ``go_on`` on.

        Args:
            snapshot: Digest of its step's files.
            attempt: That one.
            completed: Its run needs no further one.
        """
        self._begun.append(_Place(snapshot, attempt.work_folder, attempt.folder.parent, completed))

    def go_on(self) -> None:
        """Hand on what was begun."""
        while self._begun:
            self._submit([self._begun.pop(0)])

    def take_up(self) -> None:
        """Clear up after what had ended before us: its owner may have died before it came to that."""
        over = [run for run in self._context.runs.values() if _is_over(run)]
        if over:
            self._submit(_places(self._context.home.root_folder(self._context.root.id), over))

    def settle(self) -> None:
        """Wait until all is done."""
        self.go_on()
        self._waiting.join()

    def leave(self) -> None:
        """Do no more than what is being done now; returns at once."""
        self._left = True

    def _submit(self, places: Iterable[_Place]) -> None:
        if self._worker is None:
            self._worker = threading.Thread(target=self._work, name="hyperstep-clearing", daemon=True)
            self._worker.start()
        self._waiting.put(places)

    def _work(self) -> None:
        while True:
            places = self._waiting.get()
            try:
                self._clear_all(places)
            except Exception as error:  # noqa: BLE001 - whatever it is, the rest is to be cleared, and waited for
                self._context.note(f"what ended before could not be cleared: {error}")
            finally:
                self._waiting.task_done()

    def _clear_all(self, places: Iterable[_Place]) -> None:
        for place in places:
            if self._left:
                return
            try:
                self._clear(place)
            except Exception as error:  # noqa: BLE001 - likewise
                self._context.note(f"{place.work} could not be cleared: {error}")

    def _clear(self, place: _Place) -> None:
        if place.snapshot not in self._snapshots:
            self._snapshots[place.snapshot] = load_snapshot(place.snapshot, self._context.home.artifacts)
        snapshot = self._snapshots[place.snapshot]
        if not (place.earlier and is_removed(snapshot, place.work)):
            remove_snapshot(snapshot, place.work)
        if place.completed:
            _remove(place.run_folder / CHECKPOINT_FOLDER)


def _is_over(run: RunRecord) -> bool:
    """Its last process has ended, be it that a verdict is still to come."""
    is_at_its_end = run.status.is_terminal or run.status is RunStatus.FINALIZING
    return run.reused_from is None and _SNAPSHOT in run.properties and is_at_its_end


def _places(root_folder: Path, runs: Iterable[RunRecord]) -> Iterator[_Place]:
    """Where the last attempts of runs worked; none of a run that never had one."""
    for run in runs:
        folder, number = root_folder / run.folder, 0
        while (folder / f"attempt-{number + 1}").exists():
            number += 1
        work = folder / f"attempt-{number}" / "work"
        if work.exists():
            yield _Place(run.properties[_SNAPSHOT], work, folder, run.status is RunStatus.COMPLETED, earlier=True)


def _remove(folder: Path) -> None:
    try:
        folder.rmdir()  # most scripts leave nothing there
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
