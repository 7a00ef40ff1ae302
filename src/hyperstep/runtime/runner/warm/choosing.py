"""Whether an attempt is to be forked from a warm server, and what its end tells."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from hyperstep.launchers.process_activity import Activity
from hyperstep.pipeline.spec import StepSpec
from hyperstep.records.attempt import Attempt, AttemptEnd, Launched, WarmStart
from hyperstep.runtime.outside_code import keep_outside_code
from hyperstep.runtime.runner.context import RunnerContext
from hyperstep.runtime.runner.warm.conditions import why_never
from hyperstep.runtime.runner.warm.imports import MOST_UPDATES, NOTE_NAME, Imports, add, learn, own_places, read_note
from hyperstep.runtime.runner.warm.key import common_variables, script_key, server_key
from hyperstep.runtime.runner.warm.memory import WarmMemory
from hyperstep.runtime.runner.warm.search_path import why_shadowed
from hyperstep.runtime.runner.warm.stillness import Look, Signs
from hyperstep.runtime.runner.warm.verdict import Ending, How, Verdict, Watch, is_doubtful, is_proven
from hyperstep.runtime.runner.warm.watches import Watches
from hyperstep_trial.import_note import NOTE_VARIABLE

FIRST = "first of this script and environment"
"""Why the attempt is cold from which its imports are learnt."""
DOUBTED = "run again, as it had failed when warm"
_BELIEVED_S = 2.0
"""How long what was read of a script's imports and their files is believed."""
_ALTHOUGH = "although warm = always: "


class Start(Struct):
    """How an attempt is to be started, and what is to be seen to until its end."""

    attempt: Attempt
    why_cold: str = ""
    script: str = ""
    """Key of its script; empty when nothing is to be learnt of it."""
    server: str = ""
    """Key of its warm server; empty when it is cold."""
    watch: Watch | None = None
    """Set when it is the one that its library set is tried by."""
    always: bool = False
    """Whether it was to be warm whatever happens."""
    cold_s: float = 0.0
    """How long a cold attempt of the script took."""
    hung: str = ""
    """What was seen when it did nothing any more, and was ended for it."""
    hung_at: float = 0.0
    """When it was last looked at, in seconds since the epoch."""
    snapshot: str = ""
    """Digest of its script's folder."""
    signs: Signs | None = None
    """Of its life, while it is under a watch."""


class _Known(NamedTuple):
    read_at: float
    imports: Imports | None
    server: str = ""
    proven: bool = False
    why_cold: str = ""
    """Why no attempt of the script is to be warm, as things stand."""


