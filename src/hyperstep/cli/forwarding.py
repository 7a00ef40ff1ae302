"""Handing signals on to the script, which decides what they mean."""

from __future__ import annotations

import contextlib
import os
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:  # the script waits for what this module loads
    from collections.abc import Callable, Iterator
    from types import FrameType

    from hyperstep.cli.display import Display
    from hyperstep.cli.pseudoterminal import Pseudoterminal
    from hyperstep.cli.started_process import StartedProcess


class Forwarder:
    """Hands signals on to the script, which decides what they mean."""

    def __init__(self, terminal: Pseudoterminal | None) -> None:
        self.terminal = terminal
        self.display: Display | None = None
        """None until the script has been started."""
        self.on_signal: Callable[[int], None] | None = None
        """Told of each signal that the script gets. It must return at once."""
        self.wake = -1
        """Becomes readable whenever a signal came, the script's end among them."""
        self._process: StartedProcess | None = None
        self._early: list[int] = []
        """Signals that came before the script had been started."""
        self._noted: set[int] = set()

    def to(self, process: StartedProcess) -> None:
        """The script has been started."""
        self._process = process
        for number in self._early:
            process.send_signal(number)

    def forward(self, number: int, _frame: FrameType | None) -> None:
        """SIGTERM, SIGHUP, and SIGINT unless the terminal has given it to the script already."""
        if self.on_signal is not None:
            self.on_signal(number)
        if number == signal.SIGINT and _is_foreground():
            return
        if self._process is None:
            self._early.append(number)
        else:
            self._process.send_signal(number)

    def note(self, number: int, _frame: FrameType | None) -> None:
        """Something for ``act``: a handler may come in the middle of a drawing, so it draws nothing itself."""
        self._noted.add(number)

    def act(self) -> None:
        """Do what the noted signals ask for."""
        noted, self._noted = self._noted, set()
        if signal.SIGWINCH in noted:
            self._resize()
        if signal.SIGTSTP in noted:
            self._suspend()

    def _resize(self) -> None:
        """The window has another size."""
        if self.terminal:
            self.terminal.take_size()
        if self._process is not None:
            self._process.send_signal(signal.SIGWINCH)
        if self.display is not None:
            self.display.redraw()

    def _suspend(self) -> None:
        """Ctrl-Z: leave a clean terminal to the shell, and draw again on return."""
        if self.display is not None:
            self.display.withdraw()
        os.kill(os.getpid(), signal.SIGSTOP)
        if self.display is not None:
            self.display.refresh()

    def ignore(self, _number: int, _frame: FrameType | None) -> None:
        """Only wakes us."""


@contextlib.contextmanager
def forwarding(terminal: Pseudoterminal | None) -> Iterator[Forwarder]:
    """Handle signals on the script's behalf within the block. What we were started to ignore stays ignored, except
    ends of children: who ignores those never learns how a child ended.
    """  # noqa: D205 - one sentence
    forward = Forwarder(terminal)
    if os.name != "posix":
        previous = signal.signal(signal.SIGINT, forward.ignore)  # the console gives Ctrl-C to both
        yield forward
        signal.signal(signal.SIGINT, previous)
        return
    handlers = {signal.SIGCHLD: forward.ignore} | dict.fromkeys(
        (signal.SIGINT, signal.SIGTERM, signal.SIGHUP), forward.forward
    )
    if terminal:
        handlers |= {signal.SIGWINCH: forward.note, signal.SIGTSTP: forward.note}
    forward.wake, write_end = os.pipe()
    os.set_blocking(write_end, False)
    old_wake = signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
    ignored = {n for n in handlers if n != signal.SIGCHLD and signal.getsignal(n) is signal.SIG_IGN}
    old = {n: signal.signal(n, h) for n, h in handlers.items() if n not in ignored}
    try:
        yield forward
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(old_wake)
        os.close(forward.wake)
        os.close(write_end)


def _is_foreground() -> bool:
    """Whether a terminal gives its signals to our process group, the script's too."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
