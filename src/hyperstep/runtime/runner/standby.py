"""Standing by: a process that has loaded all that a runner needs, and becomes one when a trial host says whose.

See ``launchers.host.standby`` for the message. What was loaded must be what a new process would load: where a file of
it has changed since, the process replaces itself by a new one, with the same process id.
"""

from __future__ import annotations

import gc
import json
import os
import socket
import sys
import time
from typing import Any

_CHUNK = 1 << 16
_LOADING_NS = 10 * 10**9
"""Longer than the imports take: a file that was changed within that time may have been read before."""

_State = tuple[int, int] | None
"""Modification time, ns, and size of a file; None when it is not there."""


def become_runner() -> list[str]:
    """Wait to be told which runner this is; returns its arguments, those of ``main``.

    Does not return when the host has gone, or when a new process is needed.
    """
    loaded, oldest_doubt = _states(_loaded_files()), time.time_ns() - _LOADING_NS
    gc.freeze()  # what was loaded stays: nobody needs to look through it
    with socket.socket(fileno=os.dup(0)) as host:
        order, log = _receive(host)
    _take_place(order, log)
    if _states(list(loaded)) != loaded or _newest(loaded) >= oldest_doubt:
        os.execve(order["argv"][0], order["argv"], order["env"])  # noqa: S606 - it needs no shell
    argv: list[str] = order["argv"]
    return argv[argv.index("-m") + 2 :]


def _receive(host: socket.socket) -> tuple[dict[str, Any], int]:
    """The message and the descriptor of the log; ends the process when none comes any more."""
    line, descriptors = b"", list[int]()
    while not line.endswith(b"\n"):
        data, found, _flags, _address = socket.recv_fds(host, _CHUNK, 1)
        descriptors += found
        line += data
        if not data:
            sys.exit(0)
    return json.loads(line), descriptors[0]


def _take_place(order: dict[str, Any], log: int) -> None:
    """Folder, environment, standard descriptors, as the process would have been started with."""
    null = os.open(os.devnull, os.O_RDONLY)
    for target, source in ((0, null), (1, log), (2, log)):
        os.dup2(source, target)
    os.close(null)
    os.close(log)
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    time.tzset()


def _loaded_files() -> list[str]:
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    return [file for file in files if file]


def _states(files: list[str]) -> dict[str, _State]:
    return {file: _state(file) for file in files}


def _state(file: str) -> _State:
    try:
        found = os.stat(file)  # noqa: PTH116 - of some hundred files, while somebody waits
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _newest(states: dict[str, _State]) -> int:
    """Of files that are gone, none."""
    return max((state[0] for state in states.values() if state is not None), default=0)
