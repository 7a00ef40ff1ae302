"""A job notes what it reads by name, so that its step is not reused when that has changed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hyperstep.azureml_v1.core.session import in_job

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hyperstep.records.run import RunRecord
    from hyperstep.run_store.base import NamedRecord

_noted: set[tuple[int, str, str, str]] = set()
"""What this process has noted: its id, then what was read."""


def note_named(record: NamedRecord, version: int | None) -> None:
    """A job has read a dataset or a model.

    Args:
        record: What it got.
        version: What it asked for; None for the newest.
    """
    if in_job():
        _note({"what": record.kind, "name": record.name, "asked": version, "found": f"version {record.version}"})


def note_absent(kind: str, name: str) -> None:
    """A job has looked for something that there is not."""
    if in_job():
        _note({"what": kind, "name": name, "asked": None, "found": None})


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


def _note(read: Mapping[str, object]) -> None:
    from hyperstep_trial.run import Run  # noqa: PLC0415 - only a job writes

    key = (os.getpid(), str(read["what"]), str(read["name"]), str(read["found"]))
    if key not in _noted:
        _noted.add(key)
        Run.get_context()._records().write({"kind": "read", "name": str(read["name"]), "value": read})  # type: ignore[union-attr]  # noqa: SLF001 - the job's own client
