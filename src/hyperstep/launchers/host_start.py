"""Starting the process of a trial host: with whoever needs it, or ahead of that."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import hyperstep
from hyperstep.errors import BusyMachineError, LaunchError, NoHostError, means_busy_machine

START_S = 60.0
DEFAULT_IDLE_S = 10.0
"""Seconds after which a host that nothing needs leaves."""


def start_host(path: Path, idle_s: float) -> None:
    """Returns when a host listens, be it this one or one that was faster.

    Args:
        path: Its control socket.
        idle_s: Seconds after which it leaves when nothing needs it.

    Raises:
        LaunchError: It could not be started.
        NoHostError: It was killed.
    """
    command = _command(path, idle_s)
    try:
        done = subprocess.run(
            command,
            env=_environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            start_new_session=True,
            timeout=START_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        rule = f"The trial host must be able to start, but: {error}."
        kind = BusyMachineError if means_busy_machine(error) else LaunchError
        raise kind(rule, received=command) from error
    if done.returncode < 0:
        rule = f"The trial host must be able to start, but was ended by signal {-done.returncode}."
        raise NoHostError(rule, received=command)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        rule = f"The trial host must be able to start, but ended with exit code {done.returncode}: {said}."
        raise LaunchError(rule, received=command)


def begin_host(path: Path, standby: Sequence[str], idle_s: float = DEFAULT_IDLE_S) -> None:
    """Have a host start that will be needed in a moment, and a process stand by in it for a runner; waits for nothing.

    Whoever then needs a host starts one if there is none, and hears why there can be none.

    Args:
        path: Its control socket; where there is one already, nothing is started.
        standby: Program and arguments of that process, as in a ``GuardedCommand`` with our environment.
        idle_s: Seconds after which the host leaves when nothing needs it.

    Raises:
        OSError, ValueError: No process could be started.
    """
    if path.exists():
        return
    with tempfile.TemporaryFile() as given:
        given.write(json.dumps({"standby": list(standby), "env": dict(os.environ)}).encode("ascii"))
        given.seek(0)
        process = subprocess.Popen(
            [*_command(path, idle_s), "--stand-by"],
            env=_environment(),
            cwd="/",
            stdin=given,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    process.returncode = 0  # nobody waits for it, and it is nobody's to warn about


def _command(path: Path, idle_s: float) -> list[str]:
    command = [sys.executable, "-P", "-m", "hyperstep.launchers.host", str(path), "--idle-s", str(idle_s)]
    if os.environ.get("CI") or os.getpid() == 1:
        command += ["--linger-s", "0"]  # whoever waits for the last process of a container or a job waits for nothing
    return command


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(hyperstep.__file__).parents[1])}
