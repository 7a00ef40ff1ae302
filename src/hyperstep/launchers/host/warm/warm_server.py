"""One warm server, seen from the host: started, listened to, asked for spares."""

from __future__ import annotations

import contextlib
import os
import select
import selectors
import signal
import socket
import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import hyperstep_trial
from hyperstep.launchers.host.warm.spare import Spare
from hyperstep.launchers.marker import ExitMarker
from hyperstep.launchers.process import kill_process
from hyperstep_trial.warm.attempt_mark import ROOM, ROOM_VARIABLE

_BOOT_FOLDER = str(Path(hyperstep_trial.__file__).parent / "warm" / "boot")
_PACKET_BYTES = 1 << 18
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_SPARE_S = 0.5
"""How long a launch waits for a server that makes a spare: a few milliseconds on an idle machine."""
_STILL_S = 20.0
"""After so long without a word a server that owes a spare is ended."""


class EndedChild(NamedTuple):
    """A child of a warm server that has ended, and is not reaped yet."""

    server: WarmServer
    number: int
    marker: ExitMarker


class WarmServer:
    """A process of ours that imports libraries and forks attempts.

    Args:
        key: Of ``WarmStart``.
        options: The interpreter and its options.
        modules: What it imports.
        env: Its environment.
        beside: Folder whose file system its output shall be on, as attempts' logs are: streams are buffered by it.
        selector: What the host waits on; the data of our key is what to call when there is something to read.

    Raises:
        OSError, ValueError: The interpreter cannot be started.
    """

    def __init__(
        self,
        key: str,
        options: Sequence[str],
        modules: Sequence[str],
        env: Mapping[str, str],
        beside: str,
        selector: selectors.BaseSelector,
    ) -> None:
        self.key = key
        self.modules = tuple(modules)
        self.interpreter = options[0]
        self.started_at = time.time()
        self.used_at = time.monotonic()
        self.forks = 0
        self.live: set[int] = set()
        """Numbers of the attempts that it has started and that have not been reaped."""
        self.loaded: frozenset[str] | None = None
        """Top-level names of what it has loaded; None while it imports."""
        self.skipped: tuple[str, ...] = ()
        """Modules that it could not import, each with why."""
        self.fault = ""
        """Why it is of no use; empty while it is."""
        self.gone = False
        """Its process has been reaped."""
        self.heard_at = self.used_at
        """Monotonic time at which it said something last."""
        self._owes_since: float | None = None
        """Monotonic time since when it has made no spare and said nothing."""
        self._selector = selector
        self._spares: deque[Spare] = deque()
        self._ended: list[EndedChild] = []
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                self.pid = _start(options, theirs.fileno(), env, beside)
            except (OSError, ValueError):
                self._socket.close()
                raise
        selector.register(self._socket, selectors.EVENT_READ, self.listen)
        self._send("preload", *modules)

    @property
    def is_open(self) -> bool:
        """Whether it still talks to us."""
        return self._socket.fileno() >= 0

    def take_spare(self) -> Spare | None:
        """A waiting child; None when none comes in time, or the server is of no use.

        A launch waits for one that owes a spare only once, until it says something again.
        """
        deadline = time.monotonic() + (_SPARE_S if self._owes_since is None else 0.0)
        while not self._spares and not self.fault and self.is_open:
            patience = deadline - time.monotonic()
            if select.select([self._socket], (), (), max(0.0, patience))[0]:
                self.listen()
            elif patience <= 0:
                self._owes_since = self._owes_since or time.monotonic()
                break
        return self._spares.popleft() if self._spares else None

    def end_if_still(self) -> None:
        """Kill it when it has owed a spare for very long: it is stopped, or hangs. Its attempts go on."""
        if self._owes_since is not None and time.monotonic() - self._owes_since > _STILL_S:
            self.kill(f"the warm server stood still for {_STILL_S:.0f} s")

    def announce(self, number: int, exit_file: str) -> None:
        """Say that the spare's order follows, and where its exit is written when we are gone."""
        self._send("used", str(number), exit_file)
        self.live.add(number)
        self.forks += 1
        self.used_at = time.monotonic()

    def reap(self, number: int) -> None:
        """Let go of an ended child's process id."""
        self.live.discard(number)
        self.used_at = time.monotonic()
        self._send("reap", str(number))

    def take_ended(self) -> list[EndedChild]:
        """The attempts that have ended since the last call."""
        ended, self._ended = self._ended, []
        return ended

    def listen(self) -> None:
        """Take in one packet."""
        try:
            data, rights, _, _ = socket.recv_fds(self._socket, _PACKET_BYTES, 1)
        except OSError:
            data, rights = b"", []
        self._owes_since = None
        self.heard_at = time.monotonic()
        words = data.decode("utf-8", "surrogateescape").split("\0")
        if words[0] == "spare":
            self._take_in(int(words[1]), int(words[2]), rights)
        elif words[0] == "unused":
            self._drop_spares(int(words[1]))
        elif words[0] == "ended":
            self._note_end(int(words[1]), words[2], int(words[3]))
        elif words[0] == "ready":
            self.loaded = frozenset(words[1].split())
            self.skipped = tuple(words[2].splitlines())
        elif words[0] == "refused":
            self.fault = words[1]
        else:
            self.close(self.fault or "the warm server ended" + (" while it imported" if self.loaded is None else ""))

    def hear_out(self) -> None:
        """Its process has ended: take in what it still had to say.

        Nothing is waited for: a process that a library has left behind may hold the connection.
        """
        if self.is_open:
            self._socket.setblocking(False)
        while self.is_open:
            self.listen()

    def retire(self) -> None:
        """No more attempts: it goes when those that it has started have ended."""
        self._drop_spares()
        self.used_at = time.monotonic()
        self._send("retire")

    def kill(self, fault: str = "") -> None:
        """End it at once. Its attempts live on, as children of ours; while it imports there are none.

        Args:
            fault: Why it is of no use; empty for one that takes no more attempts anyway.
        """
        is_alone = self.loaded is None
        self.close(fault)
        with contextlib.suppress(ProcessLookupError):
            if is_alone:
                os.killpg(self.pid, signal.SIGKILL)  # with the child that tries whether a fork is safe
            else:
                os.kill(self.pid, signal.SIGKILL)

    def close(self, fault: str) -> None:
        """It has ended, or will."""
        self.fault = fault
        self._drop_spares()
        if self.is_open:
            self._selector.unregister(self._socket)
            self._socket.close()

    def as_message(self) -> dict[str, Any]:
        """What a client is told of it."""
        return {
            "pid": self.pid,
            "key": self.key,
            "interpreter": self.interpreter,
            "modules": list(self.modules),
            "skipped": list(self.skipped),
            "started_at": self.started_at,
            "forks": self.forks,
            "live": len(self.live),
            "rss_bytes": _resident_bytes(self.pid),
        }

    def _note_end(self, number: int, how: str, status: int) -> None:
        code = status if how == "code" else None
        killer = status if how == "signal" else None
        self._ended.append(EndedChild(self, number, ExitMarker(code, killer, time.time())))

    def _take_in(self, number: int, pid: int, rights: Sequence[int]) -> None:
        if rights:
            self._spares.append(Spare(number, pid, socket.socket(fileno=rights[0])))
            return
        kill_process(pid)  # we have no descriptor left, and the system has dropped the one that came for it
        self._send("reap", str(number))

    def _drop_spares(self, number: int | None = None) -> None:
        """Let go of one, or of all."""
        dropped = [spare for spare in self._spares if number in {None, spare.number}]
        for spare in dropped:
            spare.close()
            self._spares.remove(spare)

    def _send(self, *words: str) -> None:
        if not self.is_open:
            return
        try:
            self._socket.send("\0".join(words).encode("utf-8", "surrogateescape"), socket.MSG_DONTWAIT)
        except OSError as error:
            self.kill(f"the warm server does not listen: {error}")


def _start(options: Sequence[str], channel: int, env: Mapping[str, str], beside: str) -> int:
    path = os.pathsep.join([_BOOT_FOLDER, *filter(None, [env.get("PYTHONPATH", "")])])
    output = _nameless_file(beside)
    try:
        process = subprocess.Popen(
            [*options, f"/proc/self/fd/{channel}"],
            env={**env, "PYTHONPATH": path, "HYPERSTEP_WARM_SOCKET": str(channel), ROOM_VARIABLE: ROOM},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=(channel,),
            start_new_session=True,
        )
    finally:
        os.close(output)
    process.returncode = 0  # reaped by the host's loop; subprocess is not to wait for it
    return process.pid


def _nameless_file(folder: str) -> int:
    """A file of that folder's file system; tempfile would load much for it."""
    path = Path(folder) / f".warm-server-{os.getpid()}-{time.monotonic_ns()}"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
    path.unlink()
    return descriptor


def _resident_bytes(pid: int) -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE_BYTES
    return 0
