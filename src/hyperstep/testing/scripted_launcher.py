"""A launcher without processes: attempts do, at once, what a script says."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from itertools import count
from pathlib import Path

from hyperstep.errors import ConflictError, LaunchError
from hyperstep.launchers.base import Launcher
from hyperstep.launchers.launch import Launch, SettledLaunch
from hyperstep.launchers.marker import ExitMarker, create_claim, read_exit, write_exit
from hyperstep.records.attempt import Attempt, AttemptEnd, AttemptKey, Launched
from hyperstep.testing.behaviour import Behaviour

_FIRST_PID = (1 << 22) + 1
"""Above all process ids that a system gives out."""
_ENDED_AT = 0.0
_SIGTERM, _SIGKILL = 15, 9


class ScriptedMachine:
    """Where scripted attempts live. Give the same one to two launchers to have the second take over from the first."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._pids = count(_FIRST_PID)
        self._live: dict[Path, _Live] = {}

    def start(self, attempt: Attempt, behaviour: Behaviour, watcher: ScriptedLauncher) -> None:
        """Have a new process do all but end, unless it ends by itself."""
        live = _Live(attempt, behaviour, next(self._pids), {watcher})
        self._live[attempt.folder] = live
        _perform(attempt, behaviour)
        if not behaviour.hangs:
            self.end(attempt.folder, _marker_of(behaviour))

    def watch(self, attempt: Attempt, watcher: ScriptedLauncher) -> bool:
        """Tell the launcher the end of a live attempt; False when it is not live."""
        live = self._live.get(attempt.folder)
        if live is not None:
            live.watchers.add(watcher)
        return live is not None

    def end(self, folder: Path, marker: ExitMarker | None) -> None:
        """End a live attempt; without a marker it leaves nothing behind and is lost."""
        live = self._live.pop(folder)
        if marker is not None:
            write_exit(live.attempt.exit_file, marker)
        for watcher in live.watchers:
            watcher.take_end(_end_from(live.attempt.key, marker))

    def stop(self, folder: Path) -> None:
        """End a live attempt as a stop would, the grace being over at once."""
        live = self._live.get(folder)
        if live is not None:
            number = _SIGKILL if live.behaviour.ignores_terminate else _SIGTERM
            self.end(folder, ExitMarker(None, number, _ENDED_AT))

    def pid(self, folder: Path) -> int | None:
        """Process id of a live attempt: a number that no real process has."""
        live = self._live.get(folder)
        return live.pid if live is not None else None


