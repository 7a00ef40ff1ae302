"""The trials by which library sets are tried, each by one at a time: warm under a watch, then cold if that failed."""

from __future__ import annotations

import os
from typing import NamedTuple

from msgspec.structs import replace

from hyperstep.launchers.process_table import boot_id, look_up
from hyperstep.records.attempt import AttemptKey
from hyperstep.runtime.runner.context import RunnerContext
from hyperstep.runtime.runner.warm.memory import WarmMemory
from hyperstep.runtime.runner.warm.verdict import (
    Ending,
    How,
    Process,
    Verdict,
    Watch,
    after_cold,
    after_watched,
    doubted,
    is_doubtful,
    is_proven,
    watching,
    why_not_now,
)


class Kept(NamedTuple):
    """A watch, and the key of the server whose library set it is over."""

    server: str
    watch: Watch


class Watches:
    """Those of the runner of one root run; they are kept in the home, so that the next runner goes on with them.

    Args:
        context: The runner's.
        memory: Where they are kept.
    """

    def __init__(self, context: RunnerContext, memory: WarmMemory) -> None:
        self._context = context
        self._memory = memory
        self._doubts: dict[str, Kept] = {}
        """Trials whose warm attempt failed, and whose next one is to show whose fault that was."""
        self._watched: set[str] = set()
        """Trials that are under a watch of ours; a watch of this process that is not here is over."""

    def claim(self, server: str, script: str, run_id: str) -> tuple[str, Watch | None]:
        """Why an attempt cannot be warm now; else, that it is the one under a watch, when one is needed.

        Args:
            server: Key of its server.
            script: Key of its script.
            run_id: Its trial.
        """
        watch = Watch(run_id, script, _this_process())
        why: list[str] = []

        def change(verdict: Verdict) -> Verdict:
            kept = verdict.watch
            lives = kept is not None and kept.run_id != watch.run_id and self._is_kept(kept)
            why.append(why_not_now(verdict, script, watcher_lives=lives))
            return verdict if why[0] or is_proven(verdict, script) else watching(verdict, watch)

        after = self._memory.change_verdict(server, change)
        if after.watch != watch:
            return why[0], None
        self._watched.add(run_id)
        return why[0], watch

    def take_up(self, run_id: str, *, is_warm: bool) -> Kept | None:
        """Keep the watch of a trial that an earlier owner of the run kept; None when there was none, or it is over.

        It is one over a warm attempt, or over the cold one that follows it under a doubt. What was
        learnt of a warm attempt whose end was not recorded after that is learnt again.
        """
        found = None if run_id in self._watched else self._memory.watch_of(run_id)
        if found is None:
            return None
        server, before = found
        watch = replace(before, runner=_this_process(), doubted=before.doubted and not is_warm)
        after = self._memory.change_verdict(server, lambda v: watching(v, watch) if v.watch == before else v)
        if after.watch != watch:
            return None
        if not is_warm and not watch.doubted:
            self.over(server, watch, Ending(How.UNTOLD))
            return None
        self._watched.add(run_id)
        kept = Kept(server, watch)
        if watch.doubted:
            self._doubts[run_id] = kept
        return kept

    def is_doubted(self, key: AttemptKey) -> bool:
        """Whether an attempt is to show whose fault the failure of the one before was."""
        if key.number:
            self.take_up(key.run_id, is_warm=False)
        return key.run_id in self._doubts

    def over(self, server: str, watch: Watch, ending: Ending) -> None:
        """Its attempt has ended, or nothing is to be learnt of it; a doubtful end is followed by a cold attempt."""
        self._memory.change_verdict(server, lambda v: after_watched(v, watch, ending) if v.watch == watch else v)
        if is_doubtful(ending):
            self._doubts[watch.run_id] = Kept(server, doubted(watch, ending))
        else:
            self._watched.discard(watch.run_id)

    def settle(self, run_id: str, how: How) -> str | None:
        """The cold attempt that followed a doubtful one has ended; returns its script's key, None without a doubt."""
        doubt = self._doubts.pop(run_id, None)
        if doubt is None:
            return None
        self._watched.discard(run_id)
        self._memory.change_verdict(doubt.server, lambda v: after_cold(v, how) if v.watch == doubt.watch else v)
        return doubt.watch.script

    def _is_kept(self, watch: Watch) -> bool:
        run = self._context.runs.get(watch.run_id)
        if run is not None and not run.status.is_terminal:  # ours, perhaps an earlier owner's, and about to be taken up
            return True
        return watch.run_id in self._watched if watch.runner == _this_process() else _lives(watch.runner)


def _this_process() -> Process:
    state = look_up(os.getpid())
    return Process(os.getpid(), state.started_at if state else 0.0, boot_id())


def _lives(process: Process) -> bool:
    state = look_up(process.pid)
    return (
        state is not None and not state.zombie and state.started_at == process.started_at and process.boot == boot_id()
    )