class WarmStarts:
    """Decides for the attempts of one root run.

    Args:
        context: The runner's.
    """

    def __init__(self, context: RunnerContext) -> None:
        self._context = context
        self._memory = WarmMemory(context.home.path / "cache")
        self._watches = Watches(context, self._memory)
        self._known: dict[str, _Known] = {}

    def choose(self, attempt: Attempt, step: StepSpec) -> Start:
        """What is to be launched for a prepared attempt: it, perhaps with a warm start or a note asked for."""
        mode = (step.tuning.warm if step.tuning else "") or self._context.envelope.warm
        start = self._choose(attempt, step, mode)
        start.always, start.snapshot = mode == "always", step.code.snapshot
        return start

    def launched(self, start: Start, launched: Launched) -> Launched:
        """How it was started, with the reason when it was cold."""
        if start.server and launched.warm:
            return launched
        why = start.why_cold
        if start.server:
            self.forget(start)
            start.server = ""
            why = launched.why_cold or "its launcher starts every process anew"
        return launched._replace(why_cold=f"{_ALTHOUGH}{why}" if start.always else why)

    def take_up(self, attempt: Attempt, launched: Launched | None) -> Start:
        """How an attempt was started that an earlier owner of the run launched; its watch goes on, if it had one.

        Args:
            attempt: What runs, or has ended since.
            launched: How it was, as far as that owner came to record it.
        """
        is_warm = launched is not None and launched.warm
        kept = self._watches.take_up(attempt.key.run_id, is_warm=is_warm)
        if kept is None or not is_warm:
            return Start(attempt)
        imports = self._memory.imports(kept.watch.script)
        cold_s = imports.duration_s if imports else 0.0
        return Start(attempt, script=kept.watch.script, server=kept.server, watch=kept.watch, cold_s=cold_s)

    def forget(self, start: Start) -> None:
        """It was not started, or not by us, or not warm: nothing is learnt of its library set."""
        if start.watch is not None:
            self._watches.over(start.server, start.watch, Ending(How.UNTOLD))
            start.watch = None

    def hangs(self, start: Start, activity: Activity, written: int) -> bool:
        """Whether a watched attempt does nothing any more, or for very long nothing to be seen; told once.

        Args:
            start: How it was started.
            activity: What its processes do now.
            written: Bytes of its log and its records.
        """
        if start.watch is None or start.hung:
            return False
        look = Look(time.monotonic(), activity.cpu_s, written, activity.all_asleep)
        start.signs = start.signs.after(look) if start.signs else Signs.first(look)
        start.hung = start.signs.why_hung(look, self._context.home.settings.warm_patience_s, start.cold_s)
        start.hung_at = self._context.now()
        return bool(start.hung)

    def judge(
        self,
        start: Start,
        end: AttemptEnd,
        started_at: float,
        *,
        ours: bool,
        limit: str,
        retry: Callable[[AttemptEnd], bool],
    ) -> AttemptEnd:
        """Learn from the end of an attempt; returns it as it is to be recorded: as no fault of the user's, perhaps.

        Args:
            start: How it was started.
            end: Its end.
            started_at: Seconds since the epoch.
            ours: Whether we asked it to end, for no limit.
            limit: Which limit it was ended for, in words; empty when it was none.
            retry: Whether another attempt follows an end.
        """
        if end.succeeded and not (ours or limit):
            self._learn(start, (end.ended_at or self._context.now()) - started_at)
        if start.script:
            with suppress(OSError):  # a note only, that nobody needs any more
                (start.attempt.folder / NOTE_NAME).unlink(missing_ok=True)
        settled = self._watches.settle(end.key.run_id, _how(end, ours=ours, limit=limit))
        if settled is not None:
            self._known.pop(settled, None)
        if start.watch is None:
            return end
        how = How.HUNG if _is_hang(start, end) and not ours else _how(end, ours=ours, limit=limit)
        words = start.hung or limit or f"failed with exit code {end.exit_code}"
        return self._judge_watched(start, start.watch, end, Ending(how, end.signal, words), retry)

    def _choose(self, attempt: Attempt, step: StepSpec, mode: str) -> Start:
        why = why_never(mode, step.code, attempt.env)
        if why:
            return Start(attempt, why)
        python, variables = attempt.argv[0], common_variables(attempt.env, step)
        script = script_key(python, variables, step.code)
        known = self._look_up(script, python, variables)
        if known.imports is None:
            return Start(_asking_for_note(attempt), FIRST, script)
        if known.why_cold:
            return Start(attempt, known.why_cold)
        if self._watches.is_doubted(attempt.key):
            return Start(attempt, DOUBTED)
        start = Start(attempt, script=script, server=known.server, cold_s=known.imports.duration_s)
        if not known.proven:
            start.why_cold, start.watch = self._watches.claim(start.server, script, attempt.key.run_id)
        if start.why_cold:
            return Start(attempt, start.why_cold)
        if known.imports.updates < MOST_UPDATES:
            attempt = _asking_for_note(attempt)
        start.attempt = replace(attempt, warm=WarmStart(known.server, known.imports.modules))
        return start

    def _look_up(self, script: str, python: str, variables: Mapping[str, str]) -> _Known:
        """What is known of a script; read again when that was a while ago."""
        known, now = self._known.get(script), time.monotonic()
        if known is None or known.imports is None or now - known.read_at > _BELIEVED_S:
            known = self._known[script] = self._read(script, python, variables, now)
        return known

    def _read(self, script: str, python: str, variables: Mapping[str, str], now: float) -> _Known:
        imports = self._memory.imports(script)
        if imports is None:
            return _Known(now, None)
        why_cold = imports.why_cold or why_shadowed(imports, variables)
        if why_cold:
            return _Known(now, imports, why_cold=why_cold)
        server = server_key(python, variables, imports)
        return _Known(now, imports, server, self._is_proven(self._memory.verdict(server), script))

    @staticmethod
    def _is_proven(verdict: Verdict, script: str) -> bool:
        return not verdict.why_cold and is_proven(verdict, script)

    def _learn(self, start: Start, duration_s: float) -> None:
        note = read_note(start.attempt.folder / NOTE_NAME) if start.script else None
        if note is None:
            return
        work = str(start.attempt.work_folder)
        keep_outside_code(self._context.home.path, start.snapshot, own_places(note, work))
        known = self._memory.imports(start.script)
        if known is None:
            self._memory.keep_imports(start.script, learn(note, work, duration_s))
        elif start.server:
            more = add(known, note, work)
            if more is not None:
                self._memory.keep_imports(start.script, more)
                self._known.pop(start.script, None)

    def _judge_watched(
        self, start: Start, watch: Watch, end: AttemptEnd, ending: Ending, retry: Callable[[AttemptEnd], bool]
    ) -> AttemptEnd:
        doubtful = replace(end, doubt=f"it was warm, and {ending.words}", timed_out=False)
        agreed = watch.script in self._memory.verdict(start.server).agreed_for
        if is_doubtful(ending) and (agreed or not retry(doubtful)):
            ending = Ending(How.UNTOLD)
        self._watches.over(start.server, watch, ending)
        self._known.pop(watch.script, None)
        return doubtful if ending.how in {How.FAILED, How.HUNG} else end


def _how(end: AttemptEnd, *, ours: bool, limit: str) -> How:
    """How an attempt ended; one that broke a limit failed, for one that hangs does so, asleep or at work."""
    if limit and not ours:
        return How.FAILED
    if ours or end.lost or end.out_of_memory or end.timed_out:
        return How.UNTOLD
    if end.signal is not None:
        return How.SIGNAL
    return How.WELL if end.succeeded else How.FAILED


def _is_hang(start: Start, end: AttemptEnd) -> bool:
    """Whether it was ended because it did nothing; one that had ended well by itself just then has done something."""
    came_first = end.succeeded and end.ended_at is not None and end.ended_at < start.hung_at
    return bool(start.hung) and not came_first


def _asking_for_note(attempt: Attempt) -> Attempt:
    return replace(attempt, env={**attempt.env, NOTE_VARIABLE: str(attempt.folder / NOTE_NAME)})
