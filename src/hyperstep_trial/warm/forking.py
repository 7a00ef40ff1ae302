"""Forking without the warning that Python 3.12 and later give when a library has started threads."""

from __future__ import annotations

import _warnings
import os


def fork_quietly() -> int:
    """As ``os.fork``. The filters of the child are what they were."""
    filters = _warnings.filters
    changed = getattr(_warnings, "_filters_mutated", None) or getattr(_warnings, "_filters_mutated_lock_held", None)
    quiet = ("ignore", None, DeprecationWarning, None, 0)
    filters.insert(0, quiet)
    if changed is not None:
        changed()
    try:
        return os.fork()
    finally:
        filters.remove(quiet)
        if changed is not None:
            changed()
