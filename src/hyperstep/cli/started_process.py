"""A child process without `subprocess`, which takes longer to load than Python itself to start (POSIX)."""

from __future__ import annotations

import contextlib
import os
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:  # the script waits for what this module loads
    from collections.abc import Mapping, Sequence

_TAKEN_BY_PYTHON = ("SIGPIPE", "SIGXFSZ", "SIGXFZ")
"""Ignored by an interpreter, and by no program that a shell starts."""


class StartedProcess:
    """A command that was started with our working folder, signal mask and inheritable descriptors.

    Args:
        argv: The command; its first word is looked up along ``PATH``.
        env: Its whole environment.
        streams: Its descriptors that are copies of ours, beside those that it inherits: its number to ours.

    Raises:
        OSError: It cannot be started.
    """

    def __init__(self, argv: Sequence[str], env: Mapping[str, str], streams: Mapping[int, int]) -> None:
        copies = [(os.POSIX_SPAWN_DUP2, ours, its) for its, ours in streams.items()]
        defaults = [getattr(signal, name) for name in _TAKEN_BY_PYTHON if hasattr(signal, name)]
        self.pid = os.posix_spawnp(argv[0], list(argv), env, file_actions=copies, setsigdef=defaults)
        self.returncode: int | None = None
        """Its exit code, or the number of the signal that ended it, negative; None while it lives."""

    def poll(self) -> int | None:
        """See ``returncode``."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal to it, unless it is known to have ended.

        Signal handlers call this, also in the middle of ``poll``: so it does not look itself.
        """
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)
