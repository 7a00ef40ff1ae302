"""Running a script as `python SCRIPT ARGS` would, with its output passed through untouched.

A stream of the script that is no terminal is simply inherited. Where the script would share a terminal with the
display, it gets a pseudo-terminal in raw mode instead, and its bytes are written to the real one between our lines.
Standard input is always inherited: the script reads from the real terminal, and Ctrl-C reaches it as ever.

The script waits for what this module loads; what the display needs is loaded beside it.
"""

from __future__ import annotations

import contextlib
import os
import select

from hyperstep.cli.becoming import no_interpreter
from hyperstep.cli.exit_codes import SIGNAL_BASE
from hyperstep.cli.forwarding import Forwarder, forwarding
from hyperstep.cli.pseudoterminal import CHUNK_BYTES, STDERR, STDOUT, Pseudoterminal, same_terminal
from hyperstep.cli.started_process import StartedProcess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from hyperstep.cli.display import Display

_LOOK_S = 0.1
_DRAIN_S = 0.2
"""How long a script's last output is waited for when a process that it left behind keeps the terminal open."""


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
    with _pseudoterminal(shares_terminal) as terminal, forwarding(terminal) as forward:
        forward.on_signal = on_signal
        if os.name != "posix":
            return _run_portably(argv, env, make_display)
        process = _start(argv, env, terminal)
        forward.to(process)
        forward.display = display = make_display()
        code = _pump(process, display, terminal, forward)
    return (code if code >= 0 else SIGNAL_BASE - code), display


@contextlib.contextmanager
def _pseudoterminal(wanted: bool) -> Iterator[Pseudoterminal | None]:
    terminal = Pseudoterminal.make() if wanted else None
    try:
        yield terminal
    finally:
        if terminal:
            os.close(terminal.master)


def _start(argv: Sequence[str], env: Mapping[str, str], terminal: Pseudoterminal | None) -> StartedProcess:
    drawn = (STDERR, STDOUT) if same_terminal(STDOUT, STDERR) else (STDERR,)
    try:
        return StartedProcess(argv, env, dict.fromkeys(drawn, terminal.slave) if terminal else {})
    except OSError as error:
        raise no_interpreter(argv, error) from error
    finally:
        if terminal:
            os.close(terminal.slave)


def _pump(process: StartedProcess, display: Display, terminal: Pseudoterminal | None, forward: Forwarder) -> int:
    """Pass the script's output through and tick the display until the script ends, then take its last output."""
    wake = forward.wake
    sources = [wake, terminal.master] if terminal else [wake]
    while (code := process.poll()) is None:
        ready, _, _ = select.select(sources, [], [], _LOOK_S)
        if wake in ready:
            os.read(wake, CHUNK_BYTES)
            forward.act()
        if terminal and terminal.master in ready and not terminal.copy_to(display):
            sources.remove(terminal.master)
        display.tick()
    while terminal and select.select([terminal.master], [], [], _DRAIN_S)[0] and terminal.copy_to(display):
        pass
    return code


def _run_portably(
    argv: Sequence[str], env: Mapping[str, str], make_display: Callable[[], Display]
) -> tuple[int, Display]:
    """The same without pseudo-terminals and signals."""
    import subprocess  # noqa: PLC0415 - see ``started_process``

    try:
        process = subprocess.Popen(argv, env=env, close_fds=False)
    except OSError as error:
        raise no_interpreter(argv, error) from error
    display = make_display()
    while process.poll() is None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=_LOOK_S)
        display.tick()
    return process.returncode, display
