"""Removing what was decided to go."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from msgspec import Struct, field

from hyperstep.errors import (
    ConflictError,
    DiskFullError,
    LaunchError,
    StoreBusyError,
    StoreDeniedError,
    StoreError,
)
from hyperstep.launchers import can_host
from hyperstep.records.run import RunRecord
from hyperstep.run_store import last_owner
from hyperstep.runtime.garbage.decision import GRACE_S, OBJECTS, STRAYS, Leftover, Plan
from hyperstep.runtime.home import Home
from hyperstep.runtime.liveness import lives_here

_LEAVES_S = 5.0
"""So long the runner of a run that has ended is waited for."""
_LOOK_AGAIN_S = 0.02


class Removed(Struct):
    """What has gone."""

    totals: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Number and bytes, by category."""
    failures: list[str] = field(default_factory=list)

    def add(self, category: str, size: int) -> None:
        """Count one more."""
        count, total = self.totals.get(category, (0, 0))
        self.totals[category] = (count + 1, total + size)


def carry_out(home: Home, plan: Plan, now_s: float) -> Removed:
    """Remove it. What has come to be needed since it was decided stays: objects that were stored anew, new runs."""
    done = Removed()
    for held in plan.objects:
        try:
            if home.artifacts.discard(held.digest, untouched_since=now_s - GRACE_S):
                done.add(OBJECTS, held.size)
        except OSError as error:
            done.failures.append(str(error))
    for leftover in plan.leftovers:
        _remove(home, leftover, done)
    return done


def remove_run(home: Home, root: RunRecord, *, force: bool = False) -> None:
    """Remove a run that has ended: its folder, and what the index knows of it. Files under digests go with the next gc.

    Args:
        home: Where it is.
        root: As its records have it, or as the index has it when they cannot be read.
        force: Also one that has not ended as far as the index knows, if its records cannot be read.

    Raises:
        ConflictError: It has not ended, or its runner does not leave.
        StoreError: Its records cannot be read just now.
    """
    folder = home.root_folder(root.id)
    if not root.status.is_terminal and (not force or has_records(home, root.id)):
        raise _not_ended(home, root)
    if not _is_left(folder):
        rule = "A run can be removed once its runner has left it, which follows its end."
        raise ConflictError(rule, received=root.id, remedy="Try again in a moment; `hyperstep show` names the process.")
    home.store.remove_root(root.id)
    if folder.is_dir():
        shutil.rmtree(folder)


def has_records(home: Home, root_id: str) -> bool:
    """Whether the records of a root run are there; when they are damaged, empty or gone they are not.

    Raises:
        StoreError: They cannot be read just now.
    """
    try:
        home.store.journal(root_id).run(root_id)
    except (StoreDeniedError, StoreBusyError, DiskFullError):
        raise
    except StoreError:
        return False
    return True


def remove_unknown(home: Home, folder: Path) -> None:
    """Remove a run's folder of which the index knows nothing, as it was made anew without it.

    Raises:
        ConflictError: It is no run's folder, the runner of that run lives, or it was recorded meanwhile.
    """
    is_a_runs = folder.name in {listed.name for listed in (home.path / "runs").iterdir()}
    if not is_a_runs or folder.parent != home.path / "runs" or _is_known(home, folder) or _is_driven(folder):
        rule = "Only the folder of a run that nobody drives or knows can be removed so."
        raise ConflictError(rule, received=folder.name, remedy="`hyperstep runs` lists the runs.")
    shutil.rmtree(folder)


def run_of_folder(home: Home, name: str) -> RunRecord | None:
    """The root run that the index has under that folder's name."""
    return next((run for run in home.store.roots() if home.store.folder_of(run.id) == name), None)


def _not_ended(home: Home, root: RunRecord) -> ConflictError:
    rule, remedy = "Only a run that has ended can be removed.", "Cancel it first, or resume it and wait for its end."
    if not has_records(home, root.id):
        rule = (
            "Only a run that has ended can be removed; whether this one has is not known: its records cannot be read."
        )
        remedy = "See that none of its processes runs, then give --force."
    return ConflictError(rule, received=f"{root.id} ({root.status.value})", remedy=remedy)


def _remove(home: Home, leftover: Leftover, done: Removed) -> None:
    path = home.path / leftover.path
    try:
        if leftover.category == STRAYS and _is_known(home, path):
            return
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        done.failures.append(str(error))
    else:
        done.add(leftover.category, leftover.size)


def _is_known(home: Home, folder: Path) -> bool:
    """Whether a run of that folder has been recorded since."""
    return run_of_folder(home, folder.name) is not None


def _is_left(folder: Path) -> bool:
    """Whether no runner drives it any more, or in a moment none does."""
    deadline = time.monotonic() + _LEAVES_S
    while _is_driven(folder) and time.monotonic() < deadline:
        time.sleep(_LOOK_AGAIN_S)
    return not _is_driven(folder)


def _is_driven(folder: Path) -> bool:
    """Whether the process that drives a run lives; who that is, its records tell, or else the trial hosts."""
    try:
        owner = last_owner(folder)
    except StoreError:
        owner = None
    if owner is None:
        return _is_guarded(folder)
    return owner.pid != os.getpid() and lives_here(owner)


def _is_guarded(folder: Path) -> bool:
    """Whether a trial host guards a living runner of the run: of one whose records were removed, for a moment."""
    if not can_host():
        return False
    from hyperstep.launchers.hosts import hosts_of  # noqa: PLC0415 - needs Unix

    try:
        return bool(hosts_of(str(folder.resolve())))
    except LaunchError:
        return False
