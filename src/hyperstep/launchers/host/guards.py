"""The runners that a trial host guards: started again when they die, and told apart from owners of the past."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
from pathlib import Path
from typing import IO, Any

from hyperstep.errors import means_busy_machine, means_disk_refuses
from hyperstep.launchers.host.register import Register
from hyperstep.launchers.host.standby import Standby
from hyperstep.launchers.marker import ExitMarker
from hyperstep.launchers.process_table import look_up

ORDERLY = frozenset({0, 1})
"""Exit codes of a runner that has nothing left to do: 1 means that it ended the run as failed itself."""
PAUSES_S = (0.0, 0.2, 1.0, 5.0, 20.0)
"""Before each start in a row; after as many without progress the host gives up."""
_PROGRESS_S = 60.0
"""A runner that lived so long, or has launched an attempt, is taken to have got somewhere."""
_LOOK_S = 0.2
"""Between two looks at a runner that is neither our child nor connected."""


class FencedError(Exception):
    """A command of an owner whose epoch has passed."""


class _Guarded:
    """One run's present runner."""

    def __init__(self, command: dict[str, Any]) -> None:
        self.command = command
        self.pid = 0
        self.started_at: float | None = None
        self.is_child = False
        self.client: object | None = None
        """Its connection, while it is not our child; its drop says that it may be gone."""
        self.since = time.monotonic()
        self.progress = False
        self.restarts = 0
        self.start_at: float | None = None
        """Monotonic time of the next start, when it is dead."""

    @property
    def lives(self) -> bool:
        """Whether its process is there and has not ended."""
        state = look_up(self.pid) if self.pid and self.start_at is None else None
        return state is not None and not state.zombie and state.started_at == self.started_at

    @property
    def is_adrift(self) -> bool:
        """Nothing will tell us its end: it must be looked at."""
        return self.start_at is None and not self.is_child and self.client is None


