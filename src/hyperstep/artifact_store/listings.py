"""The files of data by digest, so that a later look can name those that changed.

One JSON file for each content, in the home's ``cache/listings``: the text that its digest is of. It can be removed at
any time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hyperstep.artifact_store.kept_files import keep_file
from hyperstep.digest import Json, canonical_json, digest_bytes

FOLDER = "cache/listings"
_MOST_KEPT = 256
_MOST_FILES = 20_000
"""Larger data are not listed: their listing costs more than it tells."""


def keep_listing(home: Path | None, listing: Json, n_files: int) -> str:
    """The digest of a listing, which is kept where there is a home. Failing to keep it is no error.

    Args:
        home: The home.
        listing: A mapping of places to digests, or one with ``files``, pairs of these.
        n_files: How many there are.
    """
    text = canonical_json(listing).encode("ascii")
    digest = digest_bytes(text)
    if home is not None and n_files <= _MOST_FILES:
        file = home / FOLDER / f"{digest}.json"
        if not os.path.exists(file):  # noqa: PTH110 - Path.exists() raises where it may not look
            keep_file(file, text, most=_MOST_KEPT)
    return digest


def changed_files(home: Path, old: str, new: str) -> list[str] | None:
    """What became of each file, as ``a.csv changed``, by name; None where one of the two contents is not listed."""
    before, after = _listed(home, old), _listed(home, new)
    if before is None or after is None:
        return None
    names = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
    return [f"{name} {_became(before.get(name), after.get(name))}" for name in names]


def _became(old: str | None, new: str | None) -> str:
    return "added" if old is None else "removed" if new is None else "changed"


def _listed(home: Path, digest: str) -> dict[str, str] | None:
    """Each file with its digest, each empty folder with none."""
    try:
        return _entries(json.loads((home / FOLDER / f"{digest}.json").read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _entries(listing: Mapping[str, Any]) -> dict[str, str]:
    if not isinstance(listing.get("files"), list):
        return {str(place): str(found) for place, found in listing.items()}
    files = {str(path): str(found) for path, found in listing["files"]}
    above = {place.rstrip("/").rpartition("/")[0] for place in (*files, *listing["folders"])}
    empty = {str(folder): "" for folder in listing["folders"] if folder.rstrip("/") not in above}
    return {**empty, **files}
