"""Changing a run's record: through its runner while one lives, else in the records. The one place where it is done."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.core.registry import ask_runner
from hyperstep.azureml_v1.core.session import in_job
from hyperstep.azureml_v1.exceptions import ServiceException
from hyperstep.errors import HyperstepError, InvalidInputError, NotOwnerError
from hyperstep.records.artifact import ArtifactRecord
from hyperstep.records.metric import MetricKind, MetricRecord
from hyperstep.records.run import NAMING, RunKind
from hyperstep_trial.record_writer import RecordWriter

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.run_source import RunSource
    from hyperstep.digest import Json
    from hyperstep.run_store.base import JournalWriter

_METRICS = frozenset(kind.value for kind in MetricKind)
_TAKEN_OVER = "A runner took this run over just now; do it again."
_counting = threading.Lock()
_last_sequence = 0


class RunChanges(RecordWriter):
    """Takes the records that a run's logging methods write, and brings each where it belongs.

    Args:
        source: The run.
    """

    def __init__(self, source: RunSource) -> None:
        super().__init__(str(source.home.run_folder(source.identity())), source.run_id)
        self._source = source

    @property
    def uploads_folder(self) -> str:
        """Where uploaded files are put, by name; the run's folder is made for it."""
        Path(self.folder).mkdir(parents=True, exist_ok=True)
        return super().uploads_folder

    def write(self, *records: Mapping[str, object]) -> None:
        """Carry out records: metrics, tags, properties, names, uploaded files.

        Raises:
            ServiceException: The runner refused.
        """
        metrics = [record for record in records if record["kind"] in _METRICS]
        uploads = [str(record["name"]) for record in records if record["kind"] == "upload"]
        change = _change(records)
        if uploads:
            self._add_files(uploads)
        if metrics:
            self._log(metrics)
        if change["tags"] or change["properties"]:
            self._update(change)

    def write_scalar(self, name: str, value: float, step: int | None) -> None:
        """As ``write`` of that record.

        Raises:
            ServiceException: The runner refused.
        """
        self.write({"kind": "scalar", "name": name, "value": value, "step": step, "time": time.time()})

    def sync(self) -> None:
        """Nothing to do: what was written is in the records."""

    def _update(self, change: dict[str, dict[str, Any]]) -> None:
        from hyperstep.runtime.runner.reuse.given_marks import BY_JOB  # noqa: PLC0415 - few are changed

        asked = {"run_id": self.run_id, **change, BY_JOB: in_job()}
        if not self.ask("update_run", asked):
            self._mark(asked)

    def _mark(self, request: Mapping[str, Any]) -> None:
        from hyperstep.runtime.interactive import change_runs  # noqa: PLC0415 - loads the engine
        from hyperstep.runtime.runner.run_marks import marked  # noqa: PLC0415 - as above

        source = self._source
        try:
            change_runs(source.home, source.journal, lambda: [marked(source.journal.run(self.run_id), request)])
        except NotOwnerError as error:
            raise ServiceException(_TAKEN_OVER) from error
        except InvalidInputError as error:
            raise ServiceException(error) from error

    def _log(self, lines: Sequence[Mapping[str, object]]) -> None:
        if self.ask("log", {"run_id": self.run_id, "records": [dict(line) for line in lines]}):
            return
        attempts = self._source.journal.attempts(self.run_id)
        attempt = attempts[-1].key.number if attempts else 0
        records = [_metric(self.run_id, attempt, _next_sequence(), line) for line in lines]
        self._write_directly(lambda writer: writer.add_metrics(records))

    def _add_files(self, names: Sequence[str]) -> None:
        run = self._source.identity()
        folder = self._source.home.run_folder(run) / "uploads"
        self.add_artifacts([self._stored(name, folder / name) for name in names])

    def add_artifacts(self, artifacts: Sequence[ArtifactRecord]) -> None:
        """Record files whose content is kept already."""
        files: list[Json] = [{"path": a.path, "digest": a.digest, "size": a.size} for a in artifacts]
        if files and not self.ask("add_files", {"run_id": self.run_id, "files": files}):
            for artifact in artifacts:
                self._write_directly(lambda writer, artifact=artifact: writer.add_artifact(artifact))

    def _stored(self, name: str, path: Path) -> ArtifactRecord:
        return ArtifactRecord(self.run_id, name, self._source.home.artifacts.put_file(path), path.stat().st_size)

    def ask(self, kind: str, body: Mapping[str, Any]) -> bool:
        """Have the runner do it; False when there is none.

        Raises:
            ServiceException: The runner refused.
        """
        if in_job():
            ask_runner(self._source.home, kind, body)
            return True
        if not _has_runner(self._source):
            return False
        from hyperstep.runtime.inbox import ask  # noqa: PLC0415 - only where a runner lives

        try:
            ask(self._source.home, self._source.root_id, kind, body)
        except HyperstepError as error:
            if _has_runner(self._source):
                raise ServiceException(error) from error
            return False  # it ended meanwhile
        return True

    def _write_directly(self, write: Any) -> None:  # noqa: ANN401 - Callable[[JournalWriter], object]
        journal = self._source.journal
        owner = journal.owner()
        try:
            with journal.transaction(owner.epoch if owner is not None else 0) as writer:
                _call(write, writer)
        except NotOwnerError as error:
            raise ServiceException(_TAKEN_OVER) from error


def _call(write: Any, writer: JournalWriter) -> None:  # noqa: ANN401 - Callable[[JournalWriter], object]
    write(writer)


def _next_sequence() -> int:
    """Above all that this machine has given before, so that processes and objects of one run need no agreement."""
    global _last_sequence  # noqa: PLW0603 - one count a process
    with _counting:
        _last_sequence = max(_last_sequence + 1, time.time_ns())
        return _last_sequence


def _has_runner(source: RunSource) -> bool:
    root = source.journal.run(source.root_id)
    if root.kind is RunKind.INTERACTIVE or root.status.is_terminal:
        return False
    from hyperstep.runtime.liveness import live_owner  # noqa: PLC0415 - loads the engine

    return live_owner(source.home, source.root_id) is not None


def _change(records: Sequence[Mapping[str, object]]) -> dict[str, dict[str, Any]]:
    change: dict[str, dict[str, Any]] = {"tags": {}, "properties": {}}
    for record in records:
        kind = str(record["kind"])
        if kind in {"tag", "untag"}:
            change["tags"][str(record["name"])] = record.get("value")
        elif kind == "property":
            change["properties"][str(record["name"])] = record["value"]
        elif kind in NAMING:
            change["properties"][kind] = record["value"]
    return change


def _metric(run_id: str, attempt: int, sequence: int, line: Mapping[str, Any]) -> MetricRecord:
    return MetricRecord(
        run_id=run_id,
        attempt=attempt,
        sequence=sequence,
        name=str(line["name"]),
        kind=MetricKind(line["kind"]),
        value=line.get("value"),
        step=line.get("step"),
        time=float(line.get("time") or time.time()),
    )