class ScriptedLauncher(Launcher):
    """Keeps the promises of a launcher, files included, with attempts that are played.

    An attempt that hangs lives until ``stop``, or until the test calls ``end`` or ``lose``.

    Args:
        notify: As in the base.
        script: What an attempt does; by default what ``Behaviour.argv`` wrote into its command line.
        machine: Where the attempts live; one of its own without it.
        warms: Say of attempts that may be warm that they are.
    """

    def __init__(
        self,
        notify: Callable[[], None],
        script: Callable[[Attempt], Behaviour] = Behaviour.from_argv,
        machine: ScriptedMachine | None = None,
        *,
        warms: bool = False,
    ) -> None:
        super().__init__(notify)
        self._warms = warms
        self.launched: list[Attempt] = []
        """Each attempt that was started, in order."""
        self.stops: list[tuple[AttemptKey, float]] = []
        """Each call of ``stop``: the attempt and the grace in seconds."""
        self._script = script
        self._machine = machine or ScriptedMachine()
        self._watched: dict[AttemptKey, Attempt] = {}
        self._ends: list[AttemptEnd] = []
        self._closed = False

    def begin_launch(self, attempt: Attempt) -> Launch:
        """As in the base; its outcome is known at once."""
        return SettledLaunch.of(lambda: self._launch(attempt))

    def _launch(self, attempt: Attempt) -> Launched:
        behaviour = self._script(attempt)
        with self._machine.lock:
            self._check_open(attempt)
            _claim(attempt)
            if not behaviour.startable:
                write_exit(attempt.exit_file, ExitMarker(127, None, _ENDED_AT))
                rule = "The process of an attempt must be able to start, but the script says that it cannot."
                raise LaunchError(rule, received=attempt.argv)
            self.launched.append(attempt)
            self._watched[attempt.key] = attempt
            self._machine.start(attempt, behaviour, self)
            return Launched(warm=self._warms and attempt.warm is not None)

    def adopt(self, attempt: Attempt) -> None:
        """As in the base."""
        with self._machine.lock:
            self._check_open(attempt)
            if attempt.key in self._watched:
                return
            self._watched[attempt.key] = attempt
            marker = read_exit(attempt.exit_file)
            if marker is not None or not self._machine.watch(attempt, self):
                attempt.claim_file.touch()
                self.take_end(_end_from(attempt.key, marker))

    def stop(self, key: AttemptKey, grace_s: float) -> None:
        """As in the base; the grace is over at once."""
        with self._machine.lock:
            self.stops.append((key, grace_s))
            if key in self._watched:
                self._machine.stop(self._watched[key].folder)

    def end(self, key: AttemptKey, exit_code: int | None = 0, signal: int | None = None) -> None:
        """Have a hanging attempt end."""
        with self._machine.lock:
            self._machine.end(self._watched[key].folder, ExitMarker(exit_code, signal, _ENDED_AT))

    def lose(self, key: AttemptKey) -> None:
        """Have a hanging attempt vanish without an exit marker."""
        with self._machine.lock:
            self._machine.end(self._watched[key].folder, None)

    def poll(self) -> list[AttemptEnd]:
        """As in the base."""
        with self._machine.lock:
            ends, self._ends = self._ends, []
        return ends

    def pids(self) -> dict[AttemptKey, int]:
        """As in the base; numbers that no real process has."""
        with self._machine.lock:
            found = {key: self._machine.pid(attempt.folder) for key, attempt in self._watched.items()}
            return {key: pid for key, pid in found.items() if pid is not None}

    def keep_guarded(self) -> None:
        """Nobody guards where there are no processes."""

    def close(self) -> None:
        """As in the base."""
        with self._machine.lock:
            self._closed = True
            self._watched.clear()

    def take_end(self, end: AttemptEnd) -> None:
        """The machine's word that an attempt has ended."""
        if self._watched.pop(end.key, None) is None:
            return
        self._ends.append(end)
        self._notify()

    def _check_open(self, attempt: Attempt) -> None:
        if self._closed:
            rule = "A closed launcher starts and adopts nothing."
            raise LaunchError(rule, received=attempt.key)


class _Live:
    def __init__(self, attempt: Attempt, behaviour: Behaviour, pid: int, watchers: set[ScriptedLauncher]) -> None:
        self.attempt = attempt
        self.behaviour = behaviour
        self.pid = pid
        self.watchers = watchers


def _claim(attempt: Attempt) -> None:
    try:
        descriptor = create_claim(attempt.claim_file)
    except FileExistsError as error:
        rule = "An attempt runs at most once, and this one was claimed before."
        raise ConflictError(rule, received=attempt.key) from error
    os.write(descriptor, json.dumps({"pid": _FIRST_PID, "started_at": 0.0}).encode("ascii"))
    os.close(descriptor)


def _perform(attempt: Attempt, behaviour: Behaviour) -> None:
    with attempt.log_file.open("a", encoding="utf-8") as log:
        log.writelines(text for _, text in behaviour.output)
    for name, text in behaviour.files.items():
        file = attempt.work_folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    if behaviour.records:
        with attempt.records_file.open("a", encoding="utf-8") as records:
            records.writelines(f"{line}\n" for line in behaviour.records)


def _marker_of(behaviour: Behaviour) -> ExitMarker | None:
    if behaviour.vanishes:
        return None
    return ExitMarker(None if behaviour.signal else behaviour.exit_code, behaviour.signal, _ENDED_AT)


def _end_from(key: AttemptKey, marker: ExitMarker | None) -> AttemptEnd:
    if marker is None:
        return AttemptEnd(key, None, lost=True)
    return AttemptEnd(key, marker.exit_code, marker.signal, ended_at=marker.ended_at)
