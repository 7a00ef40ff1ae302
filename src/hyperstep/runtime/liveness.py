"""Whether anybody drives a run now, as far as this machine can tell."""

from __future__ import annotations

from hyperstep.launchers.process_table import boot_id, look_up
from hyperstep.run_store.base import Owner
from hyperstep.runtime.home import Home
from hyperstep.runtime.pause_note import read_pause
from hyperstep.runtime.processes import is_alive, machine_name

STUCK_S = 20.0
"""A runner gives a sign of life every few seconds; without one for so long it is said to have not moved."""


START_S = 10.0
"""So long after its submission a run without a runner may still get its first."""


def may_be_starting(created_at: float, now: float) -> bool:
    """Whether a run that nobody has owned may still get its first runner from whoever submitted it.

    Both in seconds since the epoch; a run of the future was submitted before the clock was set back.
    """
    return 0 <= now - created_at < START_S


def live_owner(home: Home, root_id: str) -> Owner | None:
    """The runner that drives a root run now, stopped or stuck though it may be; None when none lives here."""
    owner = home.store.journal(root_id).owner()
    return owner if owner is not None and lives_here(owner) else None


def is_elsewhere(owner: Owner) -> bool:
    """Whether only another machine can look at the owner's process."""
    return owner.host != machine_name()


def lives_here(owner: Owner) -> bool:
    """Whether the owner's very process lives on this machine, since this boot of it."""
    if is_elsewhere(owner) or owner.boot not in {"", boot_id()}:
        return False
    return is_alive(owner.pid, owner.pid_started_at)


def standstill(owner: Owner, now: float) -> str:
    """Why a living runner does not get on, in words; empty when it does.

    Args:
        owner: It lives here.
        now: Seconds since the epoch.
    """
    state = look_up(owner.pid)
    if state is not None and state.stopped:
        return f"process {owner.pid} is stopped"
    still_s = now - owner.beat_at
    if owner.beat and still_s > STUCK_S:
        return f"process {owner.pid} has not moved for {still_s:.0f} s"
    return ""


def pause_of(home: Home, root_id: str) -> str:
    """Why a run that somebody drives pauses; empty when it does not."""
    owner = live_owner(home, root_id)
    return read_pause(home.root_folder(root_id), owner.pid) if owner is not None else ""
