"""Whether our trials were started as the row of the table says."""

from __future__ import annotations

from pathlib import Path

from hyperstep.run_store import open_run_store

MOST_OTHERWISE = 0.1
"""Where trials of the sweep before were all stopped, the first ones of this one are still cold."""


def started_otherwise(wanted: str, home: Path) -> str:
    """What is wrong with the newest sweep of a home; empty when nothing is.

    Args:
        wanted: ``cold`` or ``warm``; empty when it does not matter.
        home: Where it was run.
    """
    if not wanted:
        return ""
    store = open_run_store(home, read_only=True)
    (sweep,) = store.roots(limit=1)
    launched = store.journal(sweep.id).starts_below(sweep.id).launched
    store.close()
    others = sum(number for how, number in launched.items() if how.warm != (wanted == "warm"))
    most = MOST_OTHERWISE * sum(launched.values())
    return f"{others} trials were not {wanted}" if others > most or not launched else ""
