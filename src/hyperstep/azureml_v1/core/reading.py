"""A job notes what it reads by name, so that its step is not reused when that has changed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hyperstep.azureml_v1.core.session import in_job

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from hyperstep.records.run import RunRecord
    from hyperstep.run_store.base import NamedRecord
    from hyperstep.runtime.home import Home

_noted: set[tuple[int, str]] = set()
"""What this process has noted: its id, then what was read."""


def note_named(record: NamedRecord, version: int | None) -> None:
    """A job has read a dataset or a model.

    Args:
        record: What it got.
        version: What it asked for; None for the newest.
    """
    if in_job():
        _note(_named(record.workspace, record.kind, record.name, version, f"version {record.version}"))


def note_dataset(home: Home, record: NamedRecord, version: int | None) -> None:
    """A job is about to get a dataset: what its files are from now on counts.

    Args:
        home: The home.
        record: What it gets.
        version: What it asked for; None for the newest.
    """
    if in_job():
        from hyperstep.runtime.runner.reuse.read_data import data_state  # noqa: PLC0415 - loads the engine
        from hyperstep.runtime.runner.reuse.step_reads import STATE  # noqa: PLC0415

        read = _named(record.workspace, record.kind, record.name, version, f"version {record.version}")
        _note(read, lambda: {STATE: data_state(home, record)})


def note_absent(workspace: str, kind: str, name: str, version: int | None = None) -> None:
    """A job has looked for something, or a version of it, that there is not."""
    if in_job():
        _note(_named(workspace, kind, name, version, None))


def note_listing(home: Home, workspace: str, kind: str, name: str | None = None) -> None:
    """A job has looked through all things of a kind, or through all versions of one.

    Args:
        home: The home.
        workspace: Whose.
        kind: Of what.
        name: Of which; None for all.
    """
    if in_job():
        from hyperstep.runtime.runner.reuse.step_reads import LISTING, listing_state  # noqa: PLC0415 - loads the engine

        root_id = os.environ["HYPERSTEP_ROOT_ID"]
        found = listing_state(home.store.all_named(workspace, kind, name), root_id)
        _note(_named(workspace, kind, name or "", LISTING, found))


def note_address(shown: str, place: Path, home: Path) -> None:
    """A job has read the file behind a web address.

    Args:
        shown: The address without what may be secret in it.
        place: Where it is kept.
        home: The home.
    """
    from hyperstep.artifact_store.tree import Reading, digest_tree  # noqa: PLC0415 - few jobs read addresses
    from hyperstep.artifact_store.web_files import ADDRESS, FOLDER  # noqa: PLC0415

    asked = place.relative_to(home / FOLDER).as_posix()
    found = digest_tree(place, Reading(home)).digest
    _note({"what": ADDRESS, "name": shown, "asked": asked, "found": found})


def note_run(run: RunRecord) -> None:
    """A job has read a run of another tree than its own."""
    if in_job() and run.root_id != os.environ.get("HYPERSTEP_ROOT_ID"):
        from hyperstep.runtime.runner.reuse.step_reads import RUN, run_state  # noqa: PLC0415 - loads the engine

        _note({"what": RUN, "name": run.id, "asked": None, "found": run_state(run)})


def _named(workspace: str, kind: str, name: str, asked: int | str | None, found: str | None) -> dict[str, object]:
    """A read of a named thing; it says the workspace where that is not the job's own."""
    read: dict[str, object] = {"what": kind, "name": name, "asked": asked, "found": found}
    is_own = workspace == os.environ.get("AZUREML_ARM_WORKSPACE_NAME", workspace)
    return read if is_own else {**read, "workspace": workspace}


def _note(read: Mapping[str, object], more: Callable[[], Mapping[str, object]] = dict) -> None:
    """Write it once, with what is to be found out then."""
    from hyperstep_trial.run import Run  # noqa: PLC0415 - only a job writes

    key = (os.getpid(), repr(sorted(read.items())))
    if key not in _noted:
        _noted.add(key)
        line = {"kind": "read", "name": str(read["name"]), "value": {**read, **more()}}
        Run.get_context()._records().write(line)  # type: ignore[union-attr]  # noqa: SLF001 - the job's own client
