"""Canonical JSON and content digests: equal meaning gives equal bytes.

A digest is the lower-case hexadecimal SHA-256 (64 characters) of bytes, of a file, or of a value's canonical JSON.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]
else:  # the codec reads annotations at run time and cannot follow a type that holds itself
    Json = Any
"""Any JSON value; NaN and the infinities are allowed, as Python's own ``json`` allows them."""

_BLOCK_BYTES = 1 << 18


def canonical_json(value: Json) -> str:
    """One text per meaning: sorted keys, no spaces, ASCII only.

    Raises:
        TypeError: The value holds something that JSON cannot say.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def is_same(one: Json, other: Json) -> bool:
    """Whether two values mean the same in JSON: 1, 1.0 and true are three, and NaN is itself."""
    if isinstance(one, str) and isinstance(other, str):  # there are thousands
        return one == other
    return canonical_json(one) == canonical_json(other)


def digest_bytes(data: bytes) -> str:
    """SHA-256 of ``data``, 64 hexadecimal characters."""
    return hashlib.sha256(data).hexdigest()


def digest_json(value: Json) -> str:
    """SHA-256 of the canonical JSON of ``value``."""
    return digest_bytes(canonical_json(value).encode("ascii"))


def digest_file(path: Path | str) -> str:
    """SHA-256 of a file's content, read in blocks.

    Raises:
        OSError: The file cannot be read.
    """
    digest = hashlib.sha256()
    with open(path, "rb", buffering=0) as stream:  # noqa: PTH123 - thousands of times, so no path object need be made
        while block := stream.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()
