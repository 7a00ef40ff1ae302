"""Files behind web addresses: fetched once into a home, and asked about again when it matters.

Beside each kept file ``.<name>.origin.json`` (readable by its owner only, for an address may hold a key) says where it
is from and what the server said of it. A file without one was put there by the user, and is never asked about.
Source: RFC 9110, sections 8.8 (validators) and 13.1 (conditional requests).
"""

from __future__ import annotations

import os
import re
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import IO

import msgspec
from msgspec import Struct

from hyperstep.digest import digest_file, digest_json
from hyperstep.errors import InvalidInputError, NotFoundError

FOLDER = "web-files"
"""In the home: one folder a host, below it the paths of the addresses; a query adds a folder named by its digest."""
ADDRESS = "address"
"""What is read, when it is the file behind a web address."""
FETCH_TIMEOUT_S = 60.0
ASK_TIMEOUT_S = 5.0
"""Without an answer by then, what is kept counts."""
_NEVER_SETTLED_S = 10.0
"""A file that was changed so shortly before it was fetched could be changed again and have the same date."""
_NOT_MODIFIED = 304
_PATTERN = re.compile(r"[*?\[]")


class Origin(msgspec.Struct, frozen=True):
    """Where a kept file is from."""

    address: str
    etag: str = ""
    modified: str = ""
    """The server's date of it; empty where it cannot be relied on."""
    length: str = ""
    """Of the content in bytes, as the server says it."""
    kept: tuple[int, int] | None = None
    """Size and modification time (ns) of the kept file; None while it is being fetched."""
    digest: str = ""
    """Of the kept file."""
    fetched_at: float = 0.0
    """Seconds since the epoch."""


class News(Enum):
    """What asking about a kept file gave."""

    SAME = "same"
    CHANGED = "changed"
    """It was another one, and was fetched."""
    FETCHED = "fetched"
    """It was gone from the home, and was fetched."""
    NO_ANSWER = "no answer"
    """The kept file counts."""
    OWN = "own"
    """The user put it there."""


class Look(Struct, frozen=True):
    """What came of looking at a kept file."""

    news: News
    shown: str = ""
    """The address without what may be secret in it."""
    reason: str = ""
    """Why there is no answer."""
    fetched_at: float = 0.0
    """When the kept file was fetched, seconds since the epoch."""


def shown_address(address: str) -> str:
    """An address without its user and query: they may hold a key."""
    scheme, slashes, rest = re.split(r"[?#]", address)[0].partition("://")
    return f"{scheme}{slashes}{rest.rpartition('@')[2]}"


def place_of(home: Path, address: str) -> Path:
    """Where the file behind an address is kept.

    Raises:
        InvalidInputError: The address names no single file.
    """
    from urllib.parse import SplitResult, urlsplit  # noqa: PLC0415 - every home knows this module, few fetch

    try:
        parts = urlsplit(address)
        host = [parts.hostname or "", *([str(parts.port)] if parts.port is not None else [])]
    except ValueError:
        parts, host = SplitResult("", "", "", "", ""), [""]
    names = ["_".join(host), *(name for name in parts.path.split("/") if name)]
    if len(names) == 1 or {"", ".", ".."} & {host[0], *names} or _PATTERN.search(parts.path):
        rule = "A web address of a dataset names one file."
        raise InvalidInputError(rule, received=shown_address(address))
    query = [digest_json(parts.query)[:12]] if parts.query else []
    return home.joinpath(FOLDER, *names[:-1], *query, names[-1])


