"""The sweep's own log, ``azureml-logs/hyperdrive.txt``: what was sampled, launched, stopped, and how it ended.

The form of a line is v1's: ``<START>[time][part][INFO]text<END>``; parts: API, GENERATOR, SCHEDULER, CONTROLLER.
"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from hyperstep.records.run import RunRecord
from hyperstep.runtime.runner.sweep_records import trial_id
from hyperstep.sweep.instructions import (
    AwaitVerdicts,
    EndTrial,
    FinishSweep,
    Instruction,
    LaunchTrial,
    RecordDecision,
    StopTrial,
)

SWEEP_LOG = "azureml-logs/hyperdrive.txt"
"""Below the sweep's folder, and its name among the sweep's artifacts."""


class SweepLog:
    """Appends lines; a log that cannot be written stops nothing.

    Args:
        folder: The sweep's folder.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / SWEEP_LOG
        self._stream: IO[bytes] | None = None

    def close(self) -> None:
        """All lines were written; a later one opens the log again."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def tell_start(self, sweep: RunRecord, *, again: bool) -> None:
        """The sweep was taken up, perhaps not for the first time."""
        how = "taken over by another runner" if again else "created"
        concurrency = sweep.properties.get("effective_concurrency", "?")
        self._write("API", f"Experiment {how}: {sweep.id}, {concurrency} at a time on this machine.")

    def tell(self, sweep_id: str, instruction: Instruction) -> None:
        """What is done next."""
        match instruction:
            case RecordDecision():
                self._tell_decision(instruction)
            case LaunchTrial():
                again = f", attempt {instruction.attempt}" if instruction.attempt else ""
                self._write("SCHEDULER", f"Scheduling job, id='{trial_id(sweep_id, instruction.trial)}'{again}")
            case StopTrial():
                self._write("CONTROLLER", f"Stopping '{trial_id(sweep_id, instruction.trial)}': {instruction.reason}")
            case AwaitVerdicts():
                self._write(
                    "SCHEDULER", f"'{trial_id(sweep_id, instruction.trial)}' awaits verdicts on earlier trials."
                )
            case EndTrial():
                self._write("SCHEDULER", f"'{trial_id(sweep_id, instruction.trial)}' ended {instruction.status.value}.")
            case FinishSweep():
                self._write("CONTROLLER", f"The sweep ends {instruction.status.value}. {instruction.reason}")

    def _tell_decision(self, decision: RecordDecision) -> None:
        evidence = json.dumps(dict(decision.evidence))
        told = {
            "sample": ("GENERATOR", f"Sampled trial {decision.trial}: {evidence}"),
            "take up": ("GENERATOR", f"Trial {decision.trial} takes up an earlier one: {evidence}"),
            "keep": ("GENERATOR", f"Trial {decision.trial} is kept from an earlier sweep: {evidence}"),
            "exhausted": ("GENERATOR", "All points of the search space have been sampled."),
            "halt": ("CONTROLLER", f"No further launches: {evidence}"),
            "max_failed": ("CONTROLLER", f"Too many trials failed: {evidence}"),
        }
        if decision.kind in told:
            self._write(*told[decision.kind])

    def _write(self, part: str, text: str) -> None:
        moment = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = f"<START>[{moment}][{part}][INFO]{text}<END>\n".encode("utf-8", "backslashreplace")
        with suppress(OSError):
            self._open().write(line)

    def _open(self) -> IO[bytes]:
        """Unbuffered: whoever reads the log has each line."""
        if self._stream is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = self.path.open("ab", buffering=0)
        return self._stream
