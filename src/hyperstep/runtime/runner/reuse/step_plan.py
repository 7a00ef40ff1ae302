"""What each step of a pipeline would do if it were submitted now: the runner's own decisions, without a run."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from hyperstep.errors import USER_FAULTS
from hyperstep.pipeline.graph import topological_order
from hyperstep.pipeline.plan import ALONE, StepVerdict, SweepVerdict, Verdict, is_open, verdict_of, without_inputs
from hyperstep.pipeline.reuse import Reason
from hyperstep.pipeline.reuse_rules import ReuseRules
from hyperstep.pipeline.spec import PipelineSpec, StepOutput, StepSpec
from hyperstep.records.run import RunRecord
from hyperstep.runtime.home import Home
from hyperstep.runtime.outside_code import outside_code
from hyperstep.runtime.overlay import base_of
from hyperstep.runtime.runner.data_paths import Found, find_input
from hyperstep.runtime.runner.reuse.sibling_reads import seen_at_submission
from hyperstep.runtime.runner.reuse.step_claims import claimed_by
from hyperstep.runtime.runner.reuse.step_facts import Around, Identified, StepQuestion, identify, tuning_facts
from hyperstep.runtime.runner.reuse.step_reads import STEP
from hyperstep.runtime.runner.reuse.step_reuse import look_for_source
from hyperstep.runtime.runner.reuse.step_sources import stand_in
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
    plan = _Plan(home, spec, workspace, rules, now, state)
    return tuple(_told(home, step, plan.judge(step)) for step in topological_order(spec))


def plan_single(home: Home, step: StepSpec, workspace: str, rules: ReuseRules, now: float) -> StepVerdict:
    """The same for a step that is submitted by itself."""
    return _told(home, step, _Plan(home, PipelineSpec(steps=(step,)), workspace, rules, now).plan_alone(step))


def _told(home: Home, step: StepSpec, verdict: StepVerdict) -> StepVerdict:
    return replace(verdict, outside_code=outside_code(home.path, step.code.snapshot))


_OPEN, _TO_COME = "a run that may come", "a run that is to come"
"""What computed a step of which that is not known yet, and one that runs."""
_UNDER_WAY = "an equal step is under way in another run; it is waited for, and taken over if it completes"


class _Plan:
    def __init__(
        self, home: Home, spec: PipelineSpec, workspace: str, rules: ReuseRules, now: float, state: str = ""
    ) -> None:
        self._home, self._spec, self._workspace, self._rules, self._now = home, spec, workspace, rules, now
        self._producers: dict[str, RunRecord] = {}
        """Of each step that is reused: the run that stands for it."""
        self._names = {step.id: step.name for step in spec.steps}
        self._state = state or seen_at_submission({}, {})
        self._computed: dict[str, str] = {}
        """By name of a step that was judged: the run that stands for it, or why there is none."""

    def judge(self, step: StepSpec) -> StepVerdict:
        verdict = self._judge(step)
        is_hit = verdict.verdict is Verdict.HIT and verdict.source_run is not None
        computed = verdict.source_run if is_hit else _OPEN if verdict.verdict is Verdict.DEPENDS else _TO_COME
        self._computed[step.name] = computed or _TO_COME
        return verdict

    def _judge(self, step: StepSpec) -> StepVerdict:
        unknown = {
            port.name: port.source.step
            for port in step.inputs
            if isinstance(port.source, StepOutput) and port.source.step not in self._producers
        }
        try:
            inputs = {
                port.name: find_input(self._home, self._workspace, port, self._producers)
                for port in step.inputs
                if port.name not in unknown
            }
            return self._with_unknown(step, inputs, unknown) if unknown else self._known(step, inputs)
        except (*USER_FAULTS, OSError) as error:
            return StepVerdict(step.name, step.id, Verdict.FAILS, str(error))

    def _known(self, step: StepSpec, inputs: Mapping[str, Found]) -> StepVerdict:
        answer = look_for_source(self._question(step, inputs), self._now)
        if answer.source is not None:
            self._producers[step.id] = stand_in(self._home, answer.source)
        verdict = verdict_of(step.name, step.id, answer.decision)
        if answer.source is not None:
            return verdict
        if verdict.differences and all(found.new == _OPEN for found in verdict.differences):
            because = tuple(found.part.removeprefix(f"read: {STEP} ") for found in verdict.differences)
            return replace(
                verdict, verdict=Verdict.DEPENDS, reason=_why_open(because), because_of=because, differences=()
            )
        other = claimed_by(base_of(self._home.path) or self._home.path, answer.fingerprint.digest)
        if other and answer.may_be_shared:
            return replace(verdict, verdict=Verdict.DEPENDS, reason=_UNDER_WAY, source_run=other, differences=())
        return replace(verdict, sweep=self._trials(self._question(step, inputs), answer.found))

    def _trials(self, question: StepQuestion, found: Identified) -> SweepVerdict | None:
        if question.step.tuning is None:
            return None
        return plan_trials(question, tuning_facts(question, found), self._now)

    def plan_alone(self, step: StepSpec) -> StepVerdict:
        """A step that is submitted by itself: it runs, and of its trials those that were not finished before."""
        try:
            inputs = {port.name: find_input(self._home, self._workspace, port, {}) for port in step.inputs}
            question = self._question(step, inputs)
            return StepVerdict(
                step.name, step.id, Verdict.MISS, ALONE, sweep=self._trials(question, identify(question))
            )
        except (*USER_FAULTS, OSError) as error:
            return StepVerdict(step.name, step.id, Verdict.FAILS, str(error))

    def _with_unknown(self, step: StepSpec, inputs: Mapping[str, Found], unknown: dict[str, str]) -> StepVerdict:
        """A step that some other step runs before: certain to run only if something else differs too."""
        known = replace(step, inputs=tuple(port for port in step.inputs if port.name not in unknown))
        decision = look_for_source(self._question(known, inputs), self._now).decision
        names = frozenset(unknown)
        verdict = verdict_of(step.name, step.id, replace(decision, differences=without_inputs(decision, names)))
        because = tuple(dict.fromkeys(self._names[producer] for producer in unknown.values()))
        if is_open(decision, names):
            return replace(verdict, verdict=Verdict.DEPENDS, reason=_why_open(because), because_of=because)
        if decision.reason is Reason.HIT:  # an equal step without that input: no source for this one
            return replace(verdict, verdict=Verdict.MISS, reason=Reason.CHANGED.value, because_of=because)
        return replace(verdict, because_of=because)

    def _question(self, step: StepSpec, inputs: Mapping[str, Found]) -> StepQuestion:
        names, state = tuple(self._names.values()), lambda: self._state
        around = Around(names, dict(self._computed), state, state)
        return StepQuestion(self._home, self._workspace, self._spec, step, inputs, self._rules, around)


def _why_open(because: tuple[str, ...]) -> str:
    names = ", ".join(f"'{name}'" for name in because)
    verb, whose = ("runs", "its output turns") if len(because) == 1 else ("run", "their outputs turn")
    return f"runs, because {names} {verb}; could still hit if {whose} out equal"
