"""Which trials of a sweep would run, before it is submitted: its controller goes through the list, and nothing runs."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from hyperstep.pipeline.plan import (
    SweepVerdict,
    TrialVerdict,
    Verdict,
    recorded_decision,
    sweep_verdict,
    trial_verdict,
)
from hyperstep.pipeline.reuse import Reason, ReuseDecision
from hyperstep.pipeline.spec import StepSpec
from hyperstep.run_store.base import Journal
from hyperstep.runtime.runner.reuse.kept_history import keep_history, told_history
from hyperstep.runtime.runner.reuse.open_verdicts import RunningSteps, looks_for_trials, open_trials
from hyperstep.runtime.runner.reuse.step_facts import StepQuestion, TuningFacts
from hyperstep.runtime.runner.reuse.sweep_seed import with_seed
from hyperstep.runtime.runner.reuse.trial_memory import Asker, TrialAnswer, TrialMemory
from hyperstep.sweep.config import SweepConfig
from hyperstep.sweep.controller import SweepController
from hyperstep.sweep.events import SweepEvent, SweepStarted, TrialEnded
from hyperstep.sweep.instructions import Instruction, LaunchTrial

_OPEN_POINT = "its point rests on results of trials that run"
_OPEN_STOP = "reused if the policy stops it within its curve, which hangs on trials that run"


def plan_trials(
    question: StepQuestion, facts: TuningFacts, now: float, around: RunningSteps | None = None
) -> SweepVerdict | None:
    """What becomes of the trials of a tuning step; None for a step that has none.

    Args:
        question: The step.
        facts: What it is known by now.
        now: Seconds since the epoch.
        around: The steps of its pipeline that run.
    """
    around = around or RunningSteps()
    tuning = question.step.tuning
    if tuning is None:
        return None
    asker = Asker(question.workspace, sweep_id="", root_id="")
    memory = TrialMemory(question.home, question.step, facts, question.rules, asker)
    config = SweepConfig.from_json(dict(tuning.config))
    earlier = memory.earlier_seed(config)
    if earlier is not None:
        config = with_seed(config, earlier[0])
    history = keep_history(memory, config, now)
    config = config if history is None else history[0]
    overview = memory.overview()
    verdict = sweep_verdict(overview, (), earlier[1] if earlier else None)
    verdict = replace(verdict, history=None if history is None else history[1])
    if overview.is_hit or (around.equal and looks_for_trials(verdict)):
        trials = tuple(_Rehearsal(config, question.step, memory, now).go_through())
        verdict = replace(verdict, trials=trials)
        return open_trials(question.home, question.step, question.rules, verdict, around)
    return verdict


class _Rehearsal:
    """A controller that is told of finished trials, and of those that would run only that they ended."""

    def __init__(self, config: SweepConfig, step: StepSpec, memory: TrialMemory, now: float) -> None:
        points = step.tuning.points if step.tuning else ()
        self._config = config
        self._memory = memory
        self._now = now
        self._controller = SweepController.replay(config, (), points)
        self._resumed, self._given = len(config.resumed), config.given
        self._launches: deque[LaunchTrial] = deque()
        self._verdicts: dict[int, TrialVerdict] = {}
        self._runs_any = False

    def go_through(self) -> Iterable[TrialVerdict]:
        self._feed(SweepStarted(at_s=0.0, slots=self._config.limits.max_concurrent))
        while self._launches:
            self._decide(self._launches.popleft())
        return [self._verdicts[number] for number in sorted(self._verdicts)]

    def _decide(self, launch: LaunchTrial) -> None:
        number = launch.trial
        if self._controller.trials[number].runs_anew:
            self._run(number, trial_verdict(number, ReuseDecision(Reason.WOULD_GO_ON)))
            return
        if self._runs_any and self._config.sampler.uses_history and number >= self._given:
            self._run(number, TrialVerdict(number, Verdict.DEPENDS, _OPEN_POINT))
            return
        answer = None if number < self._resumed else self._memory.find(self._config, number, launch.point, self._now)
        if answer is None or answer.event is None:
            decision = ReuseDecision(Reason.NO_TRIAL) if answer is None else answer.decision
            self._run(number, trial_verdict(number, decision))
        elif self._runs_any and self._hangs_on_others(answer):
            verdict = replace(trial_verdict(number, answer.decision), verdict=Verdict.DEPENDS, reason=_OPEN_STOP)
            self._run(number, verdict)
        else:
            self._verdicts[number] = trial_verdict(number, answer.decision)
            self._feed(msgspec.structs.replace(answer.event, trial=number, attempt=launch.attempt))

    def _hangs_on_others(self, answer: TrialAnswer) -> bool:
        event = answer.event
        taken_as_it_was = event is not None and event.as_it_was and not self._config.deterministic
        return event is not None and bool(event.stopped) and not taken_as_it_was

    def _run(self, number: int, verdict: TrialVerdict) -> None:
        self._verdicts[number] = verdict
        self._runs_any = True
        attempt = self._controller.attempt_of(number)
        metrics = (self._config.metric.name,)
        self._feed(TrialEnded(at_s=0.0, trial=number, attempt=attempt, exit_code=0, metrics=metrics))

    def _feed(self, event: SweepEvent) -> None:
        instructions: list[Instruction] = self._controller.handle(event)
        self._launches.extend(i for i in instructions if isinstance(i, LaunchTrial))


def told_trials(journal: Journal, sweep_id: str, seed_from: str | None) -> SweepVerdict | None:
    """The same of a sweep that has run, from its ledger; None where nothing was decided."""
    overview: ReuseDecision | None = None
    decided: dict[int, ReuseDecision] = {}
    for decision in journal.decisions(sweep_id):
        if decision.kind == "reuse":
            found = recorded_decision(decision.evidence)
            if decision.subject == sweep_id:
                overview = found
            else:
                decided[int(decision.subject.rpartition("_")[2])] = found
    if overview is None:
        return None
    verdict = sweep_verdict(overview, [trial_verdict(n, decided[n]) for n in sorted(decided)], seed_from)
    return replace(verdict, history=told_history(journal, sweep_id))
