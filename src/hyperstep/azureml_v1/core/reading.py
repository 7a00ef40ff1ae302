"""A job notes what it reads by name, so that its step is not reused when that has changed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.core.session import in_job

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from hyperstep.run_store.base import NamedRecord
    from hyperstep.runtime.home import Home

_noted: set[tuple[int, str]] = set()
"""What this process has noted: its id, then what was read."""

_counted: set[tuple[str, str, str]] = set()
"""Workspaces, datastores and paths of what counts as an input, or as a dataset that was read by name."""

_kin: set[tuple[int, str]] = set()
"""Its id, then runs of the job's own tree that were read."""

_uploaded: set[tuple[str, str, str]] = set()
"""Workspaces, datastores and names of files that this job has put there, whatever was there before."""


def note_named(record: NamedRecord, version: int | None) -> None:
    """A job has read a dataset or a model.

    Args:
        record: What it got.
        version: What it asked for; None for the newest.
    """
    if in_job():
        from hyperstep.runtime.runner.reuse.read_kinds import MARKS  # noqa: PLC0415 - loads the engine
        from hyperstep.runtime.runner.reuse.step_reads import marks_of  # noqa: PLC0415 - loads the engine

        read = _named(record.workspace, record.kind, record.name, version, f"version {record.version}")
        _note(read, lambda: {MARKS: marks_of(record)})


def note_dataset(home: Home, record: NamedRecord, version: int | None) -> None:
    """A job is about to get a dataset: what its files are from now on counts.

    Args:
        home: The home.
        record: What it gets.
        version: What it asked for; None for the newest.
    """
    if in_job():
        from hyperstep.runtime.runner.reuse.read_data import data_state  # noqa: PLC0415 - loads the engine
        from hyperstep.runtime.runner.reuse.read_kinds import MARKS, STATE  # noqa: PLC0415
        from hyperstep.runtime.runner.reuse.step_reads import marks_of  # noqa: PLC0415

        read = _named(record.workspace, record.kind, record.name, version, f"version {record.version}")
        _note(read, lambda: {STATE: data_state(home, record), MARKS: marks_of(record)})


def note_places(home: Home, workspace: str, places: Iterable[tuple[str, str]]) -> None:
    """A job is about to read files by their places in datastores: what they are from now on counts.

    Neither what is an input or a dataset that was read by name, nor what the job writes itself, is noted.

    Args:
        home: The home.
        workspace: Whose datastores.
        places: Datastores and paths, which may be patterns; without a datastore the path is one of this machine.
    """
    asked = [place for place in places if place[0] and (workspace, *place) not in _counted] if in_job() else []
    if not asked:
        return
    from hyperstep.runtime.runner.reuse.read_data import (  # noqa: PLC0415 - loads the engine
        OWN,
        data_state,
        own_places,
        record_of_places,
    )
    from hyperstep.runtime.runner.reuse.read_kinds import FILES, STATE  # noqa: PLC0415

    uploaded = [(store, name) for where, store, name in _uploaded if where == workspace]
    own = own_places(home, os.environ["HYPERSTEP_ROOT_ID"], os.environ["AZUREML_RUN_ID"], uploaded, asked)
    named = _named(workspace, FILES, ", ".join("/".join(place) for place in asked), None, FILES)
    read: dict[str, Any] = {**named, "asked": [list(place) for place in asked], **({OWN: own} if own else {})}
    _note(read, lambda: {STATE: data_state(home, record_of_places(workspace, read))})


def count_places(workspace: str, places: Iterable[tuple[str, str]]) -> None:
    """What lies there is noted already, or needs no note."""
    _counted.update((workspace, *place) for place in places)


def note_upload(workspace: str, datastore: str, name: str) -> None:
    """A job has put a file into a datastore, whatever was there before."""
    if in_job():
        _uploaded.add((workspace, datastore, name))


def note_registered(workspace: str, kind: str, name: str, version: int) -> None:
    """A job has registered something: where it is a model or a dataset, that is a result of the job."""
    if in_job() and kind in {"model", "dataset"}:
        from hyperstep.runtime.runner.reuse.read_kinds import RESULT  # noqa: PLC0415 - loads the engine

        _note(_named(workspace, f"{RESULT}{kind}", name, version, f"version {version}"))


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
        from hyperstep.runtime.runner.reuse.read_kinds import LISTING  # noqa: PLC0415 - loads the engine
        from hyperstep.runtime.runner.reuse.step_reads import listing_state  # noqa: PLC0415 - loads the engine

        own = (os.environ["HYPERSTEP_ROOT_ID"],)
        found = listing_state(home.store.all_named(workspace, kind, name), own)
        _note(_named(workspace, kind, name or "", LISTING, found))


