"""Reading the primary metric from a process's output, for scripts that print it instead of logging it."""

from __future__ import annotations

import re
import time
from pathlib import Path

from hyperstep.pipeline.spec import StepSpec
from hyperstep.records.attempt import Attempt
from hyperstep.records.metric import MetricKind
from hyperstep.run_store.base import Journal
from hyperstep.runtime.runner.growing_file import GrowingFile
from hyperstep.runtime.runner.records_file import READ_BYTES, TrialLine

_BASE = 1 << 40
"""Sequences from here on are places in the log, those below are lines of the records file."""


class LogMetrics:
    """A reader of a log that remembers how far it came.

    A match's sequence is its byte offset: reading the same line twice gives the same record.

    Args:
        path: The log.
        pattern: Has one group: the number.
        metric: Name to record it under.
        offset: Bytes that were taken before.
    """

    def __init__(self, path: Path, pattern: re.Pattern[str], metric: str, offset: int = 0) -> None:
        self._file = GrowingFile(path)
        self._pattern = pattern
        self._metric = metric
        self._offset = offset

    @classmethod
    def for_step(cls, step: StepSpec, attempt: Attempt, journal: Journal) -> LogMetrics | None:
        """The reader that a tuning step asks for, going on where an earlier owner stopped; None without a pattern."""
        if step.tuning is None or not step.tuning.metric_pattern:
            return None
        metric = step.tuning.config["metric"]
        name = str(metric["name"]) if isinstance(metric, dict) else ""
        records = (r for r in journal.metrics(attempt.key.run_id) if r.attempt == attempt.key.number)
        taken = [r.sequence - _BASE for r in records if r.sequence >= _BASE]
        reader = cls(attempt.log_file, re.compile(step.tuning.metric_pattern), name)
        if taken:
            reader._skip_past(max(taken))
        return reader

    def read_new(self, *, to_end: bool = False) -> list[TrialLine]:
        """A record for each new line that matches; a progress bar's carriage return ends a line too.

        Args:
            to_end: The process has ended: what follows the last line's end is a line as well.
        """
        found: list[TrialLine] = []
        limit = READ_BYTES
        while True:
            data = self._file.read(self._offset, limit)
            is_all = len(data) < limit
            whole = data if to_end and is_all else data[: max(data.rfind(b"\n"), data.rfind(b"\r")) + 1]
            for line in whole.splitlines(keepends=True):
                found += self._match(line)
                self._offset += len(line)
            if is_all:
                return found
            limit = READ_BYTES if whole else 2 * limit

    def close(self) -> None:
        """Let go of the log."""
        self._file.close()

    def _match(self, line: bytes) -> list[TrialLine]:
        match = self._pattern.search(line.decode("utf-8", "replace"))
        if match is None:
            return []
        body = {"kind": MetricKind.SCALAR.value, "name": self._metric, "value": _number(match.group(1))}
        return [TrialLine(_BASE + self._offset, {**body, "time": time.time()})]

    def _skip_past(self, offset: int) -> None:
        """Go on after the line that begins there, cut as ``read_new`` cuts it."""
        limit = READ_BYTES
        while True:
            data = self._file.read(offset, limit)
            line = next(iter(data.splitlines(keepends=True)), b"")
            if len(line) < limit:
                self._offset = offset + len(line)
                return
            limit *= 2


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
