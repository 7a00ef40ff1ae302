"""Changing a run's record: through its runner while one lives, else in the records. The one place where it is done."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.core.registry import ask_runner
from hyperstep.azureml_v1.core.session import in_job
from hyperstep.azureml_v1.exceptions import ServiceException, UserErrorException
from hyperstep.errors import HyperstepError, NotOwnerError
from hyperstep.records.artifact import ArtifactRecord
from hyperstep.records.metric import MetricKind, MetricRecord
from hyperstep.records.run import RunRecord
from hyperstep_trial.record_writer import RecordWriter

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.run_source import RunSource
    from hyperstep.run_store.base import JournalWriter

_METRICS = frozenset(kind.value for kind in MetricKind)
_ATTRIBUTES = frozenset({"display_name", "description"})


class RunChanges(RecordWriter):
    """Takes the records that a run's logging methods write, and brings each where it belongs.

    Args:
        source: The run.
    """

    def __init__(self, source: RunSource) -> None:
        super().__init__(str(source.home.run_folder(source.record())), source.run_id)
        self._source = source

    def write(self, *records: Mapping[str, object]) -> None:
        """Carry out records: metrics, tags, properties, names, uploaded files.

        Raises:
            ServiceException: The runner refused.
            UserErrorException: A file is given to a run that is still going on elsewhere.
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

    def sync(self) -> None:
        """Nothing to do: what was written is in the records."""

    def _update(self, change: dict[str, dict[str, Any]]) -> None:
        if not self._ask("update_run", {"run_id": self.run_id, **change}):
            run = self._source.record()
            tags = {key: value for key, value in {**run.tags, **change["tags"]}.items() if value is not None}
            properties = {**run.properties, **change["properties"]}
            self._put(dataclasses.replace(run, tags=tags, properties=properties))

    def _log(self, lines: Sequence[Mapping[str, object]]) -> None:
        if self._ask("log", {"run_id": self.run_id, "records": [dict(line) for line in lines]}):
            return
        known = self._source.journal.metrics(self.run_id)
        attempt, first = (known[-1].attempt, known[-1].sequence + 1) if known else (0, 0)
        records = [_metric(self.run_id, attempt, first + i, line) for i, line in enumerate(lines)]
        self._write_directly(lambda writer: writer.add_metrics(records))

    def _add_files(self, names: Sequence[str]) -> None:
        if in_job() or _has_runner(self._source):
            message = f"Files of a run that goes on are uploaded by its own script. Received: {', '.join(names)}."
            raise UserErrorException(message)
        for name in names:
            path = self._source.home.run_folder(self._source.record()) / "uploads" / name
            digest = self._source.home.artifacts.put_file(path)
            artifact = ArtifactRecord(self.run_id, name, digest, path.stat().st_size)
            self._write_directly(lambda writer, artifact=artifact: writer.add_artifact(artifact))

    def _ask(self, kind: str, body: Mapping[str, Any]) -> bool:
        """Have the runner do it; False when there is none."""
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

    def _put(self, run: RunRecord) -> None:
        self._write_directly(lambda writer: writer.put_run(run))
        if run.is_root:
            self._source.home.store.update_root(run)

    def _write_directly(self, write: Any) -> None:  # noqa: ANN401 - Callable[[JournalWriter], object]
        journal = self._source.journal
        owner = journal.owner()
        try:
            with journal.transaction(owner.epoch if owner is not None else 0) as writer:
                _call(write, writer)
        except NotOwnerError as error:
            message = "A runner took this run over just now; do it again."
            raise ServiceException(message) from error


def _call(write: Any, writer: JournalWriter) -> None:  # noqa: ANN401 - Callable[[JournalWriter], object]
    write(writer)


def _has_runner(source: RunSource) -> bool:
    from hyperstep.runtime.submission import live_owner  # noqa: PLC0415 - loads the engine

    return live_owner(source.home, source.root_id) is not None


def _change(records: Sequence[Mapping[str, object]]) -> dict[str, dict[str, Any]]:
    change: dict[str, dict[str, Any]] = {"tags": {}, "properties": {}}
    for record in records:
        kind = str(record["kind"])
        if kind in {"tag", "untag"}:
            change["tags"][str(record["name"])] = record.get("value")
        elif kind == "property":
            change["properties"][str(record["name"])] = record["value"]
        elif kind in _ATTRIBUTES:
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
