"""What a run's submitter left in its journal: the specification, and what holds for the whole run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hyperstep.errors import StoreError
from hyperstep.run_store.base import Journal


def submitted(journal: Journal) -> Mapping[str, Any]:
    """The object that was recorded when the run was submitted.

    Raises:
        StoreError: It is none.
    """
    spec = journal.spec()
    if not isinstance(spec, dict):
        rule = "What was submitted is recorded as an object."
        raise StoreError(rule, received=spec)
    return spec