def note_kept(home: Home, workspace: str, kind: str, record_id: str = "") -> None:
    """A job has read a record of this kind that is kept by an id, or has looked for it; all of them without an id."""
    if in_job():
        from hyperstep.runtime.runner.reuse.read_kinds import KEPT  # noqa: PLC0415 - loads the engine
        from hyperstep.runtime.runner.reuse.step_reads import kept_state  # noqa: PLC0415 - loads the engine

        found = kept_state(home.store.all_named(workspace, kind, record_id or None))
        _note(_named(workspace, kind, record_id, KEPT, found))


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


def is_kin(home: Home, root_id: str) -> bool:
    """Whether this process is a job of that root run, or one that was submitted from within it, or the other way."""
    own_root = os.environ.get("HYPERSTEP_ROOT_ID", "")
    if own_root in {"", root_id}:
        return own_root == root_id
    from hyperstep.runtime.runner.reuse.step_reads import is_of_one_tree  # noqa: PLC0415 - the engine

    return is_of_one_tree(home, root_id, own_root)


def note_run(home: Home, root_id: str, run_id: str) -> None:
    """A job has read a run, or has looked for one that is not there.

    Its own is not noted, nor what is below that; of the other runs of its tree, those of its pipeline.

    Args:
        home: The home.
        root_id: Id of the run at the top; empty where there is none.
        run_id: Of the run.
    """
    if not in_job() or run_id == os.environ.get("AZUREML_RUN_ID") or (os.getpid(), run_id) in _kin:
        return
    from hyperstep.runtime.runner.reuse.read_kinds import RUN  # noqa: PLC0415 - the engine
    from hyperstep.runtime.runner.reuse.step_reads import is_of_one_tree, run_state  # noqa: PLC0415 - the engine

    own_root = os.environ["HYPERSTEP_ROOT_ID"]
    if root_id and is_of_one_tree(home, root_id, own_root):
        _note_kin(home, own_root, root_id, run_id)
    else:
        _note({"what": RUN, "name": run_id, "asked": None, "found": run_state(home, root_id, run_id)})


def _note_kin(home: Home, own_root: str, root_id: str, run_id: str) -> None:
    """As it is when it is read first: later it may hold what the job has written there itself."""
    from hyperstep.runtime.runner.reuse.read_kinds import KIN  # noqa: PLC0415 - the engine
    from hyperstep.runtime.runner.reuse.sibling_reads import kin_of, kin_state  # noqa: PLC0415 - the engine

    _kin.add((os.getpid(), run_id))
    own_id = os.environ["AZUREML_RUN_ID"]
    place = kin_of(home, (own_root, own_id), root_id, run_id)
    if place is not None:
        _note({"what": KIN, "name": place[1], "asked": place[0]}, lambda: kin_state(home, own_id, *place))


def note_steps(home: Home, root_id: str, names: Iterable[str]) -> None:
    """A job has looked through the steps of a pipeline's run: those of its own count by their names."""
    if in_job():
        from hyperstep.runtime.runner.reuse.read_kinds import STEPS  # noqa: PLC0415
        from hyperstep.runtime.runner.reuse.sibling_reads import step_names  # noqa: PLC0415 - the engine
        from hyperstep.runtime.runner.reuse.step_reads import is_of_one_tree  # noqa: PLC0415

        if is_of_one_tree(home, root_id, os.environ["HYPERSTEP_ROOT_ID"]):
            _note({"what": STEPS, "name": "", "asked": None, "found": step_names(names)})


def note_run_list(home: Home, workspace: str, experiment: str | None = None) -> None:
    """A job has looked through the runs of an experiment, or of a workspace."""
    if in_job():
        from hyperstep.runtime.runner.reuse.read_kinds import LISTING, RUN  # noqa: PLC0415 - loads the engine
        from hyperstep.runtime.runner.reuse.step_reads import run_list_state  # noqa: PLC0415 - loads the engine

        found = run_list_state(home, workspace, experiment)
        _note(_named(workspace, RUN, experiment or "", LISTING, found))


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
