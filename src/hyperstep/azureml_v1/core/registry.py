"""Named things of a workspace (models, datasets, compute targets …): read from the store, written by the right hand.

A job never writes the store: it asks the runner that drives it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hyperstep.azureml_v1.core.reading import note_registered
from hyperstep.azureml_v1.core.session import in_job
from hyperstep.azureml_v1.exceptions import ServiceException, UserErrorException

if TYPE_CHECKING:
    from hyperstep.digest import Json
    from hyperstep.run_store.base import NamedRecord
    from hyperstep.runtime.home import Home


def find_named(home: Home, workspace: str, kind: str, name: str, version: int | None = None) -> NamedRecord | None:
    """One version of a named thing, the newest without ``version``; None when there is none."""
    from hyperstep.errors import NotFoundError  # noqa: PLC0415 - keeps the import of Run light

    try:
        return home.store.named(workspace, kind, name, version)
    except NotFoundError:
        return None


def newest_named(home: Home, workspace: str, kind: str) -> list[NamedRecord]:
    """The newest version of each thing of a kind, by name."""
    newest: dict[str, NamedRecord] = {}
    for record in home.store.all_named(workspace, kind):
        newest.setdefault(record.name, record)
    return list(newest.values())


def put_named(home: Home, workspace: str, kind: str, name: str, body: Mapping[str, Json]) -> int:
    """Add a version of a named thing; returns its version.

    Raises:
        ServiceException: In a job: the runner refused, or did not answer.
    """
    if not in_job():
        return home.store.put_named(workspace, kind, name, body, time.time()).version
    answer = ask_runner(home, "put_named", {"workspace": workspace, "kind": kind, "name": name, "body": body})
    version = int(str(answer["version"] if isinstance(answer, Mapping) else answer))
    note_registered(workspace, kind, name, version)
    return version


def replace_body(home: Home, record: NamedRecord, body: Mapping[str, Json]) -> NamedRecord:
    """Replace the body of a recorded version.

    Raises:
        UserErrorException: In a job, which can add versions only.
    """
    from msgspec.structs import replace  # noqa: PLC0415 - keeps the import of Run light

    refuse_in_job(f"Changing the {record.kind} '{record.name}'")
    changed = replace(record, body=_by_hand(body))
    home.store.replace_named(changed)
    return changed


def change_body(
    home: Home, record: NamedRecord, change: Callable[[Mapping[str, Json]], Mapping[str, Json]]
) -> NamedRecord:
    """Change the body of a recorded version, on top of what other processes have made of it meanwhile.

    Args:
        home: Keeps it.
        record: Which version.
        change: Gives the new body from the present one; called again when another process was faster.

    Raises:
        NotFoundError: The version was removed.
        ServiceException: In a job: the runner refused, or did not answer.
    """
    from msgspec.structs import replace  # noqa: PLC0415 - keeps the import of Run light

    while True:
        known = home.store.named(record.workspace, record.kind, record.name, record.version)
        changed = replace(known, body=change(known.body))
        if _replace(home, changed, known.body):
            return changed


def _replace(home: Home, changed: NamedRecord, expected: Mapping[str, Json]) -> bool:
    from msgspec.structs import replace  # noqa: PLC0415 - keeps the import of Run light

    if not in_job():
        return home.store.replace_named(replace(changed, body=_by_hand(changed.body)), expected)
    request = {**_address(changed), "body": changed.body, "expected": expected}
    return bool(ask_runner(home, "replace_named", request))


def _by_hand(body: Mapping[str, Json]) -> dict[str, Json]:
    """The body of what is a run's own work no more: a driver has changed it."""
    from hyperstep.run_store.base import CHANGED_BY, REGISTERED_BY  # noqa: PLC0415 - keeps the import of Run light

    return {key: value for key, value in body.items() if key not in {CHANGED_BY, REGISTERED_BY}}


def remove_named(home: Home, record: NamedRecord) -> None:
    """Remove one version of a named thing.

    Raises:
        ServiceException: In a job: the runner refused, or did not answer.
    """
    if in_job():
        ask_runner(home, "remove_named", _address(record))
    else:
        home.store.remove_named(record.workspace, record.kind, record.name, record.version)


def _address(record: NamedRecord) -> dict[str, Json]:
    return {"workspace": record.workspace, "kind": record.kind, "name": record.name, "version": record.version}


def refuse_in_job(what: str) -> None:
    """Raise when this process is a job.

    Raises:
        UserErrorException: It is.
    """
    if in_job():
        message = f"{what} is not possible from within a job; do it in the script that submits the run."
        raise UserErrorException(message)


def ask_runner(home: Home, kind: str, body: Mapping[str, Json]) -> Json:
    """Have the runner of this job do something, and wait for its answer.

    Raises:
        ServiceException: It refused, or did not answer in time.
    """
    from hyperstep.errors import HyperstepError  # noqa: PLC0415 - keeps the import of Run light
    from hyperstep.runtime.inbox import ask  # noqa: PLC0415

    try:
        return ask(home, os.environ["HYPERSTEP_ROOT_ID"], kind, body)
    except HyperstepError as error:
        raise ServiceException(error) from error
