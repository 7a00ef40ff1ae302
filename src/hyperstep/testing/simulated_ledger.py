"""What a simulated sweep records: the events, decisions and runs that a runner would write, a transaction an event."""

from __future__ import annotations

import json
from collections.abc import Sequence

from msgspec.structs import replace

from hyperstep.records.run import RunError, RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.run_store.base import Journal, JournalWriter, Owner, RunStore
from hyperstep.sweep.events import SweepEvent, TrialStarted, event_to_json
from hyperstep.sweep.instructions import (
    AwaitVerdicts,
    EndTrial,
    FinishSweep,
    Instruction,
    LaunchTrial,
    RecordDecision,
    StopTrial,
)


class SimulatedLedger:
    """Records a sweep as the only run of a store.

    Args:
        store: Where.
        sweep_id: Id of the sweep's run.
    """

    def __init__(self, store: RunStore, sweep_id: str = "simulated") -> None:
        sweep = RunRecord(sweep_id, sweep_id, RunKind.SWEEP, "sweep", "local", "scale", RunStatus.RUNNING, 0.0)
        self.journal: Journal = store.create([sweep], folder=sweep_id, spec={"kind": "step"})
        self._epoch = self.journal.acquire(Owner(pid=1, pid_started_at=0.0, host="simulated")).epoch
        self._sweep = sweep
        self._open: dict[int, RunRecord] = {}
        """Trials that have not ended."""

    def record(self, event: SweepEvent, instructions: Sequence[Instruction]) -> None:
        """Write the event and all that follows from it, or nothing."""
        with self.journal.transaction(self._epoch) as writer:
            sweep_id, at_s = self._sweep.id, event.at_s
            sequence = writer.append_event(sweep_id, type(event).__name__, event_to_json(event), at_s)
            if isinstance(event, TrialStarted):
                self._put(writer, event.trial, RunStatus.RUNNING)
            for instruction in instructions:
                if isinstance(instruction, RecordDecision):
                    trial = instruction.trial
                    subject = sweep_id if trial is None else f"{sweep_id}_{trial}"
                    writer.append_decision(sweep_id, sequence, instruction.kind, subject, instruction.evidence, at_s)
                else:
                    self._change(writer, instruction)

    def _change(self, writer: JournalWriter, instruction: Instruction) -> None:
        match instruction:
            case LaunchTrial():
                if instruction.trial not in self._open:
                    self._open[instruction.trial] = self._trial(instruction)
                self._put(writer, instruction.trial, RunStatus.QUEUED)
            case StopTrial():
                self._put(writer, instruction.trial, RunStatus.CANCEL_REQUESTED, reason=instruction.reason)
            case AwaitVerdicts():
                self._put(writer, instruction.trial, RunStatus.FINALIZING)
            case EndTrial():
                error = RunError("UserError", instruction.error) if instruction.status is RunStatus.FAILED else None
                self._put(writer, instruction.trial, instruction.status, reason=instruction.reason, error=error)
                del self._open[instruction.trial]
            case FinishSweep():
                writer.put_run(replace(self._sweep, status=instruction.status, reason=instruction.reason))
            case _:
                pass

    def _put(
        self,
        writer: JournalWriter,
        trial: int,
        status: RunStatus,
        reason: str = "",
        error: RunError | None = None,
    ) -> None:
        self._open[trial] = replace(self._open[trial], status=status, reason=reason, error=error)
        writer.put_run(self._open[trial])

    def _trial(self, launch: LaunchTrial) -> RunRecord:
        return replace(
            self._sweep,
            id=f"{self._sweep.id}_{launch.trial}",
            kind=RunKind.TRIAL,
            name=f"trial {launch.trial}",
            parent_id=self._sweep.id,
            number=launch.trial,
            status=RunStatus.QUEUED,
            folder=f"trial-{launch.trial:04d}",
            properties={"hyperparameters": json.dumps(launch.point)},
        )
