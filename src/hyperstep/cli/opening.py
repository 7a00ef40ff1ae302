"""Opening the home for a command, and finding what the user means in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hyperstep.cli import wording
from hyperstep.cli.view import OutputView
from hyperstep.errors import HyperstepError, InvalidInputError
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.runtime.home import Home


@contextmanager
def opened_home(*, writable: bool = False) -> Iterator[Home]:
    """The home that the settings name, closed when the block ends.

    Args:
        writable: Open the records for writing too: who submits.

    Raises:
        StoreError: It cannot be opened.
        InvalidInputError: The settings break a rule.
    """
    home = Home.open(read_only=not writable)
    try:
        yield home
    finally:
        home.close()


@dataclass(frozen=True, slots=True)
class Target:
    """The run that the user means, and the root run above it."""

    run: RunRecord
    root_id: str


def find_target(home: Home, text: str) -> Target:
    """The run that an id, a unique prefix or ``latest`` means.

    Raises:
        NotFoundError: None.
        InvalidInputError: Several.
    """
    run_id = home.store.resolve(text)
    root_id = home.store.root_of(run_id)
    journal = home.store.journal(root_id)
    try:
        return Target(journal.run(run_id), root_id)
    finally:
        journal.close()


def find_sweep(home: Home, text: str) -> Target:
    """The sweep that ``text`` means: its own id, or that of the step or pipeline that holds it.

    Raises:
        NotFoundError: No run is meant.
        InvalidInputError: The run holds no sweep, or several; the message lists them.
    """
    target = find_target(home, text)
    if target.run.kind is RunKind.SWEEP:
        return target
    journal = home.store.journal(target.root_id)
    try:
        sweeps = journal.runs(kind=RunKind.SWEEP)
    finally:
        journal.close()
    if target.run.kind is not RunKind.PIPELINE:
        sweeps = [s for s in sweeps if target.run.id in {s.parent_id, s.id} or target.run.parent_id == s.id]
    if not sweeps and target.run.reused_from:
        return find_sweep(home, target.run.reused_from)
    if len(sweeps) == 1:
        return Target(sweeps[0], target.root_id)
    rule = "The run must hold exactly one sweep."
    found = ", ".join(sweep.id for sweep in sweeps) or "none"
    raise InvalidInputError(rule, received=target.run.id, remedy=f"It holds {found}; give the id of a sweep.")


def output_path(home: Home, workspace: str, output: OutputView) -> Path:
    """Where an output lies on this machine."""
    return home.datastore_folder(workspace, output.datastore) / output.path


def unique_prefix(home: Home, run_id: str) -> str:
    """A short prefix that means this run and no other."""
    short = wording.short_id(run_id)
    try:
        return short if home.store.resolve(short) == run_id else run_id
    except HyperstepError:
        return run_id
