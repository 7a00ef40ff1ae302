"""`--foreground`: the runners are children of the command, for systems that end whatever it leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import FrameType

from msgspec.structs import replace

from hyperstep.cli.following import fault_words, say
from hyperstep.errors import HyperstepError
from hyperstep.launchers.host.guards import ORDERLY
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.runtime.foreground import FOREGROUND_VARIABLE
from hyperstep.runtime.guarding import INLINE, runner_command, spawn
from hyperstep.runtime.home import Home
from hyperstep.runtime.submission import SUBMISSION_VARIABLE, request_cancel
from hyperstep.settings import load_settings

_LOOK_S = 0.1
_UNREADABLE_S = 30.0
_MOST_DEATHS = 5


class ForegroundRunners:
    """Gives each run of one submission a runner that is our child, from a thread, until all have ended."""

    def __init__(self) -> None:
        self.submission = uuid.uuid4().hex
        self.signal = 0
        """Number of the signal that had everything canceled; 0 for none."""
        self._runners: dict[str, subprocess.Popen[bytes]] = {}
        self._deaths: dict[str, int] = {}
        self._asked: set[str] = set()
        self._finishing = threading.Event()
        self._thread = threading.Thread(target=self._drive, name="hyperstep-foreground", daemon=True)
        self._thread.start()

    @property
    def variables(self) -> Mapping[str, str]:
        """What the environment of everything below us holds."""
        return {FOREGROUND_VARIABLE: "1", SUBMISSION_VARIABLE: self.submission}

    def cancel(self, number: int) -> None:
        """End what was submitted, because a signal came."""
        self.signal = self.signal or number

    def wait(self, tick: Callable[[], None]) -> None:
        """Return when all that was submitted has ended and no process of ours is left; a signal has it canceled.

        Args:
            tick: Called while waiting, some ten times a second.
        """
        self._finishing.set()
        with _canceled_by_signals(self):
            while self._thread.is_alive():
                tick()
                self._thread.join(_LOOK_S)

    def _drive(self) -> None:
        home: Home | None = None
        readable_at = time.monotonic()
        goes_on = True
        while goes_on or not self._finishing.is_set():
            finishing = self._finishing.is_set()  # before the look: what was submitted until then is seen
            try:
                home = home or _open_home()
                goes_on = (home is not None and self._look(home)) or not finishing
                readable_at = time.monotonic()
            except (HyperstepError, OSError) as error:
                if time.monotonic() - readable_at > _UNREADABLE_S:
                    say(f"what was submitted cannot be driven: {fault_words(error)}")
                    break
            time.sleep(_LOOK_S)
        if home is not None:
            home.close()

    def _look(self, home: Home) -> bool:
        """Start the runners that are missing; returns whether anything goes on."""
        submitted = [r for r in home.store.roots(submission=self.submission) if r.kind is not RunKind.INTERACTIVE]
        open_roots = [r for r in submitted if not home.store.journal(r.id).run(r.id).status.is_terminal]
        for root in open_roots:
            self._keep_driven(home, root)
            if self.signal and root.id not in self._asked:
                self._asked.add(root.id)
                threading.Thread(target=_cancel, args=(root.id,), daemon=True).start()
        driven = any(self._deaths.get(root.id, 0) < _MOST_DEATHS for root in open_roots)
        return driven or any(runner.poll() is None for runner in self._runners.values())

    def _keep_driven(self, home: Home, root: RunRecord) -> None:
        runner = self._runners.get(root.id)
        if runner is not None and runner.poll() is None:
            return
        if runner is not None and runner.returncode not in ORDERLY:
            self._deaths[root.id] = self._deaths.get(root.id, 0) + 1
            if self._deaths[root.id] == _MOST_DEATHS:
                say(f"the runner ends again and again; see {home.root_folder(root.id) / 'runner.log'}")
        if self._deaths.get(root.id, 0) < _MOST_DEATHS:
            command = runner_command(home, root.id)
            self._runners[root.id] = spawn(replace(command, env={**command.env, **self.variables}), (INLINE,))


@contextmanager
def _canceled_by_signals(runners: ForegroundRunners) -> Iterator[None]:
    def cancel(number: int, _frame: FrameType | None) -> None:
        runners.cancel(number)

    previous = {number: signal.signal(number, cancel) for number in _heeded("SIGINT", "SIGTERM", "SIGHUP")}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


@contextmanager
def submitting_to(runners: ForegroundRunners) -> Iterator[None]:
    """Have what this process submits within the block be driven by ``runners``, and wait for its end after it.

    SIGTERM and SIGHUP interrupt the block as Ctrl-C does; ``runners`` know which it was, and cancel everything.
    """

    def interrupt(number: int, _frame: FrameType | None) -> None:
        runners.cancel(number)
        raise KeyboardInterrupt

    os.environ.update(runners.variables)
    for number in _heeded("SIGTERM", "SIGHUP"):
        signal.signal(number, interrupt)
    try:
        yield
    except KeyboardInterrupt:
        runners.cancel(signal.SIGINT)
        raise
    finally:
        runners.wait(lambda: None)


def _heeded(*names: str) -> list[signal.Signals]:
    """The signals of these names that this system has, without those that whoever started us had ignored (nohup)."""
    numbers = (getattr(signal, name, None) for name in names)
    return [number for number in numbers if number is not None and signal.getsignal(number) is not signal.SIG_IGN]


def _open_home() -> Home | None:
    settings = load_settings()
    return Home.open(settings) if (settings.home / "index.db").exists() else None


def _cancel(root_id: str) -> None:
    with suppress(HyperstepError, OSError):
        home = Home.open()
        try:
            request_cancel(home, root_id, "the command that drove it in the foreground was ended")
        finally:
            home.close()
