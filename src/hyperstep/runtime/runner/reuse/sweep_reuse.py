"""What a sweep that is driven takes over from others: its seed at the start, then a finished trial for each launch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property

from msgspec.structs import replace

from hyperstep.codec import to_json
from hyperstep.pipeline.reuse import ReuseDecision
from hyperstep.records.names import HISTORY, SEED_FROM
from hyperstep.records.status import RunStatus
from hyperstep.runtime.runner.attempt_order import AttemptOrder
from hyperstep.runtime.runner.context import RunnerContext, Unit
from hyperstep.runtime.runner.reuse.kept_history import history_evidence, keep_history, with_recorded
from hyperstep.runtime.runner.reuse.source_files import set_damaged_aside
from hyperstep.runtime.runner.reuse.steady_inputs import (
    CHANGED_INPUT,
    NOT_LOOKED_AT,
    InputWatch,
    input_states,
    recorded_states,
    states_property,
)
from hyperstep.runtime.runner.reuse.step_facts import TuningFacts
from hyperstep.runtime.runner.reuse.sweep_seed import with_seed
from hyperstep.runtime.runner.reuse.trial_memory import Asker, TrialMemory
from hyperstep.runtime.runner.sweep_records import point_of, trial_index
from hyperstep.runtime.runner.workplace import Workplace
from hyperstep.sweep.config import SweepConfig
from hyperstep.sweep.events import TrialReused
from hyperstep.sweep.instructions import RecordDecision


class SweepReuse:
    """Asks the memory of trials for one sweep, and keeps what is to be recorded of the answers.

    Args:
        context: The runner's.
        place: What the sweep's trials run.
        sweep_id: The sweep's run.
    """

    def __init__(self, context: RunnerContext, place: Workplace, sweep_id: str) -> None:
        self._context = context
        self._place = place
        self._sweep_id = sweep_id
        self._history: RecordDecision | None = None
        self._missed: dict[str, ReuseDecision] = {}
        """Why no finished trial stands for a trial that is about to start."""

    def begin_anew(self, config: SweepConfig) -> tuple[SweepConfig, dict[str, str]]:
        """Let others find the sweep's trials; returns it with the seed and trials taken over, and properties."""
        memory = self._memory
        if memory is None:
            return config, {}
        earlier, properties = memory.earlier_seed(config), dict[str, str]()
        if earlier is not None:
            config, properties = with_seed(config, earlier[0]), {SEED_FROM: earlier[1]}
        found = keep_history(memory, config, self._context.now())
        if found is not None:
            config, verdict = found
            self._history = RecordDecision(HISTORY, None, history_evidence(config, verdict))
            properties = {**properties, HISTORY: json.dumps(to_json(verdict))}
        memory.remember(config, self._context.now())
        return config, {**properties, **states_property(self._facts.states)}

    def take_up(self, config: SweepConfig) -> SweepConfig:
        """A sweep that an earlier runner began, with the trials that it kept."""
        return with_recorded(config, self._context.journal, self._sweep_id)

    def history(self) -> RecordDecision | None:
        """What was kept of an earlier sweep, for the ledger."""
        return self._history

    def overview(self) -> RecordDecision | None:
        """Whether there are sweeps to take trials from, for the ledger."""
        memory = self._memory
        if memory is None:
            return None
        return RecordDecision("reuse", None, {**to_json(memory.overview()), "parts": memory.parts})

    def find(self, config: SweepConfig, order: AttemptOrder, *, runs_anew: bool) -> TrialReused | None:
        """The finished trial that stands for one that is to be started.

        None for a trial that was refused one (``runs_anew``), told to stop, or resumed.
        """
        run, memory = self._context.runs[order.run_id], self._memory
        is_open = run.status is RunStatus.QUEUED and not order.number and order.resumed_files is None
        if memory is None or not is_open or runs_anew:
            return None
        answer = memory.find(config, trial_index(run.id), point_of(run), self._context.now())
        if answer is not None and answer.event is None:
            self._missed[run.id] = answer.decision
            set_damaged_aside(self._context.home, answer.decision)
        return None if answer is None else answer.event

    def ended(self, run_id: str) -> dict[str, str]:
        """The property of a trial that has ended and may stand for no other; none for one that may."""
        change = self._inputs.change()
        if change and change != NOT_LOOKED_AT:
            self._context.note(f"{run_id} can stand for no other: input '{change}' changed after the sweep had begun")
        return {CHANGED_INPUT: change} if change else {}

    def vindicate(self, unit: Unit) -> None:
        """At the sweep's end: let trials that ended without a look stand for others if no input has changed."""
        doubtful = [run for run in self._context.runs.values() if run.properties.get(CHANGED_INPUT) == NOT_LOOKED_AT]
        if doubtful and not self._inputs.change(at_last=True):
            for run in doubtful:
                properties = {name: value for name, value in run.properties.items() if name != CHANGED_INPUT}
                unit.put_run(replace(run, properties=properties))

    def take_miss(self, run_id: str) -> RecordDecision | None:
        """Why a trial that starts runs, for the ledger; once."""
        missed = self._missed.pop(run_id, None)
        return None if missed is None else RecordDecision("reuse", trial_index(run_id), to_json(missed))

    @property
    def _facts(self) -> TuningFacts:
        return self._place.facts or TuningFacts({})

    @cached_property
    def _inputs(self) -> InputWatch:
        """Asked when the sweep's run has its properties."""
        step, facts, rules = self._place.step, self._facts, self._context.envelope.reuse
        before = recorded_states(self._context.runs[self._sweep_id])
        return InputWatch(before, lambda: input_states(step, facts.inputs, rules))

    @cached_property
    def _memory(self) -> TrialMemory | None:
        """Where finished trials are looked up: by what the step was known by when the sweep began, come what may."""
        facts, run = self._place.facts, self._context.runs[self._sweep_id]
        if facts is None:
            return None
        recorded = self._context.journal.decisions(self._sweep_id)
        parts = next((d.evidence["parts"] for d in recorded if d.kind == "reuse" and "parts" in d.evidence), None)
        facts = replace(facts, parts=parts) if isinstance(parts, Mapping) else facts
        asker = Asker(run.workspace, run.id, run.root_id, self._context.journal)
        return TrialMemory(self._context.home, self._place.step, facts, self._context.envelope.reuse, asker)
