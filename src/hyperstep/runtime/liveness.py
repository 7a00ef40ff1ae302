"""Whether anybody drives a run now."""

from __future__ import annotations

from hyperstep.run_store.base import Owner
from hyperstep.runtime.home import Home
from hyperstep.runtime.processes import is_alive, machine_name


def live_owner(home: Home, root_id: str) -> Owner | None:
    """The runner that drives a root run now; None when none lives."""
    owner = home.store.journal(root_id).owner()
    if owner is None or owner.host != machine_name() or not is_alive(owner.pid, owner.pid_started_at):
        return None
    return owner
