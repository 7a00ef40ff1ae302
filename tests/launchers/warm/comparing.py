"""A case is run cold or warm by a launcher, and what can be seen of it from outside is taken down."""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from dataclasses import replace  # noqa: TID251 - of a dataclass
from pathlib import Path
from typing import NamedTuple

import psutil
from tests.launchers.warm.cases.case import Case

from hyperstep.launchers.local import LocalLauncher
from hyperstep.records.attempt import Attempt, AttemptEnd, AttemptKey, Launched, WarmStart
from hyperstep.testing.launcher_bench import PATIENCE_S, wait_until

_ADDRESS = re.compile(r"0x[0-9a-f]+")
_BASE_ENV = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "LANG": "C.UTF-8"}


class Outcome(NamedTuple):
    """What a case did, as somebody outside sees it; paths are made equal."""

    exit_code: int | None
    signal: int | None
    log: str
    files: dict[str, str]


class WarmBench:
    """A launcher with a trial host of its own that starts scripts cold and warm."""

    def __init__(self, folder: Path, control_path: Path) -> None:
        self.folder = folder
        self.python = sys.executable
        self._notified = threading.Event()
        self.launcher = LocalLauncher(self._notified.set, control_path)
        self._ends: dict[AttemptKey, AttemptEnd] = {}
        self._number = 0

    def attempt(self, case: Case, *, warm: bool) -> Attempt:
        """The case as an attempt, with its files."""
        self._number += 1
        folder = self.folder / str(self._number)
        work = folder / "work"
        work.mkdir(parents=True)
        for name, text in {**case.files, case.path: case.script}.items():
            file = work / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode("latin-1" if "\x80" in text else "utf-8", "surrogateescape"))
        shared = self.folder / "shared" / case.name
        shared.mkdir(parents=True, exist_ok=True)
        for name, text in case.shared.items():
            (shared / name).write_text(text)
        env = {k: v.replace("{shared}", str(shared)) for k, v in case.env.items()}
        argv = (self.python, *case.options, case.path, *case.arguments)
        start = WarmStart(f"key of {sorted(env.items())}", case.modules) if warm else None
        return Attempt(AttemptKey("run", self._number), folder, argv, {**_BASE_ENV, **env}, warm=start)

    def launch(self, attempt: Attempt) -> Launched:
        """Start it once."""
        return self.launcher.launch(attempt)

    def launch_warm(self, case: Case) -> Attempt:
        """Start the case when its server is ready; what is started before is a case that does nothing."""
        primer = replace(case, script="pass", path="train.py", arguments=(), files={})
        deadline = time.monotonic() + PATIENCE_S
        while True:
            attempt = self.attempt(primer, warm=True)
            launched = self.launch(attempt)
            self.end_of(attempt)
            if launched.warm:
                break
            assert launched.for_now, launched.why_cold
            assert time.monotonic() < deadline, launched.why_cold
            time.sleep(0.02)
        attempt = self.attempt(case, warm=True)
        launched = self.launch(attempt)
        assert launched == Launched(warm=True)
        return attempt

    def end_of(self, attempt: Attempt) -> AttemptEnd:
        """Wait for its end."""
        deadline = time.monotonic() + PATIENCE_S
        while attempt.key not in self._ends:
            assert self._notified.wait(deadline - time.monotonic()), f"{attempt} still runs"
            self._notified.clear()
            self._ends |= {end.key: end for end in self.launcher.poll()}
        return self._ends[attempt.key]

    def outcome(self, case: Case, attempt: Attempt) -> Outcome:
        """Let it run to its end, and look."""
        if case.signal is not None:
            wait_until((attempt.work_folder / "ready").exists, "the script to be ready")
            process = psutil.Process(self.launcher.pids()[attempt.key])
            wait_until(lambda: process.status() == psutil.STATUS_SLEEPING, "the script to wait in its last line")
            process.send_signal(case.signal)
        end = self.end_of(attempt)
        files = {
            str(file.relative_to(attempt.work_folder)): file.read_text(errors="backslashreplace")
            for file in sorted(attempt.work_folder.rglob("*"))
            if file.is_file() and "__pycache__" not in file.parts
        }
        text = attempt.log_file.read_text(errors="backslashreplace")
        return Outcome(
            end.exit_code, end.signal, _ADDRESS.sub("0x", text.replace(str(attempt.folder), "FOLDER")), files
        )

    def close(self) -> None:
        """End what still runs."""
        for key in self.launcher.pids():
            self.launcher.stop(key, 0.0)
        wait_until(lambda: not self.launcher.pids(), "the end of what was stopped")
        self.launcher.close()
