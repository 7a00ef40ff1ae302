"""What each step of a pipeline would do if it were submitted now: the runner's own decisions, without a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from hyperstep.digest import Json
from hyperstep.errors import USER_FAULTS
from hyperstep.pipeline.fingerprint import fingerprint_process
from hyperstep.pipeline.graph import step_labels, topological_order
from hyperstep.pipeline.plan import ALONE, StepVerdict, Verdict, is_open, verdict_of, without_inputs
from hyperstep.pipeline.reuse import COMPARED, Difference, Reason, ReuseDecision, differences, expiry
from hyperstep.pipeline.reuse_rules import ReuseRules
from hyperstep.pipeline.spec import InputSpec, PipelineSpec, StepOutput, StepSpec
from hyperstep.records.run import RunRecord
from hyperstep.run_store.base import StoredFingerprint
from hyperstep.runtime.home import Home
from hyperstep.runtime.outside_code import outside_code
from hyperstep.runtime.overlay import base_of
from hyperstep.runtime.runner.data_paths import Found, find_input
from hyperstep.runtime.runner.reuse.open_verdicts import (
    RunningSteps,
    may_change,
    reused_if,
    written_before,
)
from hyperstep.runtime.runner.reuse.read_kinds import READS, STEP, STEPS, each_kept_read
from hyperstep.runtime.runner.reuse.seen_records import seen_at_submission
from hyperstep.runtime.runner.reuse.sibling_reads import sibling_change
from hyperstep.runtime.runner.reuse.step_claims import claimed_by
from hyperstep.runtime.runner.reuse.step_facts import (
    OPEN,
    TO_COME,
    Around,
    StepQuestion,
    TuningFacts,
    identify,
    tuning_facts,
)
from hyperstep.runtime.runner.reuse.step_reuse import ReuseAnswer, age_of, look_for_source
from hyperstep.runtime.runner.reuse.step_sources import began_at, older_than_forced, refusal, stand_in
from hyperstep.runtime.runner.reuse.trial_plan import plan_trials


def plan_pipeline(
    home: Home, spec: PipelineSpec, workspace: str, rules: ReuseRules, now: float, state: str = ""
) -> tuple[StepVerdict, ...]:
    """The verdict on each step, in an order in which they could run. No record is written.

    Args:
        home: Where it would run.
        spec: The pipeline; its graph is sound.
        workspace: Whose datastores and earlier runs.
        rules: Of the submission.
        now: Seconds since the epoch.
        state: What scripts can see of the pipeline's run when it is submitted; of one without tags without it.
    """
    plan, order = _Plan(home, spec, workspace, rules, now, state), topological_order(spec)
    return tuple(_told(home, step, verdict) for step, verdict in zip(order, plan.judge_all(), strict=True))


def plan_single(home: Home, step: StepSpec, workspace: str, rules: ReuseRules, now: float) -> StepVerdict:
    """The same for a step that is submitted by itself."""
    return _told(home, step, _Plan(home, PipelineSpec(steps=(step,)), workspace, rules, now).plan_alone(step))


def _told(home: Home, step: StepSpec, verdict: StepVerdict) -> StepVerdict:
    return replace(verdict, outside_code=outside_code(home.path, step.code.snapshot))


_STEP_READ = f"read: {STEP} "
"""How a difference begins in what was read of another step."""
_UNDER_WAY = "an equal step is under way in another run; it is waited for, and taken over if it completes"


class _Plan:
    def __init__(
        self, home: Home, spec: PipelineSpec, workspace: str, rules: ReuseRules, now: float, state: str = ""
    ) -> None:
        self._home, self._spec, self._workspace, self._rules, self._now = home, spec, workspace, rules, now
        self._producers: dict[str, RunRecord] = {}
        """Of each step that is reused: the run that stands for it."""
        self._names = {step.id: step.name for step in spec.steps}
        self._labels = step_labels(spec)
        self._state = state or seen_at_submission({}, {})
        self._computed: dict[str, str] = {}
        """By label of a step that was judged: the run that stands for it, ``OPEN`` or ``TO_COME``."""
        self._above: dict[str, frozenset[str]] = {}
        """Of each step that was judged: the ids of those that it waits for, at any distance."""
        self._sweeps: dict[str, tuple[StepQuestion, TuningFacts]] = {}
        """Of each tuning step that runs."""

    def judge_all(self) -> list[StepVerdict]:
        """The verdict on each step; on trials when it is known which other sweeps run."""
        steps = topological_order(self._spec)
        verdicts = [self._judge_noted(step) for step in steps]
        return [self._with_trials(step, verdict) for step, verdict in zip(steps, verdicts, strict=True)]

    def _judge_noted(self, step: StepSpec) -> StepVerdict:
        verdict = self._judge(step)
        is_hit = verdict.verdict is Verdict.HIT and verdict.source_run is not None
        computed = verdict.source_run if is_hit else OPEN if verdict.verdict is Verdict.DEPENDS else TO_COME
        self._computed[self._labels[step.id]] = computed or TO_COME
        return verdict

    def _judge(self, step: StepSpec) -> StepVerdict:
        self._above[step.id] = frozenset(step.upstream).union(*(self._above[above] for above in step.upstream))
        unknown: dict[str, tuple[str, ...]] = {
            port.name: (port.source.step,)
            for port in step.inputs
            if isinstance(port.source, StepOutput) and port.source.step not in self._producers
        }
        try:
            inputs: dict[str, Found] = {}
            for port in step.inputs:
                if port.name not in unknown:
                    self._find(step, port, inputs, unknown)
            return self._with_unknown(step, inputs, unknown) if unknown else self._known(step, inputs)
        except (*USER_FAULTS, OSError) as error:
            return StepVerdict(step.name, step.id, Verdict.FAILS, str(error))

    def _find(
        self, step: StepSpec, port: InputSpec, inputs: dict[str, Found], unknown: dict[str, tuple[str, ...]]
    ) -> None:
        """Look for an input; what is not there yet may be written by a step before."""
        try:
            inputs[port.name] = find_input(self._home, self._workspace, port, self._producers)
        except (*USER_FAULTS, OSError):
            running = self._running_before(step)
            if not running or isinstance(port.source, StepOutput):
                raise
            unknown[port.name] = running

    def _running_before(self, step: StepSpec) -> tuple[str, ...]:
        """The ids of the steps that run, and that a step waits for."""
        return tuple(each.id for each in self._spec.steps if each.id in self._above[step.id] - {*self._producers})

    def _known(self, step: StepSpec, inputs: Mapping[str, Found]) -> StepVerdict:
        question = self._question(step, inputs)
        answer = look_for_source(question, self._now)
        verdict = verdict_of(step.name, step.id, answer.decision)
        if verdict.differences and all(found.new == OPEN for found in verdict.differences):
            because = tuple(found.part.removeprefix(_STEP_READ) for found in verdict.differences)
            reason = reused_if(because)
            return replace(verdict, verdict=Verdict.DEPENDS, reason=reason, because_of=because, differences=())
        before = self._named(self._running_before(step))
        if before and self._may_turn(step, answer):
            reason = written_before(before)
            return replace(verdict, verdict=Verdict.DEPENDS, reason=reason, because_of=before, saved_s=None)
        if answer.source is not None:
            self._producers[step.id] = stand_in(self._home, answer.source)
            return verdict
        other = claimed_by(base_of(self._home.path) or self._home.path, answer.fingerprint.digest)
        if other and answer.may_be_shared:
            return replace(verdict, verdict=Verdict.DEPENDS, reason=_UNDER_WAY, source_run=other, differences=())
        if step.tuning is not None:
            self._sweeps[step.id] = (question, tuning_facts(question, answer.found))
        return verdict

    def _may_turn(self, step: StepSpec, answer: ReuseAnswer) -> bool:
        """Whether a step before this one can turn a hit into a miss, or bring back what had been read."""
        if answer.source is None:
            is_certain = any(_is_certain(found) for found in answer.decision.differences)
            return answer.decision.reason is Reason.READS_CHANGED and not is_certain
        return may_change(step, each_kept_read(answer.source.record.get(READS)), self._rules)

    def _with_trials(self, step: StepSpec, verdict: StepVerdict) -> StepVerdict:
        if step.id not in self._sweeps:
            return verdict
        question, facts = self._sweeps[step.id]
        process = fingerprint_process(facts.parts).digest
        equal = tuple(
            other
            for other, (_, theirs) in self._sweeps.items()
            if other != step.id
            and step.id not in self._above[other]
            and fingerprint_process(theirs.parts).digest == process
        )
        running = RunningSteps(self._named(self._running_before(step)), self._named(equal))
        try:
            return replace(verdict, sweep=plan_trials(question, facts, self._now, running))
        except (*USER_FAULTS, OSError) as error:
            return StepVerdict(step.name, step.id, Verdict.FAILS, str(error))

    def _named(self, ids: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._names[each] for each in ids))

    def plan_alone(self, step: StepSpec) -> StepVerdict:
        """A step that is submitted by itself: it runs, and of its trials those that were not finished before."""
        try:
            inputs = {port.name: find_input(self._home, self._workspace, port, {}) for port in step.inputs}
            question = self._question(step, inputs)
            sweep = plan_trials(question, tuning_facts(question, identify(question)), self._now)
            return StepVerdict(step.name, step.id, Verdict.MISS, ALONE, sweep=sweep)
        except (*USER_FAULTS, OSError) as error:
            return StepVerdict(step.name, step.id, Verdict.FAILS, str(error))

    def _with_unknown(
        self, step: StepSpec, inputs: Mapping[str, Found], unknown: Mapping[str, tuple[str, ...]]
    ) -> StepVerdict:
        """A step that some other step runs before: certain to run only if something else differs too."""
        known = replace(step, inputs=tuple(port for port in step.inputs if port.name not in unknown))
        decision = look_for_source(self._question(known, inputs), self._now).decision
        names = frozenset(unknown)
        verdict = verdict_of(step.name, step.id, replace(decision, differences=without_inputs(decision, names)))
        because = self._named(producer for producers in unknown.values() for producer in producers)
        surely = self._surely_missed(self._question(known, inputs), names) if is_open(decision, names) else None
        if surely is not None:
            told = verdict_of(step.name, step.id, surely)
            return replace(told, source_run=verdict.source_run, because_of=because)
        if is_open(decision, names):
            return replace(verdict, verdict=Verdict.DEPENDS, reason=_why_open(because), because_of=because)
        if decision.reason is Reason.HIT:  # an equal step without that input: no source for this one
            return replace(verdict, verdict=Verdict.MISS, reason=Reason.CHANGED.value, because_of=because)
        return replace(verdict, because_of=because)

    def _surely_missed(self, question: StepQuestion, names: frozenset[str]) -> ReuseDecision | None:
        """Why surely no earlier run stands for a step: its age, a forced run, or what it read of other steps.

        None where one may stand.

        Args:
            question: The step without the inputs that are not known yet.
            names: Of these inputs.
        """
        earlier = self._home.store.remembered(self._workspace, question.step.name, limit=COMPARED)
        if len(earlier) == COMPARED:  # there may be more
            return None
        parts = identify(question).fingerprint.parts
        equal = [other for other in earlier if refusal(other) is None and _differs_only_in(other, parts, names)]
        found = [self._certain_miss(other, question.around) for other in equal]
        return found[0] if found and all(found) else None

    def _certain_miss(self, source: StoredFingerprint, around: Around) -> ReuseDecision | None:
        """Why an earlier run surely stands for nothing, whatever steps write."""
        process = fingerprint_process(source.parts).digest
        barred = older_than_forced(began_at(source), [self._home.store.newest_forced(self._workspace, process)])
        if barred:
            return ReuseDecision(Reason.BARRED, source.run_id, barred)
        too_old = expiry(age_of(source, self._now), self._rules)
        if too_old is not None:
            return ReuseDecision(Reason.EXPIRED, source.run_id, (too_old,))
        changed = self._changed_steps(source, around)
        return ReuseDecision(Reason.CHANGED, source.run_id, changed) if changed else None

    def _changed_steps(self, source: StoredFingerprint, around: Around) -> tuple[Difference, ...]:
        reads = (read for read in each_kept_read(source.record.get(READS)) if read["what"] in {STEP, STEPS})
        found = (each for read in reads for each in sibling_change(self._home, read, around))
        return tuple(each for each in found if _is_certain(each))

    def _question(self, step: StepSpec, inputs: Mapping[str, Found]) -> StepQuestion:
        names, state = tuple(self._names.values()), lambda: self._state
        around = Around(names, dict(self._computed), state, state)
        return StepQuestion(self._home, self._workspace, self._spec, step, inputs, self._rules, around)


def _is_certain(found: Difference) -> bool:
    """Whether what was read of other steps is surely not what it was, whatever these write."""
    return found.part.startswith((_STEP_READ, f"read: {STEPS}")) and found.new != OPEN


def _differs_only_in(source: StoredFingerprint, parts: Mapping[str, Json], names: frozenset[str]) -> bool:
    """Whether an earlier run differs in no other inputs than these, and in no other part."""
    found = differences(source.parts, parts, lambda _digest: None)
    return not without_inputs(ReuseDecision(Reason.CHANGED, source.run_id, found), names)


def _why_open(because: tuple[str, ...]) -> str:
    names = ", ".join(f"'{name}'" for name in because)
    verb, whose = ("runs", "its output turns") if len(because) == 1 else ("run", "their outputs turn")
    return f"runs, because {names} {verb}; could still hit if {whose} out equal"
