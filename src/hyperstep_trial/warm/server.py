"""The warm server's loop: packets of the host, children that end, spares to be made."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # what signal wraps, without enum and all that
import _socket
import os
import select
import sys
import time

from hyperstep_trial.warm.attempt_mark import AttemptMark
from hyperstep_trial.warm.ends import Ended, peek, write_exit
from hyperstep_trial.warm.environment import StartChanges
from hyperstep_trial.warm.forking import fork_quietly
from hyperstep_trial.warm.preload import preload, settle, why_unsafe
from hyperstep_trial.warm.probe import PROBE_IS_WELL, become_probe
from hyperstep_trial.warm.spare import wait_and_become

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from hyperstep_trial.warm.farewell import Farewell

SPARES = 2
_PACKET_BYTES = 1 << 18
_TRY_AGAIN_S = 1.0
"""Between two tries to write how children ended, where there is no room."""
_PAUSE_S = 1.0
"""After a spare that died unused: where that happens again and again, the machine is not to be kept busy with it."""


class _Child:
    def __init__(self, number: int, pid: int) -> None:
        self.number = number
        self.pid = pid
        self.exit_file = b""
        """Empty while it is a spare."""
        self.ended: Ended | None = None


class Server:
    """One warm server.

    Args:
        number: Descriptor of the socket to the host.
        bare: Names of the modules that every Python has loaded by now.
        farewell: What ends the children.
    """

    def __init__(self, number: int, bare: frozenset[str], farewell: Farewell) -> None:
        self.hook: Callable[[str], object] | None = None
        self._number = number
        self._bare = bare
        self._farewell = farewell
        self._changes = StartChanges()
        self._mark = AttemptMark.find()
        self._host: _socket.socket | None = _socket.socket(fileno=number)
        os.set_inheritable(number, False)
        self._children: dict[int, _Child] = {}
        self._last = 0
        self._next_spare_at = 0.0
        """Monotonic time."""
        self._retired = False
        self._refusal = ""
        self._wake_reader, self._wake_writer = os.pipe()

    def run(self) -> None:
        """Import and serve. Returns only in a child that is to run a script; the server itself ends here."""
        words = self._receive()
        if words[0] != "preload":
            os._exit(1)
        skipped = preload(words[1:])
        self._farewell.keep_loaded_modules()
        self._changes.note_end_of_imports()
        settle()
        refusal = why_unsafe()
        if not refusal:
            if self._try_a_child():
                return
            refusal = self._refusal
        if refusal:
            self._send("refused", refusal)
            os._exit(0)
        loaded = {name.partition(".")[0] for name in set(sys.modules) - self._bare}
        self._send("ready", "\n".join(sorted(loaded)), "\n".join(skipped))
        self._listen_to_children()
        while self._takes_orders or any(child.exit_file for child in self._children.values()):
            if self._fill_up():
                return
            self._serve_once()
        os._exit(0)

    @property
    def _takes_orders(self) -> bool:
        return self._host is not None and not self._retired

    def _try_a_child(self) -> bool:
        """Fork one that only looks around; true in it. Sets ``_refusal`` when it does not find itself well."""
        pid = fork_quietly()
        if pid == 0:
            self._leave_server()
            become_probe(self._number, self.hook)
            return True
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        self._refusal = "" if code == PROBE_IS_WELL else f"a child forked after these imports ended with {code}"
        return False

    # -- spares -------------------------------------------------------------------------------------------------------

    def _fill_up(self) -> bool:
        """Make as many spares as are lacking; true in a child that has got its order."""
        while self._lacks_spares and self._next_spare_at <= time.monotonic():
            ours, theirs = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_STREAM)
            pid = fork_quietly()
            if pid == 0:
                theirs.close()
                self._leave_server()
                wait_and_become(ours, self._number, self._changes, self._mark, self.hook)
                return True
            ours.close()
            self._last += 1
            self._children[self._last] = _Child(self._last, pid)
            self._send("spare", str(self._last), str(pid), pass_on=theirs.fileno())
            theirs.close()
        return False

    @property
    def _lacks_spares(self) -> bool:
        spares = sum(1 for child in self._children.values() if not child.exit_file and child.ended is None)
        return self._takes_orders and spares < SPARES

    def _leave_server(self) -> None:
        """In a child: nothing of the server is left but memory."""
        _signal.set_wakeup_fd(-1)
        _signal.signal(_signal.SIGCHLD, _signal.SIG_DFL)
        os.close(self._wake_reader)
        os.close(self._wake_writer)
        if self._host is not None:
            self._host.close()
        self._children.clear()
        os.setsid()

    # -- events -------------------------------------------------------------------------------------------------------

    def _listen_to_children(self) -> None:
        os.set_blocking(self._wake_reader, False)
        os.set_blocking(self._wake_writer, False)
        _signal.set_wakeup_fd(self._wake_writer, warn_on_full_buffer=False)
        _signal.signal(_signal.SIGCHLD, _do_nothing)

    def _serve_once(self) -> None:
        waited = [self._wake_reader] if self._host is None else [self._wake_reader, self._number]
        pause = max(0.0, self._next_spare_at - time.monotonic()) if self._lacks_spares else None
        unwritten = [child for child in self._children.values() if self._is_unwritten(child)]
        if unwritten:
            pause = _TRY_AGAIN_S
        if self._wake_reader in select.select(waited, (), (), pause)[0]:
            os.read(self._wake_reader, 4096)
        ended = [child for child in self._children.values() if child.ended is None and self._has_ended(child)]
        # Then the packets: that a child is used was said before its order, so before its end, and is known now.
        while self._host is not None and select.select([self._number], (), (), 0)[0]:
            self._obey(self._receive())
        for child in ended + unwritten:
            self._take_end(child)

    def _is_unwritten(self, child: _Child) -> bool:
        """Whether it has ended and nobody could write that down: else it would have been let go."""
        return self._host is None and child.ended is not None

    def _has_ended(self, child: _Child) -> bool:
        child.ended = peek(child.pid)
        return child.ended is not None

    def _obey(self, words: list[str]) -> None:
        child = self._children.get(int(words[1])) if len(words) > 1 else None
        if words[0] == "used":
            if child is not None:  # else it was killed before it had its order, which the host notices
                child.exit_file = os.fsencode(words[2])
        elif words[0] == "reap":
            if child is not None:
                self._reap(child)
        elif words[0] == "retire":
            self._retired = True
        else:
            self._go_on_alone()

    def _take_end(self, child: _Child) -> None:
        if child.number not in self._children or child.ended is None:
            return
        if child.exit_file and self._host is not None:
            self._send("ended", str(child.number), *child.ended.words())
            return
        if child.exit_file and not write_exit(child.exit_file, child.pid, child.ended):
            return
        self._reap(child)
        if not child.exit_file:
            self._send("unused", str(child.number))

    def _go_on_alone(self) -> None:
        """The host has gone: how our children end is recorded by us from now on."""
        if self._host is None:
            return
        self._host.close()
        self._host = None
        for child in list(self._children.values()):
            self._take_end(child)

    def _reap(self, child: _Child) -> None:
        del self._children[child.number]
        if not child.exit_file:
            self._next_spare_at = time.monotonic() + _PAUSE_S
        try:
            os.waitpid(child.pid, 0)
        except ChildProcessError:  # a library reaps whatever it finds
            return

    # -- packets ------------------------------------------------------------------------------------------------------

    def _receive(self) -> list[str]:
        if self._host is None:
            return [""]
        try:
            return os.fsdecode(self._host.recv(_PACKET_BYTES)).split("\0")
        except OSError:
            return [""]

    def _send(self, *words: str, pass_on: int | None = None) -> None:
        if self._host is None:
            return
        rights = [] if pass_on is None else [pass_on.to_bytes(4, sys.byteorder)]
        ancillary = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, each) for each in rights]
        try:
            self._host.sendmsg([os.fsencode("\0".join(words))], ancillary)
        except OSError:
            self._go_on_alone()


def _do_nothing(_number: int, _frame: object) -> None:
    """The wakeup descriptor has done its work."""
