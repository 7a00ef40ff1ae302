"""What happens when more trials fail than may: nothing new is launched, what runs is stopped, the sweep fails.

In logical time the limit is passed by the first trial in list order that is one failure too many; later ones count
nowhere. Until the earlier ones have settled that trial is only known to be no later than the one found so far: the
trials after it are stopped at once, those before it go on.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence

from hyperstep.records.status import RunStatus
from hyperstep.sweep.instructions import EndTrial, Instruction, RecordDecision
from hyperstep.sweep.state import SweepState
from hyperstep.sweep.stopping import stop_one


def watch_failures(state: SweepState, instructions: Sequence[Instruction]) -> list[Instruction]:
    """Count the trials that ``instructions`` end as failed; past the limit, stop the others.

    From then on a trial that failed is never the best, nor in logical time one past the limit.
    """
    limit = state.limits.max_failed
    ended = [i.trial for i in instructions if isinstance(i, EndTrial) and i.status is RunStatus.FAILED]
    for trial in ended:
        insort(state.failed, trial)
        state.cohort.pass_over(trial)
    if limit is None or not ended or len(state.failed) <= limit:
        return []
    before, state.limited = state.limited, 0 if state.time is None else state.failed[limit] + 1
    if before == state.limited:
        return []
    if state.time is not None:
        for trial in range(state.limited, len(state.trials) if before is None else before):
            state.cohort.pass_over(trial)
    decisions = [] if before is not None else [RecordDecision("max_failed", None, {"limit": limit})]
    return [*decisions, *_stop_from(state, state.limited)]


def _stop_from(state: SweepState, first: int) -> list[Instruction]:
    reason = f"the limit of failed trials, {state.limits.max_failed}, was passed"
    open_trials = sorted([*state.occupied, *state.waiting])
    stopped = (stop_one(state, trial, "max_failed", reason) for trial in open_trials if trial >= first)
    return [instruction for instructions in stopped for instruction in instructions]
