"""Whether a step's inputs stay as they were while its processes read them: what read others stands for nothing later.

A step is known by the content of its inputs when it begins. Their state (size, times, inode of each file) is taken
then, and looked at again when a process has ended: a change of it, also one that was undone, may have been read.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping

from hyperstep.errors import USER_FAULTS, InvalidInputError
from hyperstep.pipeline.fingerprint import counts_by_definition
from hyperstep.pipeline.reuse import INPUTS, Reason
from hyperstep.pipeline.reuse_rules import ReuseRules
from hyperstep.pipeline.spec import StepSpec
from hyperstep.records.run import RunRecord
from hyperstep.runtime.runner.data_paths import Found, content_state

INPUT_STATES = "hyperstep.input_states"
"""Property of a run of a step, or of a sweep: JSON, the state of each input when it began."""
CHANGED_INPUT = "hyperstep.changed_input"
"""Property of a trial that stands for no other: the input that had changed by its end, or that was not looked at."""
NOT_LOOKED_AT = "not looked at"
_SHARE = 0.05
"""Of the time of a sweep that may go into looking at inputs."""

States = Mapping[str, str]


def input_states(step: StepSpec, inputs: Mapping[str, Found], rules: ReuseRules) -> States:
    """The state of each input that a step is known by the content of, now; empty text for what cannot be read."""
    ports = [port.name for port in step.inputs if not counts_by_definition(step, port, rules.datasets)]
    return {name: _state(inputs[name]) for name in ports}


class NoSourceError(InvalidInputError):
    """A step that completed can stand for no other.

    Args:
        reason: What the next run of the step is told.
        part: What is to blame, as differences name it: ``inputs: data``.
        rule: What is asked of a step that can.
        received: What was there instead.
    """

    def __init__(self, reason: Reason, part: str, rule: str, received: str) -> None:
        self.reason, self.part = reason, part
        super().__init__(rule, received=received, remedy="It runs anew next time.")


class ChangedWhileReadError(NoSourceError):
    """What a step reads was changed while it ran: nobody can say what its result stands for.

    Args:
        part: As differences name it, ``inputs: data``.
        title: As a sentence begins with it.
    """

    def __init__(self, part: str, *, title: str) -> None:
        super().__init__(Reason.UNSTEADY, part, f"{title} must not change while a step reads it.", "a later change")


def require_steady(
    run: RunRecord, step: StepSpec, inputs: Mapping[str, Found], rules: ReuseRules, trials: Iterable[RunRecord] = ()
) -> None:
    """Check that the inputs of a step that has ended are as they were when it began, and when its trials ended.

    Raises:
        ChangedWhileReadError: One of them is not, or was not.
    """
    marks = (trial.properties.get(CHANGED_INPUT, "") for trial in trials)
    seen = next((mark for mark in marks if mark and mark != NOT_LOOKED_AT), "")
    changed = first_change(recorded_states(run), input_states(step, inputs, rules)) or seen
    if changed:
        raise ChangedWhileReadError(INPUTS + changed, title=f"Input '{changed}'")


def states_property(states: States) -> dict[str, str]:
    """The property by which a run keeps them; none without inputs."""
    return {INPUT_STATES: json.dumps(states)} if states else {}


def recorded_states(run: RunRecord) -> States:
    """Those that a run began with; empty for one without inputs."""
    states: dict[str, str] = json.loads(run.properties.get(INPUT_STATES, "{}"))
    return states


def first_change(before: States, now: States) -> str:
    """The first input that is not known to be as it was; empty text when all are."""
    return next((name for name in before if not before[name] or now.get(name) != before[name]), "")


class InputWatch:
    """Looks at the inputs of a sweep when its trials end; where that takes long, not for each.

    Args:
        before: The states that the sweep began with.
        look: Takes them now.
        clock: Seconds, for what a look costs.
    """

    def __init__(self, before: States, look: Callable[[], States], clock: Callable[[], float] = time.monotonic) -> None:
        self._before = before
        self._look = look
        self._clock = clock
        self._next_look = 0.0
        self._changed = ""

    def change(self, *, at_last: bool = False) -> str:
        """The input that has changed since the sweep began; ``NOT_LOOKED_AT`` when that was not asked for now.

        Args:
            at_last: Look in any case.
        """
        if self._changed or not self._before:
            return self._changed
        now = self._clock()
        if now < self._next_look and not at_last:
            return NOT_LOOKED_AT
        self._changed = first_change(self._before, self._look())
        after = self._clock()
        self._next_look = after + (after - now) / _SHARE
        return self._changed


def _state(found: Found) -> str:
    try:
        return content_state(found)
    except (*USER_FAULTS, OSError):
        return ""
