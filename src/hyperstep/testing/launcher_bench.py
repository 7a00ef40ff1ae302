"""A launcher on the bench: attempts to give it, patience for what it reports, and another owner to take over from."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psutil

from hyperstep.launchers.base import Launcher
from hyperstep.records.attempt import Attempt, AttemptEnd, AttemptKey, WarmStart
from hyperstep.testing.behaviour import REPORT_NAME, Behaviour

PATIENCE_S = 120.0
"""How long a condition may take on a busy machine."""
_POLL_S = 0.01
_OWN_PID = os.getpid()

HANGS = Behaviour(hangs=True)


def wait_until(condition: Callable[[], object], what: str) -> None:
    """Wait for a condition; the test fails when it does not come.

    Raises:
        AssertionError: It has not come after ``PATIENCE_S`` seconds.
    """
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"still waiting: {what}"
        time.sleep(_POLL_S)


def is_running(pid: int) -> bool:
    """Whether there is a process with that id that has not ended."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


class Bench:
    """A launcher under test with attempts to give it.

    Args:
        folder: Where their folders are made.
        make_launcher: Makes the launcher, of ``notify``.
        warm: How they may be started warm; their program is a script then.
    """

    def __init__(
        self, folder: Path, make_launcher: Callable[[Callable[[], None]], Launcher], warm: WarmStart | None = None
    ) -> None:
        self.folder = folder
        self._warm = warm
        self._make = make_launcher
        self._notified: dict[Launcher, threading.Event] = {}
        self._attempts: list[Attempt] = []
        self.launcher = self.another()

    def another(self) -> Launcher:
        """One more launcher on the same machine, as the next owner of the run would make."""
        notified = threading.Event()
        launcher = self._make(notified.set)
        self._notified[launcher] = notified
        return launcher

    def attempt(self, behaviour: Behaviour, env: Mapping[str, str] | None = None) -> Attempt:
        """A new attempt whose working folder exists."""
        number = len(self._attempts)
        folder = self.folder / str(number)
        (folder / "work").mkdir(parents=True)
        environment = {"PATH": os.environ.get("PATH", "")} if env is None else env
        argv = behaviour.argv(self.folder / "behaviour.py" if self._warm else None)
        attempt = Attempt(AttemptKey("run", number), folder, argv, environment, warm=self._warm)
        self._attempts.append(attempt)
        return attempt

    def launch(self, behaviour: Behaviour, env: Mapping[str, str] | None = None) -> Attempt:
        """Make an attempt and launch it."""
        attempt = self.attempt(behaviour, env)
        self.launcher.launch(attempt)
        return attempt

    def ends(self, count: int = 1, launcher: Launcher | None = None) -> list[AttemptEnd]:
        """Wait, by the notifications, for so many ends."""
        source = launcher or self.launcher
        found: list[AttemptEnd] = []
        deadline = time.monotonic() + PATIENCE_S
        while len(found) < count:
            in_time = self._notified[source].wait(deadline - time.monotonic())
            assert in_time, f"{len(found)} of {count} ends were reported"
            self._notified[source].clear()
            found += source.poll()
        return found

    def run(self, behaviour: Behaviour, env: Mapping[str, str] | None = None) -> Attempt:
        """Launch an attempt and wait for its end."""
        attempt = self.launch(behaviour, env)
        self.ends()
        return attempt

    def report(self, attempt: Attempt) -> dict[str, Any]:
        """What a real process says of itself, once it has done all but end."""
        file = attempt.work_folder / REPORT_NAME
        wait_until(file.exists, f"the report of {attempt.key}")
        found: dict[str, Any] = json.loads(file.read_text())
        return found

    def clear(self) -> None:
        """End all that still lives."""
        for launcher in self._notified:
            for key in launcher.pids():
                launcher.stop(key, 0.0)
        wait_until(lambda: not any(launcher.pids() for launcher in self._notified), "the end of what was stopped")
        for launcher in self._notified:
            launcher.close()


def write_claim(attempt: Attempt, **changes: object) -> None:
    """Write a claim for our own process, with changes: what a dead owner may have left."""
    claim = {"pid": _OWN_PID, "started_at": 1.5, "boot": "", "parent": 1}
    attempt.claim_file.write_text(json.dumps(claim | changes))


class OtherOwner:
    """A process that owns a launcher and does what it is told, to be killed."""

    _PROGRAM = """
import importlib, json, pathlib, sys
from hyperstep.records.attempt import Attempt, AttemptKey, WarmStart
notify = lambda: None
import hyperstep
importlib.import_module(sys.argv[1].rpartition(".")[0])
launcher = eval(sys.argv[2])
for line in sys.stdin:
    folder, run_id, number, argv, env, warm = json.loads(line)
    warm = warm and WarmStart(warm[0], tuple(warm[1]))
    launcher.launch(Attempt(AttemptKey(run_id, number), pathlib.Path(folder), tuple(argv), env, warm=warm))
    print("launched", flush=True)
"""

    def __init__(self, launcher: type[Launcher], expression: str) -> None:
        name = f"{launcher.__module__}.{launcher.__qualname__}"
        self._process = subprocess.Popen(
            [sys.executable, "-c", self._PROGRAM, name, expression],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def launch(self, attempt: Attempt) -> None:
        """Have it launch an attempt."""
        order = [str(attempt.folder), *attempt.key, attempt.argv, dict(attempt.env), attempt.warm]
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        print(json.dumps(order), file=stdin, flush=True)
        assert stdout.readline() == "launched\n"

    def kill(self) -> None:
        """End it as a power cut of its own would."""
        self._process.kill()
        self._process.communicate()
