"""The rules that every run store keeps, and what it says when one is broken."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hyperstep.errors import ConflictError, InvalidInputError, NotFoundError, NotOwnerError
from hyperstep.records.run import RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.run_store.base import Owner

_NAMED = 3
"""Folders that are named in one line."""


def check_transition(run: RunRecord, recorded: RunStatus) -> None:
    """Whether a recorded run may be replaced by ``run``.

    Raises:
        ConflictError: Its recorded status may not become the new one.
    """
    if not recorded.may_become(run.status):
        rule = f"Run {run.id} is recorded as {recorded.value}, which may not become {run.status.value}."
        remedy = "A run that has ended stays as it ended; read it again before writing."
        raise ConflictError(rule, remedy=remedy)


def check_new_root(runs: Sequence[RunRecord]) -> RunRecord:
    """The root run among runs to be created.

    Raises:
        InvalidInputError: There is none, it does not come first, or another run has another root.
    """
    if not runs or not runs[0].is_root or any(run.root_id != runs[0].id for run in runs):
        rule = "New runs must be a root run, then the runs below it."
        raise InvalidInputError(rule, received=[(run.id, run.root_id) for run in runs])
    return runs[0]


def not_owner(root_id: str, epoch: int, owner: Owner | None) -> NotOwnerError:
    """A write by somebody who is not the owner."""
    holder = f"process {owner.pid} on {owner.host} since epoch {owner.epoch}" if owner else "nobody yet"
    rule = f"Only its owner writes to run {root_id}, and that is {holder}."
    return NotOwnerError(rule, received=epoch, remedy="Nothing was written. Another runner drives the run now.")


def taken_meanwhile(root_id: str, after: int | None, owner: Owner | None) -> NotOwnerError:
    """Somebody took the run between a taker's look and its grasp."""
    holder = f"process {owner.pid} on {owner.host} with epoch {owner.epoch}" if owner else "nobody"
    rule = f"A run is taken over from the owner that the taker saw, but run {root_id} is owned by {holder}."
    return NotOwnerError(rule, received=after, remedy="Nothing was written. Another runner drives the run now.")


def no_run(run_id: str) -> NotFoundError:
    """No run has that id."""
    return NotFoundError("No run has that id.", received=run_id, remedy="`hyperstep runs` lists the runs.")


def id_taken(run_id: str, folder: str) -> ConflictError:
    """A run's id or folder is in use."""
    rule = "A new run needs an id and a folder that no recorded run has."
    return ConflictError(rule, received=f"{run_id} in {folder}", remedy="Choose another id, or none.")


def no_named(workspace: str, kind: str, name: str, version: int | None) -> NotFoundError:
    """Nothing has that name, or not that version."""
    rule = f"Workspace '{workspace}' has no {kind} of that name" + ("." if version is None else " and version.")
    return NotFoundError(rule, received=name if version is None else (name, version))


def missing_from_index(folders: Sequence[Path]) -> str:
    """That the index does not know runs whose folders are there, in words."""
    named, more = ", ".join(folder.name for folder in folders[:_NAMED]), len(folders) - _NAMED
    rest = f" and {more} more" if more > 0 else ""
    return f"The index does not know {len(folders)} of the runs whose folders are there ({named}{rest})."