class Guards:
    """All guarded runners, by run.

    Args:
        register: Told which of the host's children are runners, for the host's keeper.
    """

    def __init__(self, register: Register) -> None:
        self._register = register
        self.standby = Standby(register)
        self._slot_of_child: dict[int, int] = {}
        self._guarded: dict[str, _Guarded] = {}
        self._run_of_child: dict[int, str] = {}
        self._epochs: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._guarded)

    @property
    def children(self) -> set[int]:
        """Process ids of all runners that are our children: guarded ones, replaced ones, who stands by to be one."""
        return {*self._run_of_child, *self.standby.children}

    def pids(self) -> dict[str, int]:
        """Process id of each guarded runner that lives."""
        return {run: guarded.pid for run, guarded in self._guarded.items() if guarded.lives}

    def check(self, run: str | None, epoch: int) -> None:
        """Let a command of a run's owner pass. A client without a run is no runner, and passes.

        Raises:
            FencedError: A later owner has been here.
        """
        if run is None:
            return
        highest = self._epochs.get(run, 0)
        if epoch < highest:
            message = f"A trial host obeys the newest owner of a run only: that of epoch {highest}, not {epoch}."
            raise FencedError(message)
        self._epochs[run] = epoch

    def start(self, command: dict[str, Any], *, extra: list[str], replace: bool) -> tuple[int, bool]:
        """Start a runner unless a guarded one lives; returns its process id and whether it was started now.

        Raises:
            OSError, ValueError: It could not be started.
        """
        known = self._guarded.get(command["run"])
        if known is not None and known.lives and not replace:
            return known.pid, False
        guarded = _Guarded(command)
        self._spawn(guarded, extra)
        self._guarded[command["run"]] = guarded
        return guarded.pid, True

    def register(self, command: dict[str, Any], pid: int, started_at: float, client: object) -> None:
        """A runner says that it owns its run; it may have been started by an earlier host."""
        run = command["run"]
        known = self._guarded.get(run)
        if known is None or known.pid != pid or known.started_at != started_at:
            known = _Guarded(command)
            known.pid, known.started_at = pid, started_at
            known.is_child = self._run_of_child.get(pid) == run
            self._guarded[run] = known
        known.client = client
        with contextlib.suppress(OSError):
            Path(command["given_up"]).unlink(missing_ok=True)

    def note_progress(self, run: str | None) -> None:
        """The run's runner has launched an attempt."""
        if run in self._guarded:
            self._guarded[run].progress = True

    def drop(self, client: object) -> None:
        """A client has gone: if it was a runner it may have died."""
        for guarded in self._guarded.values():
            if guarded.client is client:
                guarded.client = None

    def take_end(self, pid: int, marker: ExitMarker) -> bool:
        """A child of ours has ended; returns whether it was a runner, or stood by to be one."""
        run = self._run_of_child.pop(pid, None)
        if run is None:
            return self.standby.take_end(pid)
        self._register.give_back(self._slot_of_child.pop(pid))
        guarded = self._guarded.get(run)
        if guarded is not None and guarded.is_child and guarded.pid == pid:
            self._settle(run, guarded, marker)
        return True

    def seconds_to_next_look(self) -> float | None:
        """How long ``look`` has nothing to do; None when only a message or a child's end can change anything."""
        now = time.monotonic()
        waits = [max(0.0, guarded.start_at - now) for guarded in self._guarded.values() if guarded.start_at is not None]
        waits += [_LOOK_S for guarded in self._guarded.values() if guarded.is_adrift]
        return min(waits) if waits else None

    def look(self) -> None:
        """Find out who died unseen, and start those whose pause is over."""
        for run, guarded in list(self._guarded.items()):
            if guarded.is_adrift and not guarded.lives:
                self._settle(run, guarded, None)
            if guarded.start_at is not None and guarded.start_at <= time.monotonic():
                self._start_again(run, guarded)

    def forget_all(self) -> None:
        """Guard nobody any more: the runners go to another host."""
        self._guarded.clear()

    def _settle(self, run: str, guarded: _Guarded, marker: ExitMarker | None) -> None:
        """After a death: nothing, the next start, or giving up. ``marker``: None when nobody knows how it ended."""
        if marker is not None and marker.exit_code in ORDERLY:
            del self._guarded[run]
            self.standby.prepare(guarded.command)  # now that there is less to do
            return
        if guarded.progress or time.monotonic() - guarded.since >= _PROGRESS_S:
            guarded.restarts = 0
        if guarded.restarts >= len(PAUSES_S):
            del self._guarded[run]
            _say_given_up(guarded.command, guarded.restarts, _words(marker))
            return
        guarded.start_at = time.monotonic() + PAUSES_S[guarded.restarts]
        _log(guarded.command, f"trial host: runner {guarded.pid} {_words(marker)}; another one goes on")

    def _start_again(self, run: str, guarded: _Guarded) -> None:
        guarded.restarts += 1
        guarded.progress = False
        try:
            self._spawn(guarded, [])
        except (OSError, ValueError) as error:
            if means_busy_machine(error) and guarded.restarts < len(PAUSES_S):
                guarded.start_at = time.monotonic() + PAUSES_S[guarded.restarts]
                return
            del self._guarded[run]  # its folder or its interpreter is gone
            _say_given_up(guarded.command, guarded.restarts, f"cannot start: {error}")

    def _spawn(self, guarded: _Guarded, extra: list[str]) -> None:
        command = guarded.command
        argv = [*command["argv"], *extra]
        with _open_log(command["log"]) as log:
            pid = self.standby.take(command, argv, log.fileno()) or _start(command, argv, log)
        state = look_up(pid)
        guarded.pid, guarded.started_at = pid, state.started_at if state else None
        guarded.is_child, guarded.client, guarded.start_at = True, None, None
        guarded.since = time.monotonic()
        self._run_of_child[pid] = command["run"]
        self._slot_of_child[pid] = self._register.note_helper(pid)


def _start(command: dict[str, Any], argv: list[str], log: IO[bytes]) -> int:
    process = subprocess.Popen(
        argv,
        env=command["env"],
        cwd=command["cwd"],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    process.returncode = 0  # reaped by the host's loop; subprocess is not to wait for it
    return process.pid


def _open_log(file: str) -> IO[bytes]:
    """For a runner to write to; nowhere, while the disk takes nothing: the runner is to wait for that.

    Raises:
        OSError: It cannot be opened for another reason.
    """
    try:
        return open(file, "ab")  # noqa: PTH123 - a text, as the command has it; whoever starts it closes it
    except OSError as error:
        if not means_disk_refuses(error):
            raise
        return open(os.devnull, "ab")  # noqa: PTH123


def _words(marker: ExitMarker | None) -> str:
    if marker is None:
        return "is gone"
    return f"ended by signal {marker.signal}" if marker.signal else f"ended with exit code {marker.exit_code}"


def _say_given_up(command: dict[str, Any], restarts: int, how: str) -> None:
    """Leave word for whoever looks at the run next."""
    text = json.dumps({"restarts": restarts, "how": how, "at": time.time()})
    with contextlib.suppress(OSError):
        temporary = Path(f"{command['given_up']}.{os.getpid()}.tmp")
        temporary.write_text(text, encoding="ascii")
        temporary.replace(command["given_up"])
    _log(command, f"trial host: gives up after {restarts} restarts without progress; the last runner {how}")


def _log(command: dict[str, Any], line: str) -> None:
    moment = time.strftime("%Y-%m-%dT%H:%M:%S")
    with contextlib.suppress(OSError), Path(command["log"]).open("a", encoding="utf-8") as log:
        log.write(f"{moment} {line}\n")
