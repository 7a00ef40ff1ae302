"""Printing a JSON document: indented, one to a call, numbers that JSON lacks as null."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

import click

from hyperstep.digest import Json


def print_json(document: Json) -> None:
    """Write a document to standard output."""
    click.echo(json.dumps(_finite(document), indent=2, allow_nan=False))


def _finite(value: Json) -> Json:
    """NaN and the infinities as null, so that every JSON reader takes it."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
