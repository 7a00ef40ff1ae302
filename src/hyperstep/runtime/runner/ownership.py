"""Owning a run: one runner at a time, by a counted ownership that the store gives to one taker only."""

from __future__ import annotations

import os
import time

from hyperstep.errors import NotOwnerError
from hyperstep.launchers.process_table import boot_id
from hyperstep.run_store.base import Journal, Owner
from hyperstep.runtime.liveness import is_elsewhere, lives_here
from hyperstep.runtime.processes import machine_name, started_at

BEAT_S = 3.0
"""How often an owner gives a sign of life."""

LEASE_S = 30.0
"""An owner on another machine is taken for dead when it gave none for so long, by our own clock."""

_LOOK_S = 0.2


def this_process() -> Owner:
    """This process, as an owner without an epoch."""
    pid = os.getpid()
    return Owner(
        pid=pid, pid_started_at=started_at(pid) or 0.0, host=machine_name(), boot=boot_id(), beat_at=time.time()
    )


def take_over(journal: Journal, *, force: bool = False, lease_s: float = LEASE_S) -> Owner | None:
    """Become the owner of a run; None when somebody else drives it, or was faster.

    Args:
        journal: Of the root run.
        force: Take it from a living owner too: it is fenced off from then on.
        lease_s: How long to watch an owner on another machine for a sign of life.
    """
    last = journal.owner()
    if last is not None and not force and _drives(journal, last, lease_s):
        return None
    try:
        return journal.acquire(this_process(), after=last.epoch if last else 0)
    except NotOwnerError:
        return None


def _drives(journal: Journal, owner: Owner, lease_s: float) -> bool:
    if not is_elsewhere(owner):
        return lives_here(owner)
    deadline = time.monotonic() + lease_s
    while time.monotonic() < deadline:
        time.sleep(min(_LOOK_S, lease_s / 10))
        now = journal.owner()
        if now is None or (now.epoch, now.beat) != (owner.epoch, owner.beat):
            return True
    return False
