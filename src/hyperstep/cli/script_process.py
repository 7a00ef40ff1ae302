"""Running a script as `python SCRIPT ARGS` would, with its output passed through untouched.

A stream of the script that is no terminal is simply inherited. Where the script would share a terminal with the
display, it gets a pseudo-terminal in raw mode instead, and its bytes are written to the real one between our lines.
Standard input is always inherited: the script reads from the real terminal, and Ctrl-C reaches it as ever.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FrameType
from typing import TYPE_CHECKING

from msgspec import Struct, field

from hyperstep.cli.becoming import no_interpreter
from hyperstep.cli.exit_codes import SIGNAL_BASE

if TYPE_CHECKING:  # imported while the script starts up
    from hyperstep.cli.display import Display

_LOOK_S = 0.1
_CHUNK_BYTES = 65536
_DRAIN_S = 0.2
"""How long a script's last output is waited for when a process that it left behind keeps the terminal open."""
_STDOUT, _STDERR = 1, 2


def run_script(
    argv: Sequence[str],
    env: Mapping[str, str],
    make_display: Callable[[], Display],
    *,
    shares_terminal: bool,
    on_signal: Callable[[int], None] | None = None,
) -> tuple[int, Display]:
    """Run a command to its end; returns its exit code as a shell would give it, and the display.

    Args:
        argv: The command.
        env: Its whole environment.
        make_display: Makes what is told of each of the script's outputs, and ticked while it runs. Called once the
            script has been started, which need not wait for it.
        shares_terminal: Whether the display draws on the terminal of standard error.
        on_signal: Told of each signal that the script gets, from us or from the terminal. It must return at once.

    Raises:
        LaunchError: The command cannot be started.
    """
    terminal = _Pseudoterminal.make() if shares_terminal else None
    with _forwarding(terminal) as forward:
        forward.on_signal = on_signal
        process = _start(argv, env, terminal)
        forward.to(process)
        forward.display = display = make_display()
        if os.name == "posix":
            _pump(process, display, terminal, forward)
        else:
            _wait(process, display)
    return (process.returncode if process.returncode >= 0 else SIGNAL_BASE - process.returncode), display


def can_draw() -> bool:
    """Whether standard error is a terminal on which lines can be redrawn."""
    return os.name == "posix" and os.isatty(_STDERR) and os.environ.get("TERM", "dumb") != "dumb"


def same_terminal(one: int, other: int) -> bool:
    """Whether two file descriptors are one terminal."""
    return os.isatty(one) and os.isatty(other) and os.fstat(one).st_rdev == os.fstat(other).st_rdev


def _start(argv: Sequence[str], env: Mapping[str, str], terminal: _Pseudoterminal | None) -> subprocess.Popen[bytes]:
    stdout = terminal.slave if terminal and same_terminal(_STDOUT, _STDERR) else None
    stderr = terminal.slave if terminal else None
    try:
        return subprocess.Popen(argv, env=env, stdout=stdout, stderr=stderr, close_fds=False)
    except OSError as error:
        raise no_interpreter(argv, error) from error
    finally:
        if terminal:
            os.close(terminal.slave)


def _pump(
    process: subprocess.Popen[bytes], display: Display, terminal: _Pseudoterminal | None, forward: _Forwarder
) -> None:
    """Pass the script's output through and tick the display until the script ends, then take its last output."""
    wake = forward.wake
    sources = [wake, terminal.master] if terminal else [wake]
    while process.poll() is None:
        ready, _, _ = select.select(sources, [], [], _LOOK_S)
        if wake in ready:
            os.read(wake, _CHUNK_BYTES)
            forward.act()
        if terminal and terminal.master in ready and not terminal.copy_to(display):
            sources.remove(terminal.master)
        display.tick()
    while terminal and select.select([terminal.master], [], [], _DRAIN_S)[0] and terminal.copy_to(display):
        pass
    if terminal:
        os.close(terminal.master)


def _wait(process: subprocess.Popen[bytes], display: Display) -> None:
    """The same without pseudo-terminals and signals."""
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=_LOOK_S)
            return
        display.tick()


class _Pseudoterminal(Struct, frozen=True):
    master: int
    slave: int

    @classmethod
    def make(cls) -> _Pseudoterminal:
        """In raw mode (no byte is changed on its way), as large as the real one."""
        import tty  # noqa: PLC0415 - does not exist on Windows

        terminal = cls(*os.openpty())
        tty.setraw(terminal.slave)
        terminal.take_size()
        return terminal

    def take_size(self) -> None:
        """Make it as large as the terminal of standard error."""
        import termios  # noqa: PLC0415 - does not exist on Windows

        with contextlib.suppress(termios.error, OSError):
            termios.tcsetwinsize(self.master, termios.tcgetwinsize(_STDERR))

    def copy_to(self, display: Display) -> bool:
        """Pass one chunk on; False when nothing will come any more."""
        try:
            data = os.read(self.master, _CHUNK_BYTES)
        except OSError:  # Linux says EIO when the last writer has closed
            return False
        display.pass_through(data)
        return bool(data)


class _Forwarder(Struct):
    """Hands signals on to the script, which decides what they mean."""

    terminal: _Pseudoterminal | None
    display: Display | None = None
    """None until the script has been started."""
    on_signal: Callable[[int], None] | None = None
    """See ``run_script``."""
    wake: int = -1
    """Becomes readable whenever a signal came, the script's end among them."""
    _process: subprocess.Popen[bytes] | None = None
    _early: list[int] = field(default_factory=list)
    """Signals that came before the script had been started."""
    _noted: set[int] = field(default_factory=set)

    def to(self, process: subprocess.Popen[bytes]) -> None:
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
def _forwarding(terminal: _Pseudoterminal | None) -> Iterator[_Forwarder]:
    """Handle signals on the script's behalf within the block. What we were started to ignore stays ignored."""
    forward = _Forwarder(terminal)
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
    old = {n: signal.signal(n, h) for n, h in handlers.items() if signal.getsignal(n) is not signal.SIG_IGN}
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
