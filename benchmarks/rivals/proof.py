"""Whether our trials were started as the row of the table says."""

from __future__ import annotations

from pathlib import Path

from hyperstep.run_store import open_run_store

MOST_OTHERWISE = 0.05
"""A child may not have been ready in time, once in a while."""


def started_otherwise(wanted: str, home: Path, besides: int = 0) -> str:
    """What is wrong with the newest sweep of a home; empty when nothing is.

    Args:
        wanted: ``cold`` or ``warm``; empty when it does not matter.
        home: Where it was run.
        besides: So many trials may be otherwise anyhow.
    """
    if not wanted:
        return ""
    store = open_run_store(home, read_only=True)
    (sweep,) = store.roots(limit=1)
    launched = store.journal(sweep.id).starts_below(sweep.id).launched
    store.close()
    others = sum(number for how, number in launched.items() if how.warm != (wanted == "warm"))
    most = MOST_OTHERWISE * sum(launched.values())
    return f"{others} trials were not {wanted}" if others > most + besides or not launched else ""
