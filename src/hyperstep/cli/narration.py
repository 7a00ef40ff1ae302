"""The display where there is no terminal: one line per noteworthy event, however many trials there are.

What can happen often (a new best, a trial stopped, a trial failed) is told at once the first time; then at least 2 s
pass before the next line of that kind, 4 s before the one after that, and so on. What happened meanwhile goes into that
next line. So the number of lines grows with the logarithm of a sweep's duration, not with its trials.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct, field

from hyperstep.cli import wording
from hyperstep.cli.view import RootView, StepView, SweepView, TrialView
from hyperstep.records.status import RunStatus

_FIRST_PAUSE_S = 2.0
_TALLY = re.compile(r"(?<!\S)\d+ trials?: \d+ [a-z ]+(, \d+ [a-z ]+)*\.")
_LISTED = 8
"""Trial numbers in one line at most."""


class _Throttle(Struct):
    pause_s: float = _FIRST_PAUSE_S
    next_at: float = 0.0

    def take(self, now: float, *, flush: bool) -> bool:
        """Whether a line may be written now; if so, the next must wait twice as long."""
        if now < self.next_at and not flush:
            return False
        self.next_at = now + self.pause_s
        self.pause_s *= 2
        return True


class _Told(Struct):
    """What has been said of one sweep."""

    introduced: bool = False
    halted: str = ""
    best: float | None = None
    ended: set[int] = field(default_factory=set)
    again: dict[int, int] = field(default_factory=dict)
    """How often each trial was started again, as it was told."""
    best_throttle: _Throttle = field(default_factory=_Throttle)
    throttles: dict[str, _Throttle] = field(default_factory=dict)


class Narrator:
    """Remembers what it has told, and tells the rest."""

    def __init__(self) -> None:
        self._roots: set[str] = set()
        self._begun: set[str] = set()
        self._ended: set[str] = set()
        self._sweeps: dict[str, _Told] = {}
        self._pauses: dict[str, str] = {}

    def tell(self, view: RootView, now: float) -> list[str]:
        """What is new since the last call, as lines without a prefix.

        Args:
            view: A submitted run as it stands.
            now: Seconds on any clock that only goes forward.
        """
        lines = [*self._introduce(view), *self._tell_pause(view)]
        for step in view.steps:
            lines.extend(self._tell_step(step, now))
        return lines

    def _introduce(self, view: RootView) -> Iterator[str]:
        if view.id in self._roots:
            return
        self._roots.add(view.id)
        steps = f", {len(view.steps)} steps" if len(view.steps) > 1 else ""
        yield f"{view.kind.value} {wording.short_id(view.id)} of experiment '{view.experiment}' submitted{steps}"

    def _tell_pause(self, view: RootView) -> Iterator[str]:
        """Once that it pauses, without the numbers that change meanwhile, and once that it goes on."""
        told = self._pauses.get(view.id, "")
        if bool(view.paused) != bool(told):
            name = f"{view.kind.value} {wording.short_id(view.id)}"
            yield f"{name} paused: {view.paused}" if view.paused else f"{name} goes on"
        self._pauses[view.id] = view.paused

    def _tell_step(self, step: StepView, now: float) -> Iterator[str]:
        if step.started_at is not None and not step.reused_from and step.id not in self._begun:
            self._begun.add(step.id)
            why = f" ({step.computed_because})" if step.computed_because else ""
            yield f"step '{step.name}' started{why}"
        if step.sweep is not None and not step.reused_from:
            yield from self._tell_sweep(step, step.sweep, now)
        if step.status.is_terminal and step.id not in self._ended:
            self._ended.add(step.id)
            yield ended_words(step)

    def _tell_sweep(self, step: StepView, sweep: SweepView, now: float) -> Iterator[str]:
        told = self._sweeps.setdefault(sweep.id, _Told())
        if not told.introduced and sweep.effective_concurrency is not None:
            told.introduced = True
            total = f"{wording.how_many(sweep.total, 'trial')} at most" if sweep.total is not None else "trials"
            yield f"{step.name}: {total}, {wording.concurrency(sweep)}; {sweep.goal.value} {sweep.metric}"
        over = sweep.status.is_terminal
        yield from self._tell_best(step, sweep, told, now)
        for words in ("stopped early", "canceled", "failed"):
            new = [t for t in sweep.trials if wording.trial_status(t) == words and t.number not in told.ended]
            if new and told.throttles.setdefault(words, _Throttle()).take(now, flush=over):
                told.ended.update(trial.number for trial in new)
                yield f"{step.name}: {_ended_trials(new, words)}"

        again = [t for t in sweep.trials if t.tried_again > told.again.get(t.number, 0)]
        if again and told.throttles.setdefault("again", _Throttle()).take(now, flush=over):
            told.again.update((trial.number, trial.tried_again) for trial in again)
            yield f"{step.name}: {_trials_again(again)}"

    @staticmethod
    def _tell_best(step: StepView, sweep: SweepView, told: _Told, now: float) -> Iterator[str]:
        best = sweep.best.best if sweep.best else None
        if best is None or best == told.best or sweep.status.is_terminal:
            return
        if told.best_throttle.take(now, flush=False):
            told.best = best
            yield f"{step.name}: best {wording.best_words(sweep)}{_progress(sweep)}"


def _trials_again(trials: Sequence[TrialView]) -> str:
    """``trial 1: attempt 2 (signal 9)``, for a few of them."""
    words = [f"trial {t.number}: attempt {t.tried_again + 1}" + f" ({t.why_again})" * bool(t.why_again) for t in trials]
    return ", ".join(words[:_LISTED]) + (f" and {len(words) - _LISTED} more" if len(words) > _LISTED else "")


def _progress(sweep: SweepView) -> str:
    """``; 3 of 20 trials ended``; nothing before the first has."""
    if not sweep.ended:
        return ""
    if sweep.total is None:
        return f"; {wording.how_many(sweep.ended, 'trial')} ended"
    return f"; {sweep.ended} of {wording.how_many(sweep.total, 'trial')} ended"


def _failed_words(step: StepView) -> str:
    found = step.failed_trials
    return "" if found is None else f"; {wording.failed_trials_words(found, step.name, found.root_run)}"


def ended_words(step: StepView) -> str:
    """How a step ended, in one line."""
    name = f"step '{step.name}'"
    if step.reused_from:
        best = f"; best {wording.best_words(step.sweep)}" if step.sweep and step.sweep.best else ""
        failed = _failed_words(step)
        return f"{name} reused from {step.reused_from}{best}{failed}"
    took = wording.elapsed(step.started_at, step.ended_at, step.ended_at or 0.0)
    how = f"{name} {wording.status_word(step.status)}" + (f" after {took}" if took else "")
    why = why_step_ended(step)
    if why:
        how += f": {why}"
    if step.sweep is None:
        return how
    best = wording.best_words(step.sweep)
    trials = f"{wording.how_many(len(step.sweep.trials), 'trial')}: {wording.counts(step.sweep)}"
    return f"{how.removesuffix('.')}; {trials}" + (f"; best {best}" if best else "")


def why_step_ended(step: StepView) -> str:
    """Why a step ended as it did, one line; without the tally of its trials, which is told anyhow."""
    if step.error:
        return wording.first_line(step.error.message)
    return reason_without_tally(step.reason) if step.sweep is not None else step.reason


def reason_without_tally(reason: str) -> str:
    """A sweep's reason without its sentence ``20 trials: 18 completed, 2 failed.``."""
    return _TALLY.sub("", reason).strip()


def why_ended(trial: TrialView) -> str:
    """Why a trial was stopped or failed, one line."""
    if trial.status is RunStatus.FAILED and trial.error:
        return wording.first_line(trial.error.message)
    return trial.reason or "no reason recorded"


def _ended_trials(trials: Sequence[TrialView], words: str) -> str:
    last = trials[-1]
    if len(trials) == 1:
        return f"trial {last.number} {words}: {why_ended(last)}"
    numbers = ", ".join(str(t.number) for t in trials[:_LISTED]) + (", …" if len(trials) > _LISTED else "")
    return f"{len(trials)} trials {words} ({numbers}); trial {last.number}: {why_ended(last)}"
