"""Files behind web addresses: fetched once, then read from the home.

In v1 a dataset of web addresses is read anew each time. Here a file is fetched when it is asked for first and kept, so
that all trials of a sweep read the same bytes, and without a network once it is there. Removing it fetches it again.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from hyperstep.azureml_v1.core.session import read_settings
from hyperstep.azureml_v1.exceptions import UserErrorException
from hyperstep.digest import digest_json

FOLDER = "web-files"
"""In the home: one folder a host, below it the paths of the addresses; a query adds a folder named by its digest."""
_TIMEOUT_S = 60
_PATTERN = re.compile(r"[*?\[]")


def is_web_address(text: str) -> bool:
    """Whether a text is an address that can be fetched."""
    return text.lower().startswith(("http://", "https://"))


def fetched(address: str) -> Path:
    """The file behind an address, fetched when it is not in the home yet.

    Raises:
        UserErrorException: The address names no single file, or cannot be reached; the message says where to put the
            file instead, and repeats nothing of the address behind its path (it may hold a key).
    """
    shown = re.split(r"[?#]", address)[0].rpartition("@")[2]
    place = _place(address, shown)
    try:
        if place.is_file():
            return place
        _fetch(address, place)
    except (OSError, ValueError) as error:
        message = (
            f"{shown} cannot be fetched: {_reason(error)}. Put the file at {place}; then it is read without a network."
        )
        raise UserErrorException(message) from None
    print(f"Fetched {shown}, once; it is kept at {place}")  # noqa: T201 - v1 prints its transfers too
    return place


def _place(address: str, shown: str) -> Path:
    try:
        parts = urlsplit(address)
        host = [parts.hostname or "", *([str(parts.port)] if parts.port is not None else [])]
    except ValueError:
        parts, host = SplitResult("", "", "", "", ""), [""]
    names = ["_".join(host), *(name for name in parts.path.split("/") if name)]
    if len(names) == 1 or {"", ".", ".."} & {host[0], *names} or _PATTERN.search(parts.path):
        message = f"A web address of a dataset names one file. Received: {shown!r}."
        raise UserErrorException(message)
    query = [digest_json(parts.query)[:12]] if parts.query else []
    return read_settings().home.joinpath(FOLDER, *names[:-1], *query, names[-1])


def _fetch(address: str, place: Path) -> None:
    from urllib.error import HTTPError  # noqa: PLC0415 - only when something is fetched
    from urllib.request import urlopen  # noqa: PLC0415

    place.parent.mkdir(parents=True, exist_ok=True)
    temporary = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        with urlopen(address, timeout=_TIMEOUT_S) as answer, temporary.open("wb") as file:  # noqa: S310 - http(s) only
            shutil.copyfileobj(answer, file)
        temporary.replace(place)
    except HTTPError as error:
        error.close()
        raise
    finally:
        temporary.unlink(missing_ok=True)


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", "") or error)
