"""`hyperstep run` as a real process: on pipes, on files, and on a pseudo-terminal."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE_S = 300.0
"""After this long a test is taken to hang; nothing waits for it otherwise."""


def hyperstep(*arguments: str) -> list[str]:
    """The command line of the command."""
    return [sys.executable, "-m", "hyperstep", *arguments]


def run(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run the command on pipes."""
    return subprocess.run(hyperstep(*arguments), input=stdin, capture_output=True, timeout=PATIENCE_S, check=False)


def write_script(folder: Path, text: str) -> str:
    """A script with that text; returns its path."""
    path = folder / "script.py"
    path.write_text(text, encoding="utf-8")
    return str(path)


@dataclass
class OnTerminal:
    """A command that runs on a terminal of its own, as its session's leader."""

    command: list[str]
    output: bytes = b""
    stdout_file: Path | None = None
    size: tuple[int, int] = (24, 80)
    _pid: int = field(init=False)
    _terminal: int = field(init=False)

    def __post_init__(self) -> None:
        import termios  # noqa: PLC0415 - POSIX only, as the whole class

        pid, terminal = pty.fork()
        if pid == 0:  # the child
            termios.tcsetwinsize(0, self.size)
            if self.stdout_file:
                os.dup2(os.open(self.stdout_file, os.O_WRONLY | os.O_CREAT), 1)
            os.environ["TERM"] = "xterm-256color"
            os.execv(self.command[0], self.command)  # noqa: S606
        self._pid, self._terminal = pid, terminal

    def type(self, keys: bytes) -> None:
        """Type on the terminal."""
        os.write(self._terminal, keys)

    def resize(self, rows: int, columns: int) -> None:
        """Change the terminal's size; the kernel tells the foreground processes."""
        import termios  # noqa: PLC0415 - POSIX only, as the whole class

        termios.tcsetwinsize(self._terminal, (rows, columns))

    def signal(self, number: signal.Signals) -> None:
        """Signal the command alone."""
        os.kill(self._pid, number)

    def read_until(self, text: bytes) -> bytes:
        """Read until ``text`` has come; returns all output so far."""
        deadline = time.monotonic() + PATIENCE_S
        while text not in self.output and self._read(deadline):
            pass
        assert text in self.output, self.output
        return self.output

    def wait(self) -> int:
        """Read to the end; returns the exit code, negative for a signal."""
        deadline = time.monotonic() + PATIENCE_S
        while self._read(deadline):
            pass
        os.close(self._terminal)
        _, status = os.waitpid(self._pid, 0)
        return os.waitstatus_to_exitcode(status)

    def _read(self, deadline: float) -> bool:
        ready, _, _ = select.select([self._terminal], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            os.kill(self._pid, signal.SIGKILL)
            message = f"nothing more came; so far: {self.output!r}"
            raise TimeoutError(message)
        try:
            data = os.read(self._terminal, 65536)
        except OSError:
            return False
        self.output += data
        return bool(data)
