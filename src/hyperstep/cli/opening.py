"""Opening the home for a command, and finding what the user means in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct

from hyperstep.cli import wording
from hyperstep.cli.view import REMOVED, OutputView, RootView, StepView, SweepView
from hyperstep.errors import HyperstepError, InvalidInputError, NotFoundError
from hyperstep.records.run import RunRecord
from hyperstep.runtime.home import Home

_LATEST = "latest"
_SWEEP_PREFIX = "HD_"


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


class Target(Struct, frozen=True):
    """The run that the user means, and the root run above it."""

    run: RunRecord
    root_id: str


def find_target(home: Home, text: str) -> Target:
    """The run that an id, a unique prefix or ``latest`` means; of a sweep's id the part after ``HD_`` will do.

    Raises:
        NotFoundError: None.
        InvalidInputError: Several.
    """
    run_id = _resolve(home, text)
    root_id = home.store.root_of(run_id)
    journal = home.store.journal(root_id)
    try:
        return Target(journal.run(run_id), root_id)
    finally:
        journal.close()


def _resolve(home: Home, text: str) -> str:
    if text.lower() == _LATEST:
        return home.store.resolve(_LATEST)
    try:
        return home.store.resolve(text)
    except NotFoundError:
        with suppress(NotFoundError):
            return home.store.resolve(f"{_SWEEP_PREFIX}{text}")
        raise


def sweep_in(target: Target, view: RootView) -> SweepView:
    """The sweep that a target means: itself, the one that it belongs to, or the only one that it holds.

    Args:
        target: A run.
        view: The root run above it.

    Raises:
        InvalidInputError: It holds no sweep, or several; the message lists them.
        NotFoundError: It held that of an earlier run, which is there no more.
    """
    steps = [step for step in view.steps if _is_about(step, target.run)] or list(view.steps)
    sweeps = [step.sweep for step in steps if step.sweep is not None]
    if len(sweeps) == 1:
        return sweeps[0]
    lost = next((step for step in steps if step.source_lost), None)
    if lost is not None and not sweeps:
        raise _source_lost(target, lost)
    rule = "The run must hold exactly one sweep."
    found = ", ".join(sweep.id for sweep in sweeps)
    remedy = f"It holds {found}; give one of these ids." if found else "Its steps tune nothing."
    raise InvalidInputError(rule, received=target.run.id, remedy=remedy)


def _source_lost(target: Target, step: StepView) -> NotFoundError:
    rule = f"Its step '{step.name}' was reused from run {step.reused_from}, which {step.source_lost}, nor its trials."
    remedy = "`hyperstep doctor` says what is damaged and what to do."
    if step.source_lost == REMOVED:
        rule = f"Its step '{step.name}' was reused from run {step.reused_from}, which was removed with its trials."
        remedy = "Submit it again: it is computed anew."
    return NotFoundError(rule, received=target.run.id, remedy=remedy)


def _is_about(step: StepView, run: RunRecord) -> bool:
    """Whether a run is a step, its sweep, or one of its trials."""
    return run.id == step.id or (step.sweep is not None and step.sweep.id in {run.id, run.parent_id})


def output_path(home: Home, workspace: str, output: OutputView) -> Path:
    """Where an output lies on this machine."""
    return home.datastore_folder(workspace, output.datastore) / output.path


def output_words(home: Home, workspace: str, output: OutputView) -> str:
    """The same for a person; of one that is not there that it is not."""
    path = output_path(home, workspace, output)
    return str(path) if path.exists() else f"{path} (not written)"


def unique_prefix(home: Home, run_id: str) -> str:
    """A short prefix that means this run and no other."""
    short = wording.short_id(run_id)
    try:
        return short if home.store.resolve(short) == run_id else run_id
    except HyperstepError:
        return run_id
