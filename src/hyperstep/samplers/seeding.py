"""Chance from a seed and a key: the same in every process and Python version."""

from __future__ import annotations

import hashlib
from random import Random

from hyperstep.errors import InvalidInputError


def require_seed(seed: object) -> None:
    """Check a seed.

    Raises:
        InvalidInputError: Not an int.
    """
    if type(seed) is not int:
        rule = "A seed is a whole number."
        raise InvalidInputError(rule, received=seed, remedy="Give it as an int.")


def keyed_generator(*key: int | str) -> Random:
    """A generator of its own for each key, such as the seed and the index of a trial."""
    text = ":".join(map(str, key))
    return Random(int.from_bytes(hashlib.sha256(text.encode("ascii")).digest()))  # noqa: S311 - no secret is made
