"""How a run's runner is started: by the trial host, which starts the next one should it die."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from msgspec import Struct

from hyperstep.errors import LaunchError
from hyperstep.runtime.foreground import in_foreground
from hyperstep.runtime.home import Home

if TYPE_CHECKING:  # a pipeline of which every step is reused starts no runner
    import subprocess

    from hyperstep.launchers.guard import GuardedCommand

FORCE = "--force"
INLINE = "--inline"
"""Options of ``python -m hyperstep.runtime.runner``: take the run from a living owner; use no trial host."""

_GIVEN_UP = "given-up.json"


class GivenUp(Struct, frozen=True):
    """A trial host starts no further runner for a run."""

    restarts: int
    """How many in a row got nowhere."""
    how: str
    """How the last one ended, in words."""


def given_up(home: Home, root_id: str) -> GivenUp | None:
    """Whether the trial host has given a run up; a runner that owns it takes that back."""
    try:
        data = json.loads((home.root_folder(root_id) / _GIVEN_UP).read_bytes())
        return GivenUp(int(data["restarts"]), str(data["how"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def runner_command(home: Home, root_id: str) -> GuardedCommand:
    """How a runner of a root run is started with our interpreter and environment."""
    from hyperstep.launchers.guard import GuardedCommand  # noqa: PLC0415 - see above
    from hyperstep.runtime.runner_program import RUNNER, STAND_BY  # noqa: PLC0415 - see above

    folder = home.root_folder(root_id).resolve()
    return GuardedCommand(
        run=str(folder),
        argv=(*RUNNER, str(home.path), root_id),
        env={**os.environ, **home.settings.as_environment()},
        cwd=str(home.path),
        log=str(folder / "runner.log"),
        given_up=str(folder / _GIVEN_UP),
        standby=(*RUNNER, STAND_BY),
    )


def waiting_runner(home: Home, root_id: str) -> int | None:
    """Process id of the runner that a trial host guards, for a run whose owner is gone: it waits, or is just starting.

    None where there is no such runner, or no host can be asked.
    """
    from hyperstep.launchers import can_host  # noqa: PLC0415 - see above
    from hyperstep.launchers.hosts import guarded_runner  # noqa: PLC0415

    if not can_host():
        return None
    try:
        return guarded_runner(str(home.root_folder(root_id).resolve()))
    except LaunchError:
        return None


def start_runner(home: Home, root_id: str, *, force: bool = False) -> bool:
    """Start a runner that holds none of our descriptors and lives on when we end; returns whether one was started.

    None is when the host guards a living one already, when a process in the foreground starts the runners, or where
    nobody can guard and one lives that this process has started.

    Args:
        home: The home.
        root_id: The root run.
        force: Take it from its owner although that one lives.
    """
    if in_foreground():
        return False
    from hyperstep.launchers import can_host  # noqa: PLC0415 - see above
    from hyperstep.launchers.guard import start_guarded  # noqa: PLC0415

    command = runner_command(home, root_id)
    extra = (FORCE,) if force else ()
    if can_host():
        try:
            return start_guarded(command, extra=extra, replace=force)
        except LaunchError:  # the run must not lie there for that: an unguarded runner tells in its records
            pass
    return _start_unguarded(command, extra)


_unguarded: dict[str, subprocess.Popen[bytes]] = {}
"""The last runner of each run that this process has started itself."""


def _start_unguarded(command: GuardedCommand, extra: tuple[str, ...]) -> bool:
    """Start a runner ourselves, unless one that we started lives: it may wait for room, and own nothing until then."""
    last = _unguarded.get(command.run)
    if last is not None and last.poll() is None and not extra:
        return False
    _unguarded[command.run] = spawn(command, extra)
    return True


def spawn(command: GuardedCommand, extra: tuple[str, ...] = (), *, detached: bool = True) -> subprocess.Popen[bytes]:
    """A runner that nobody guards.

    Args:
        command: How it is started.
        extra: Further arguments.
        detached: It has a session of its own, and lives on when we end.
    """
    import subprocess  # noqa: PLC0415 - see above
    import threading  # noqa: PLC0415

    with open(command.log, "ab") as stream:  # noqa: PTH123 - a text, as the host takes it
        runner = subprocess.Popen(
            [*command.argv, *extra],
            env=dict(command.env),
            cwd=command.cwd,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            start_new_session=detached,
        )
    threading.Thread(target=runner.wait, daemon=True).start()  # no zombie while a notebook lives on
    return runner
