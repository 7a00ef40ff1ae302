"""An attempt under way: what is read of it, and when it was last seen to do something."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from hyperstep.records.attempt import Attempt, AttemptEnd, Launched, ThreadUse
from hyperstep.run_store.base import AttemptRecord
from hyperstep.runtime.runner.attempt_order import AttemptOwner
from hyperstep.runtime.runner.limits import ProcessLimits
from hyperstep.runtime.runner.log_metrics import LogMetrics
from hyperstep.runtime.runner.records_file import Line, RecordsFile
from hyperstep.runtime.runner.warm.choosing import Start
from hyperstep.runtime.runner.workplace import Workplace


class ActiveAttempt(Struct):
    """One attempt, with what was read of it so far. Times in seconds since the epoch."""

    attempt: Attempt
    place: Workplace
    owner: AttemptOwner
    reader: RecordsFile
    log_metrics: LogMetrics | None
    started_at: float
    limits: ProcessLimits
    start: Start
    """How it was to be started; of one that was started before us, that nothing is known of it."""
    launched: Launched | None = None
    """How it was, once that is known."""
    threads: ThreadUse | None = None
    """How many it had at work, once somebody has looked."""
    stopped: bool = False
    """Whether we asked it to end."""
    fault: str = ""
    """Why we ended it, when a limit did."""
    last_sign_at: float = 0.0
    """When it was last seen to have written more than before."""
    written: tuple[int, int] = (0, 0)
    """Bytes of its log and of its records then."""

    def look_for_signs(self, now: float) -> None:
        """Note the present when it has written more since the last look, or at the first one."""
        written = _size(self.attempt.log_file), _size(self.attempt.records_file)
        if written != self.written or not self.last_sign_at:
            self.written, self.last_sign_at = written, now

    def bytes_written(self) -> int:
        """Of its log and its records, so far."""
        return _size(self.attempt.log_file) + _size(self.attempt.records_file)

    def read_new(self, *, to_end: bool) -> list[Line]:
        """Its next records, and those in its log where the step has them there; ``to_end`` as for ``LogMetrics``."""
        lines = self.reader.read_new()
        return [*lines, *self.log_metrics.read_new(to_end=to_end)] if self.log_metrics else lines

    def record(self, end: AttemptEnd | None = None) -> AttemptRecord:
        """What the store is to know of it now."""
        return AttemptRecord(self.attempt.key, self.started_at, end, self.reader.offset, self.launched, self.threads)

    def close(self) -> None:
        """Let go of its files."""
        self.reader.close()
        if self.log_metrics is not None:
            self.log_metrics.close()


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0
