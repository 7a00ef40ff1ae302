"""Worked tables of a policy as test cases: one for each verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest


def verdicts_of(tables: Mapping[str, Any]) -> list[Any]:
    """Table, row and trial of each verdict; a table has ``rows``, a row its ``interval`` and ``verdicts``."""
    return [
        pytest.param(table, row, trial, id=f"{name}, interval {row.interval}, trial {trial}")
        for name, table in tables.items()
        for row in table.rows
        for trial in row.verdicts
    ]
