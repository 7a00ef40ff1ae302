"""Files behind web addresses: fetched once, then read from the home; a driver asks whether they have changed.

In v1 a dataset of web addresses is read anew each time. Here a file is fetched when it is asked for first and kept, so
that all trials of a sweep read the same bytes, and without a network once it is there. A driver that makes or submits
a dataset asks the server first, and fetches what has changed; a job never does.
"""

from __future__ import annotations

import time
from pathlib import Path

from hyperstep.artifact_store.web_files import (
    FOLDER,
    News,
    fault_reason,
    fetch,
    look_again,
    origin_of,
    place_of,
    put_it_at,
    shown_address,
)
from hyperstep.azureml_v1.core.reading import note_address
from hyperstep.azureml_v1.core.session import in_job, read_settings
from hyperstep.azureml_v1.exceptions import UserErrorException
from hyperstep.errors import HyperstepError, InvalidInputError

_LOOK_EVERY_S = 10.0
"""Making a dataset and submitting it asks once."""
_looked: dict[Path, float] = {}


def fetched(address: str) -> Path:
    """The file behind an address, fetched when it is not in the home yet, or, in a driver, when it has changed.

    Raises:
        UserErrorException: The address names no single file, or cannot be reached and no file is kept; the message
            says where to put the file instead, and repeats nothing of the address behind its path (it may hold a key).
    """
    shown = shown_address(address)
    try:
        place = place_of(read_settings().home, address)
    except InvalidInputError as error:
        raise UserErrorException(str(error)) from None
    try:
        is_there = place.is_file()
        if not is_there:
            fetch(address, place)
    except (OSError, ValueError) as error:
        message = f"{shown} cannot be fetched: {fault_reason(error)}. {put_it_at(place)}"
        raise UserErrorException(message) from None
    if not is_there:
        _looked[place] = time.monotonic()
        print(f"Fetched {shown}, once; it is kept at {place}")  # noqa: T201 - v1 prints its transfers too
    if in_job():
        note_address(shown, place, read_settings().home)
    elif is_there:
        refresh(place)
    return place


def refresh(place: Path) -> None:
    """Ask again about a kept file before it is submitted, and say what came of it. Other paths are left alone.

    Raises:
        UserErrorException: It is gone from the home and cannot be fetched.
    """
    if in_job() or time.monotonic() - _looked.get(place, -_LOOK_EVERY_S) < _LOOK_EVERY_S or not is_kept(place):
        return
    try:
        look = look_again(place)
    except HyperstepError as error:
        raise UserErrorException(str(error)) from None
    _looked[place] = time.monotonic()
    if look.news is News.CHANGED:
        print(f"{look.shown} has changed: fetched again")  # noqa: T201 - see above
    elif look.news is News.FETCHED:
        print(f"Fetched {look.shown} again; it is kept at {place}")  # noqa: T201 - see above
    elif look.news is News.NO_ANSWER:
        since = time.strftime("%Y-%m-%d %H:%M", time.localtime(look.fetched_at))
        print(f"{look.shown} does not answer ({look.reason}): the file fetched on {since} counts")  # noqa: T201 - see above


def address_of(place: Path) -> str | None:
    """The address (without what may be secret) that a kept file is from; None for any other path."""
    origin = origin_of(place) if is_kept(place) else None
    return None if origin is None else shown_address(origin.address)


def is_kept(place: Path) -> bool:
    """Whether a path is one of files behind addresses."""
    return place.is_relative_to(read_settings().home / FOLDER)