def fetch(address: str, place: Path) -> None:
    """Get a file and keep it, with what the server says of it. A file that did not come whole is not kept.

    Raises:
        OSError: It cannot be had.
        ValueError: The address is none.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    _download(Origin(address), place, FETCH_TIMEOUT_S)


def origin_of(place: Path) -> Origin | None:
    """Where a kept file is from; None for one that the user put there, or that is no web file."""
    try:
        origin = msgspec.json.decode(_note(place).read_bytes(), type=Origin)
    except (OSError, ValueError):
        return None
    with suppress(OSError):
        return origin if _is_ours(origin, place) else None
    return origin


def look_again(place: Path) -> Look:
    """Ask whether a kept file is still what its address gives, and fetch it when it is not.

    Raises:
        NotFoundError: The file is gone from the home and cannot be had.
    """
    origin = origin_of(place)
    if origin is None:
        return Look(News.OWN)
    shown, there = shown_address(origin.address), place.is_file()
    known = origin if there and origin.kept else Origin(origin.address)
    try:
        changed = _download(known, place, ASK_TIMEOUT_S if there else FETCH_TIMEOUT_S)
    except (OSError, ValueError) as error:
        if not there:
            raise NotFoundError(_unreachable(shown, error), remedy=put_it_at(place)) from None
        return Look(News.NO_ANSWER, shown, fault_reason(error), origin.fetched_at)
    news = News.SAME if not changed else News.CHANGED if there else News.FETCHED
    return Look(news, shown, fetched_at=origin.fetched_at)


def fault_reason(error: Exception) -> str:
    """Why a file could not be had, in a few words that hold no address."""
    return str(getattr(error, "reason", "") or error)


def put_it_at(place: Path) -> str:
    """What a user without a network can do."""
    return f"Put the file at {place}; then it is read without a network."


def _is_ours(origin: Origin, place: Path) -> bool:
    """Whether a file is the one that was fetched, be it a copy of it."""
    if origin.kept is None:
        return True
    size, modified = _signature(place)
    return origin.kept == (size, modified) or (origin.kept[0] == size and digest_file(place) == origin.digest)


def _unreachable(shown: str, error: Exception) -> str:
    return f"{shown} cannot be fetched: {fault_reason(error)}."


def _download(known: Origin, place: Path, timeout_s: float) -> bool:
    """Replace the kept file unless it is what the server has; returns whether it was replaced."""
    from http.client import HTTPException  # noqa: PLC0415 - only when something is fetched
    from urllib.error import HTTPError  # noqa: PLC0415
    from urllib.request import Request, urlopen  # noqa: PLC0415

    request = Request(known.address, headers=_conditions(known))  # noqa: S310 - http(s) only
    try:
        with urlopen(request, timeout=timeout_s) as answer:  # noqa: S310 - http(s) only
            new = _said(known.address, answer.headers)
            if _is_same(known, new):
                return False
            _keep(answer, new, place)
    except HTTPError as error:
        error.close()
        if error.code == _NOT_MODIFIED and known.kept:
            return False
        raise
    except HTTPException as error:
        message = f"the answer is broken ({type(error).__name__})"
        raise OSError(message) from error
    return True


def _keep(answer: IO[bytes], new: Origin, place: Path) -> None:
    """Write the file, then what is known of it: a crash in between leaves a file that is asked for anew."""
    import shutil  # noqa: PLC0415 - costs milliseconds, and most files are there

    temporary = place.with_name(f".{uuid.uuid4().hex}.part")
    try:
        with temporary.open("xb") as file:
            shutil.copyfileobj(answer, file)
            size = file.tell()
        if new.length and size != int(new.length):
            message = f"the answer ended after {size:,} of {int(new.length):,} bytes"
            raise OSError(message)
        digest = digest_file(temporary)
        _write_note(place, Origin(new.address, fetched_at=time.time()))
        temporary.replace(place)
        _write_note(place, msgspec.structs.replace(new, kept=_signature(place), digest=digest, fetched_at=time.time()))
    finally:
        temporary.unlink(missing_ok=True)


def _conditions(known: Origin) -> dict[str, str]:
    plain = {"Accept-Encoding": "identity"}
    if known.etag:
        return {**plain, "If-None-Match": known.etag}
    return {**plain, "If-Modified-Since": known.modified} if known.modified else plain


def _said(address: str, headers: Mapping[str, str]) -> Origin:
    modified = headers.get("Last-Modified") or ""
    return Origin(
        address,
        etag=headers.get("ETag") or "",
        modified=modified if _is_settled(modified, headers.get("Date") or "") else "",
        length=headers.get("Content-Length") or "",
    )


def _is_same(known: Origin, new: Origin) -> bool:
    """For servers that answer with the file whatever was asked."""
    if known.etag or new.etag:
        return known.etag == new.etag
    return bool(known.modified) and (known.modified, known.length) == (new.modified, new.length)


def _is_settled(modified: str, date: str) -> bool:
    """Whether a later change must have another date."""
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - only when something is fetched

    try:
        age = parsedate_to_datetime(date) - parsedate_to_datetime(modified)
    except (ValueError, TypeError):
        return False
    return age.total_seconds() >= _NEVER_SETTLED_S


def _signature(place: Path) -> tuple[int, int]:
    status = place.stat()
    return status.st_size, status.st_mtime_ns


def _note(place: Path) -> Path:
    return place.with_name(f".{place.name}.origin.json")


def _write_note(place: Path, origin: Origin) -> None:

    temporary = place.with_name(f".{uuid.uuid4().hex}.part")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(msgspec.json.encode(origin))
        temporary.replace(_note(place))
    finally:
        temporary.unlink(missing_ok=True)
