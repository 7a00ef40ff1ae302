"""Who drives a run that has not ended, in words: a living runner, none yet, or one that is gone."""

from __future__ import annotations

import time

from msgspec import Struct

from hyperstep.cli.documents import Document
from hyperstep.cli.opening import unique_prefix
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.run_store.base import Owner
from hyperstep.runtime.guarding import given_up, waiting_runner
from hyperstep.runtime.home import Home
from hyperstep.runtime.liveness import is_elsewhere, live_owner, may_be_starting, standstill
from hyperstep.runtime.pause_note import read_pause
from hyperstep.runtime.runner.obstacles import words_of_want


class RunnerState(Struct, frozen=True):
    """Who drives a root run now."""

    words: str
    """``pid 12 on here``, ``none``, or that it is gone and what to do."""
    owner: Owner | None = None
    """The runner, while it lives on this machine."""
    gone: bool = False
    """The run has not ended, and nobody drives it."""
    paused: str = ""
    """Why the runner waits before it goes on; empty when it does not."""

    def document(self) -> Document:
        """What ``show --json`` says of it."""
        runner: Document | None = {"pid": self.owner.pid, "host": self.owner.host} if self.owner else None
        return {"runner": runner, "runner_gone": self.gone, "paused": self.paused or None}


def runner_state(home: Home, root: RunRecord) -> RunnerState:
    """Look who drives a root run.

    Raises:
        StoreError: Its journal cannot be read.
    """
    alive = live_owner(home, root.id)
    if alive is not None:
        paused = read_pause(home.root_folder(root.id), alive.pid)
        trouble = f"; paused: {paused}" if paused else _standstill_words(home, root, alive)
        return RunnerState(f"pid {alive.pid} on {alive.host}{trouble}", alive, paused=paused)
    if root.status.is_terminal:
        return RunnerState("none")
    journal = home.store.journal(root.id)
    try:
        last = journal.owner()
    finally:
        journal.close()
    if last is not None and is_elsewhere(last):
        return RunnerState(f"pid {last.pid} on {last.host}; whether it lives can be seen there only")
    if last is None and may_be_starting(root.created_at, time.time()):
        return RunnerState("starting")
    return _waiting(home, root) or RunnerState(gone_words(home, root), gone=True)


def _waiting(home: Home, root: RunRecord) -> RunnerState | None:
    """The runner that a trial host has started after the last one's death, and that does not own the run yet."""
    pid = None if root.kind is RunKind.INTERACTIVE else waiting_runner(home, root.id)
    if pid is None:
        return None
    want = words_of_want(home)
    words = f"pid {pid} waits to take the run over: {want}" if want else f"pid {pid} is about to take the run over"
    return RunnerState(words, paused=want)


def _standstill_words(home: Home, root: RunRecord, owner: Owner) -> str:
    """That a living runner does not get on, and what to do; empty when it does."""
    why = standstill(owner, time.time())
    return f"; {why}; hyperstep resume {unique_prefix(home, root.id)} --force takes the run over" if why else ""


def gone_words(home: Home, root: RunRecord) -> str:
    """That nobody drives a run, and what to do."""
    resume = f"hyperstep resume {unique_prefix(home, root.id)}"
    if root.kind is RunKind.INTERACTIVE:
        return f"the process that started it is gone; {resume} ends it"
    last = given_up(home, root.id)
    if last is not None:
        log = home.root_folder(root.id) / "runner.log"
        return f"its runner ended {last.restarts} times in a row ({last.how}); see {log}, then {resume}"
    return f"its runner is gone; {resume} takes it over"
