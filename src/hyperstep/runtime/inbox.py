"""Asking a runner to do something: one file a request in the root run's ``inbox`` folder, one file for the answer.

A request is idempotent by its id, so that a runner that takes over may answer it again. On a full disk a request to
cancel is a file without content, whose name says all: that takes no room.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, unquote

from msgspec import Struct

from hyperstep.digest import Json
from hyperstep.errors import ConflictError, StoreError, means_no_room
from hyperstep.file_systems import TIME_STEP_NS
from hyperstep.runtime.doorbell import doorbell_path, ring
from hyperstep.runtime.home import Home
from hyperstep.runtime.liveness import live_owner

_LOOK_AGAIN_S = 0.02
_LOOK_FOR_OWNER_S = 1.0
_REQUEST = ".request.json"
_ANSWER = ".answer.json"
_CANCEL = "cancel"
_REASON_UNTOLD = "canceled; the disk was full, so that it could not be written why"


class Request(Struct, frozen=True):
    """What somebody asked for."""

    id: str
    kind: str
    body: Mapping[str, Json]


def ask(home: Home, root_id: str, kind: str, body: Mapping[str, Json], *, timeout_s: float = 60.0) -> Json:
    """Have the runner do something, and wait for its answer.

    Kinds: ``cancel`` {run_id, reason}; ``put_named`` {workspace, kind, name, body} (answers with the version);
    ``replace_named`` {workspace, kind, name, version, body, expected} (answers whether the body was still the expected
    one, and so was replaced); ``remove_named`` {workspace, kind, name, version};
    ``update_run`` {run_id, tags, properties, by_job} (see ``runner.run_marks``); ``log`` {run_id, records}: metric
    records for another run of the same root. For runs that a script opens below its own: ``create_children``
    {parent_id, children: [{id, name, tags, started}]}; ``start_run`` {run_id}; ``end_run`` {run_id, status, error,
    reason}; ``add_files`` {run_id, files: [{path, digest, size}]}; ``submit_child`` {parent_id, run_id, name, tags,
    properties, step}.

    Raises:
        StoreError: The runner refused; the message is its own.
        ConflictError: No runner answered in time.
    """
    return wait_for_answer(home, root_id, post(home.root_folder(root_id), kind, body), timeout_s=timeout_s)


def wait_for_answer(home: Home, root_id: str, request_id: str, *, timeout_s: float) -> Json:
    """What the runner answers to a request that was left with ``post``.

    Raises:
        StoreError: The runner refused; the message is its own.
        ConflictError: No runner answered in time, or the run has ended and nobody drives it.
    """
    root_folder = home.root_folder(root_id)
    answer_file = _inbox(root_folder) / f"{request_id}{_ANSWER}"
    deadline = time.monotonic() + timeout_s
    next_look = time.monotonic() + _LOOK_FOR_OWNER_S
    while not answer_file.exists():
        if time.monotonic() > deadline:
            rule = f"The run's runner answers within {timeout_s:g} seconds."
            raise ConflictError(rule, received=request_id, remedy=f"See {root_folder / 'runner.log'}.")
        if time.monotonic() > next_look:
            next_look += _LOOK_FOR_OWNER_S
            _require_somebody(home, root_id, answer_file)
        time.sleep(_LOOK_AGAIN_S)
    answer = json.loads(answer_file.read_text(encoding="utf-8"))
    answer_file.unlink(missing_ok=True)
    if "refused" in answer:
        raise StoreError(str(answer["refused"]))
    result: Json = answer["result"]
    return result


def post(root_folder: Path, kind: str, body: Mapping[str, Json]) -> str:
    """Leave a request without waiting; returns its id. It is kept until a runner takes it."""
    request_id = f"{time.time_ns():020d}-{uuid.uuid4().hex[:8]}"
    inbox = _inbox(root_folder)
    try:
        _write(inbox / f"{request_id}{_REQUEST}", {"kind": kind, "body": dict(body)})
    except OSError as error:
        if kind != _CANCEL or not means_no_room(error):
            raise
        request_id = f"{request_id}.{quote(str(body['run_id']), safe='')}.{_CANCEL}"
        (inbox / f"{request_id}{_REQUEST}").touch()
    ring(doorbell_path(root_folder))
    return request_id


def pending(root_folder: Path) -> Iterator[Request]:
    """The runner's side: requests not yet answered, oldest first."""
    inbox = _inbox(root_folder)
    for path in (inbox / name for name in _waiting(inbox)):
        if path.name.endswith(f".{_CANCEL}{_REQUEST}"):
            yield _told_by_name(path.name.removesuffix(_REQUEST))
            continue
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            yield Request(path.name.removesuffix(_REQUEST), str(data["kind"]), dict(data["body"]))
        except (ValueError, TypeError, KeyError):
            yield Request(path.name.removesuffix(_REQUEST), "unreadable", {})


class InboxWatch:
    """Whether an inbox may hold something new: told by the folder's time of change, a tenth of the cost of a listing.

    Args:
        root_folder: The root run's.
    """

    def __init__(self, root_folder: Path) -> None:
        self._folder = str(_inbox(root_folder))
        self._seen_at_ns = -1
        """Time of change at the last look; negative when something may still come without changing it."""

    def has_news(self) -> bool:
        """Whether to list what there is, now."""
        try:
            changed_at_ns = os.stat(self._folder).st_mtime_ns  # noqa: PTH116 - at each turn of the runner's loop
        except OSError:
            return True
        if changed_at_ns == self._seen_at_ns:
            return False
        self._seen_at_ns = changed_at_ns if changed_at_ns + TIME_STEP_NS < time.time_ns() else -1
        return True


def open_inbox(root_folder: Path) -> None:
    """The runner's side: make the folder while there is room, so that a full disk keeps nobody from canceling."""
    with suppress(OSError):
        _inbox(root_folder).mkdir(exist_ok=True)


def _told_by_name(request_id: str) -> Request:
    run_id = unquote(request_id.removesuffix(f".{_CANCEL}").partition(".")[2])
    return Request(request_id, _CANCEL, {"run_id": run_id, "reason": _REASON_UNTOLD})


def _waiting(inbox: Path) -> list[str]:
    """Names of requests."""
    try:
        return sorted(name for name in os.listdir(inbox) if name.endswith(_REQUEST))  # noqa: PTH208 - names are enough
    except FileNotFoundError:
        return []


def answer(root_folder: Path, request: Request, result: Mapping[str, Json]) -> None:
    """The runner's side: ``{"result": …}`` or ``{"refused": message}``. The request is gone afterwards."""
    inbox = _inbox(root_folder)
    _write(inbox / f"{request.id}{_ANSWER}", result)
    (inbox / f"{request.id}{_REQUEST}").unlink(missing_ok=True)


def _require_somebody(home: Home, root_id: str, answer_file: Path) -> None:
    """A run that has ended answers no more, once its runner is gone."""
    ended = home.store.journal(root_id).run(root_id).status.is_terminal
    if ended and live_owner(home, root_id) is None and not answer_file.exists():
        rule = "Only a run that goes on can be asked for something; this one has ended."
        raise ConflictError(rule, received=root_id)


def _inbox(root_folder: Path) -> Path:
    return root_folder / "inbox"


def _write(path: Path, data: Mapping[str, Json]) -> None:
    path.parent.mkdir(exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        temporary.write_text(json.dumps(data), encoding="utf-8")
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    temporary.replace(path)
