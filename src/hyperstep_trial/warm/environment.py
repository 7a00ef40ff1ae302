"""The environment of a child: exactly its attempt's, with what the start of Python and the imports make of any."""

from __future__ import annotations

import os
import sys

from hyperstep_trial.warm.attempt_mark import ROOM_VARIABLE

_OURS = frozenset({"PYTHONPATH", "HYPERSTEP_WARM_SOCKET", ROOM_VARIABLE})


class StartChanges:
    """What changed in the environment since the process was started: by Python (``LC_CTYPE``), and by libraries."""

    def __init__(self) -> None:
        with open("/proc/self/environ", "rb") as stream:  # noqa: PTH123 - no pathlib
            entries = stream.read().split(b"\0")
        self._at_start = dict(entry.split(b"=", 1) for entry in entries if b"=" in entry)
        self._set: dict[bytes, bytes] = {}
        self._removed: list[bytes] = []

    def note_end_of_imports(self) -> None:
        """From here on nothing changes any more."""
        now = os.environb
        ours = {os.fsencode(name) for name in _OURS}
        self._set = {
            name: value for name, value in now.items() if self._at_start.get(name) != value and name not in ours
        }
        self._removed = [name for name in self._at_start if name not in now and name not in ours]

    def apply_to(self, env: list[bytes]) -> dict[bytes, bytes]:
        """An attempt's environment, of ``name=value``, after the same changes, where it begins as the server's did."""
        given = dict(entry.split(b"=", 1) for entry in env)
        for name in self._removed:
            if given.get(name) == self._at_start[name]:
                del given[name]
        for name, value in self._set.items():
            if given.get(name) == self._at_start.get(name):
                given[name] = value
        return given


def replace_environment(env: dict[bytes, bytes]) -> None:
    """Have this process the environment, in this order, in Python and in C."""
    for name in list(os.environb):  # clear() makes such a list for each
        del os.environb[name]
    os.environb.update(env)


def set_arguments(argv: list[str], script: int) -> None:
    """``sys.argv`` and ``sys.orig_argv``, as Python sets them.

    Args:
        argv: The whole command line.
        script: Index of the script in it.
    """
    sys.argv[:] = argv[script:]
    sys.orig_argv[:] = argv
