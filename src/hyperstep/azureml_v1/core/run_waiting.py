"""Waiting for a run: watching its records cheaply, and showing its log while it grows."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from hyperstep.azureml_v1.core.run_details import details
from hyperstep.azureml_v1.core.run_source import SWEEP_LOG, RunSource, say_taken_over
from hyperstep.azureml_v1.exceptions import ActivityFailedException, ExperimentExecutionException
from hyperstep.records.status import RunStatus
from hyperstep.runtime.foreground import after_interrupt

if TYPE_CHECKING:
    from hyperstep.records.run import RunRecord

POLL_S = 0.05
"""Seconds between two looks at the records."""

_CHECK_RUNNER_S = 5.0
"""Doubled with each restart: a runner needs time to start on a busy machine."""

_MOST_RESTARTS = 4
_RULE = "=" * 40


def wait(source: RunSource, link: str, *, show_output: bool, raise_on_error: bool) -> RunRecord:
    """Wait for the end of a run; returns its last record.

    Args:
        source: The run.
        link: Where a person sees more of it.
        show_output: Print its log while it grows, between v1's landmarks.
        raise_on_error: Raise when it failed.

    Raises:
        ActivityFailedException: It failed, and ``raise_on_error`` is True.
        ExperimentExecutionException: The waiting was interrupted (the run goes on), or nothing drives the run.
    """
    log = LogPrinter(source) if show_output else None
    if log is not None:
        _say(f"RunId: {source.run_id}\nWeb View: {link}\n")
    try:
        run = wait_for_end(source, log.print_new if log is not None else _nothing)
    except KeyboardInterrupt as error:
        message = f"The waiting was interrupted; {after_interrupt(source.run_id)}. See it with: {link}"
        raise ExperimentExecutionException(message) from error
    if log is not None:
        _say(f"\nExecution Summary\n{_RULE}\nRunId: {source.run_id}\nWeb View: {link}\n")
    if run.status is RunStatus.FAILED:
        _tell_failure(source, raise_on_error=raise_on_error, show_output=show_output)
    return run


def wait_for_end(
    source: RunSource, on_look: Callable[[], None], *, done: Callable[[RunRecord], bool] | None = None
) -> RunRecord:
    """Wait until a run has ended (or ``done`` says so); a runner that died is started again.

    Args:
        source: The run.
        on_look: Called at each look.
        done: Whether to stop waiting.

    Raises:
        ExperimentExecutionException: Its runner dies again and again.
    """
    watch = _RunnerWatch(source)
    version: int | None = None
    run = source.record()
    while True:
        newest = source.journal.version()
        if newest != version:
            version, run = newest, source.record()
        on_look()
        if run.status.is_terminal or (done is not None and done(run)):
            return run
        watch.look()
        time.sleep(POLL_S)


class LogPrinter:
    """Prints what was added to a run's log.

    Args:
        source: The run.
    """

    def __init__(self, source: RunSource) -> None:
        self._source = source
        self._file: Path | None = None
        self._offset = 0

    def print_new(self) -> None:
        """Print what was added since the last call."""
        if self._file is None:
            self._file = self._source.log_file()
            if self._file is None:
                return
            name = SWEEP_LOG if self._file.name == Path(SWEEP_LOG).name else "user_logs/std_log.txt"
            _say(f"Streaming {name}\n{_RULE}\n")
        with self._file.open("rb") as stream:
            stream.seek(self._offset)
            data = stream.read()
        self._offset += len(data)
        if data:
            sys.stdout.write(data.decode("utf-8", errors="replace"))
            sys.stdout.flush()


class _RunnerWatch:
    def __init__(self, source: RunSource) -> None:
        self._source = source
        self._next_look = time.monotonic() + _CHECK_RUNNER_S
        self._restarts = 0

    def look(self) -> None:
        if time.monotonic() < self._next_look:
            return
        self._restarts += self._ensure_runner()
        self._next_look = time.monotonic() + _CHECK_RUNNER_S * 2**self._restarts
        if self._restarts > _MOST_RESTARTS:
            log = self._source.home.root_folder(self._source.root_id) / "runner.log"
            message = f"The runner of run {self._source.root_id} ends again and again; see {log}."
            raise ExperimentExecutionException(message)

    def _ensure_runner(self) -> bool:
        """Start a runner when there is none; returns whether one was started."""
        from hyperstep.runtime.submission import ensure_runner, is_abandoned  # noqa: PLC0415 - loads the engine

        home, root_id = self._source.home, self._source.root_id
        if home.settings.resume == "never" and is_abandoned(home, root_id):
            message = f"Nothing drives run {root_id}, and the settings say never to resume: hyperstep resume {root_id}"
            raise ExperimentExecutionException(message)
        started = ensure_runner(home, root_id)
        if started:
            say_taken_over(root_id)
        return started


def _tell_failure(source: RunSource, *, raise_on_error: bool, show_output: bool) -> None:
    error = details(source).get("error") or {"error": {"code": "UserError", "message": "The run failed."}}
    if raise_on_error:
        raise ActivityFailedException(error)
    if show_output:
        _say(f"Error: {error['error']['message']}\n")


def _nothing() -> None:
    """Show nothing."""


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
