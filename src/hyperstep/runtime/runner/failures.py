"""Saying why a process failed: its exit and the end of its log."""

from __future__ import annotations

import re
import signal
from pathlib import Path

from hyperstep.records.attempt import AttemptEnd
from hyperstep.records.run import RunError

_TAIL_BYTES = 64 * 1024
_TAIL_LINES = 30
_EXCEPTION_LINE = re.compile(r"^[A-Za-z_][\w.]*(Error|Exception|Warning|Interrupt|Exit|Iteration)\b.*")


def log_tail(log_file: Path, lines: int = _TAIL_LINES) -> str:
    """The last lines of a log."""
    if not log_file.exists():
        return ""
    with log_file.open("rb") as stream:
        stream.seek(max(0, log_file.stat().st_size - _TAIL_BYTES))
        text = stream.read().decode("utf-8", "replace")
    return "\n".join(text.splitlines()[-lines:])


def failure_of(end: AttemptEnd, log_file: Path) -> RunError:
    """The error record of an attempt that did not succeed."""
    if end.lost:
        return RunError(
            "SystemError", "The process is gone and left no exit code: it was killed together with its host."
        )
    tail = log_tail(log_file)
    cause = next((line for line in reversed(tail.splitlines()) if _EXCEPTION_LINE.match(line)), "")
    how = f"ended by {_signal_name(end.signal)}" if end.signal else f"exit code {end.exit_code}"
    if end.out_of_memory:
        return RunError("SystemError", f"The system ran out of memory, and ended the process ({how}).", details=tail)
    return RunError("UserError", f"{cause} ({how})" if cause else _last_line(tail, how), details=tail)


def _last_line(tail: str, how: str) -> str:
    last = tail.strip().rpartition("\n")[2]
    return f"{how}; its last line was: {last}" if last else f"{how}, without a word in its log"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
