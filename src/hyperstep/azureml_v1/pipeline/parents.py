"""Submitting a pipeline below another run: refused."""

from __future__ import annotations

from hyperstep.errors import UnsupportedError


def refuse_parent(parent_run_id: object) -> None:
    """Raise when a parent run is asked for.

    Raises:
        UnsupportedError: It is.
    """
    if parent_run_id:
        rule = "Submitting a pipeline below another run is not built."
        raise UnsupportedError(rule, received=parent_run_id, remedy="Leave parent_run_id out.")
