"""What a trial host is told of a runner: whose it is, by which ownership, and how the next one is started.

Every command of a runner to a host carries the run and the epoch of its ownership. A host refuses an epoch below the
highest that it has seen for that run: an owner that slept while another took over commands nothing any more.
"""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from hyperstep.errors import LaunchError, NotOwnerError
from hyperstep.launchers.control_path import control_folder, default_control_path
from hyperstep.launchers.host.address import aside_of
from hyperstep.launchers.host_link import HostGoneError, HostLink, Message, connect, connect_or_start
from hyperstep.launchers.host_start import DEFAULT_IDLE_S

_TRIES = 3
_FENCE_S = 1.0
"""How long an owner waits for a host that it does not command; one that stands still reads it when it goes on."""


class GuardedCommand(Struct, frozen=True):
    """How a runner of one run is started."""

    run: str
    """Names the run on this machine: its folder."""
    argv: tuple[str, ...]
    env: Mapping[str, str]
    """The whole environment of the process."""
    cwd: str
    log: str
    """Standard output and error are appended there."""
    given_up: str
    """The file that a host writes when it starts no further runner, since one after the other died."""
    standby: tuple[str, ...] = ()
    """Program and arguments of a process that waits to be told which runner it is; empty: none is to wait."""

    def as_message(self) -> Message:
        """The part of a request that says so."""
        return {
            "run": self.run,
            "argv": list(self.argv),
            "env": dict(self.env),
            "cwd": self.cwd,
            "log": self.log,
            "given_up": self.given_up,
            "standby": list(self.standby),
        }


class Ownership(Struct, frozen=True):
    """This process, as the runner that owns a run."""

    command: GuardedCommand
    epoch: int
    pid: int
    started_at: float

    def as_message(self) -> Message:
        """What the host is told, so that it starts the next runner when this one dies."""
        fence = {"epoch": self.epoch, "pid": self.pid, "started_at": self.started_at}
        return {**self.command.as_message(), **fence}

    @property
    def fence(self) -> Message:
        """What each command carries."""
        return {"run": self.command.run, "epoch": self.epoch}


def start_guarded(
    command: GuardedCommand,
    *,
    extra: tuple[str, ...] = (),
    replace: bool = False,
    control_path: Path | None = None,
    idle_s: float = DEFAULT_IDLE_S,
) -> bool:
    """Have the host start a runner and guard it; returns False when it guards a living one already.

    Args:
        command: How it is started, now and after each death.
        extra: Arguments for this start only.
        replace: Start another one although the guarded one lives: the new one is guarded from then on.
        control_path: Socket of the host; the user's own host without it.
        idle_s: See ``LocalLauncher``.

    Raises:
        LaunchError: There is no host, or it could not start the process.
    """
    path = control_path or default_control_path()
    for _ in range(_TRIES):
        link = HostLink(connect_or_start(path, idle_s=idle_s), _ignore_end, _ignore_gone)
        try:
            answer = link.ask("guard", **command.as_message(), extra=list(extra), replace=replace)
        except HostGoneError:
            continue
        finally:
            link.close()
        if not answer["ok"]:
            rule = f"The process that drives a run must be able to start, but: {answer['message']}."
            raise LaunchError(rule, received=command.argv)
        return bool(answer["started"])
    rule = "The trial host must stay alive while it starts a runner."
    raise LaunchError(rule, received=command.run, remedy=f"See {path.with_suffix('.log')}.")


def guarded_runners(control_path: Path | None = None) -> dict[str, int]:
    """Process id of each living runner that the host guards, by run; empty when no host listens. Starts nothing.

    Raises:
        LaunchError: The folder of the control sockets is not usable.
    """
    connection = connect(control_path or default_control_path())
    if connection is None:
        return {}
    link = HostLink(connection, _ignore_end, _ignore_gone)
    try:
        return dict(link.ask("pids")["runners"])
    except HostGoneError:
        return {}
    finally:
        link.close()


def fence_elsewhere(ownership: Ownership, control_path: Path | None = None) -> None:
    """Tell the hosts that we do not command that the run has a new owner: the last one may have used one of them.

    That was started in other conditions, or by another interpreter. A host that knows nothing of the run notes it too.

    Args:
        ownership: The new one.
        control_path: Socket of the host that is commanded; the user's own host without it.

    Raises:
        LaunchError: The folder of the control sockets is not usable.
    """
    own = control_path or default_control_path()
    for path in sorted(control_folder().glob("*.sock")):
        if path != own:
            _send_fence(path, ownership.fence)


def fence_moved_aside(ownership: Ownership, control_path: Path) -> None:
    """Tell the hosts that listened at our address, and stood still, that the run has a new owner.

    They hear it when they go on, but after what they had been asked before: what was to be started is barred by its
    claim only.

    Args:
        ownership: The new one.
        control_path: Socket of the host that is commanded now.
    """
    for path in sorted(aside_of(control_path)):
        _send_fence(path, ownership.fence)


def _send_fence(path: Path, fence: Message) -> None:
    """Nothing happens where nobody listens, and nobody is waited for who stands still."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_FENCE_S)
        connection.connect(str(path))
        connection.sendall(json.dumps({"id": 0, "do": "fence", **fence}).encode("ascii") + b"\n")
        connection.recv(4096)


def refuse_if_fenced(answer: Message) -> None:
    """Tell a runner that a host has heard of a later owner.

    Raises:
        NotOwnerError: It has.
    """
    if not answer["ok"] and answer["error"] == "not-owner":
        raise NotOwnerError(answer["message"], remedy="Nothing was done. Another runner drives the run now.")


def _ignore_end(_message: Message) -> None:
    """We watch nothing."""


def _ignore_gone(_link: HostLink) -> None:
    """Whoever asks notices it."""
