"""The run of a script that is no job: it prints what it is told, and records nothing."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from types import TracebackType
    from typing import Self


class _OfflineRun:  # named so in v1, where scripts test for it
    """Takes the calls that a training script makes. It has no reading side: no experiment, parent or get_metrics.

    Args:
        run_id: Its id; made up when not given.
    """

    def __init__(self, run_id: str | None = None) -> None:
        self._id = run_id or f"OfflineRun_{_random_uuid()}"

    @property
    def id(self) -> str:
        """``OfflineRun_`` and a random UUID."""
        return self._id

    def log(self, name: str, value: object, description: str = "") -> None:
        """Print a metric's value."""
        del description
        self._show_metric("scalar", name, value)

    def log_list(self, name: str, value: object, description: str = "") -> None:
        """Print a metric's values."""
        del description
        self._show_metric("list", name, value)

    def log_row(self, name: str, description: str | None = None, **kwargs: object) -> None:
        """Print a row."""
        del description
        self._show_metric("row", name, kwargs)

    def log_table(self, name: str, value: object, description: str = "") -> None:
        """Print a table."""
        del description
        self._show_metric("table", name, value)

    def log_image(self, name: str, path: object = None, plot: object = None, description: str = "") -> None:
        """Print which image would be logged."""
        del description
        self._show_metric("image", name, plot if path is None else path)

    def log_residuals(self, name: str, value: object, description: str = "") -> None:
        """Print residuals."""
        del description
        self._show_metric("residual", name, value)

    def log_predictions(self, name: str, value: object, description: str = "") -> None:
        """Print predictions."""
        del description
        self._show_metric("predictions", name, value)

    def log_accuracy_table(self, name: str, value: object, description: str = "") -> None:
        """Print an accuracy table."""
        del description
        self._show_metric("accuracy_table", name, value)

    def log_confusion_matrix(self, name: str, value: object, description: str = "") -> None:
        """Print a confusion matrix."""
        del description
        self._show_metric("confusion_matrix", name, value)

    def tag(self, key: str, value: object = None) -> None:
        """Print a tag."""
        self._show(f"tag {key}: {value}")

    def set_tags(self, tags: Mapping[str, object]) -> None:
        """Print tags."""
        self._show(f"tags {tags}")

    def remove_tags(self, tags: str | Iterable[str]) -> None:
        """Print the tags that would be removed."""
        self._show(f"removal of tags {tags}")

    def add_properties(self, properties: Mapping[str, object]) -> None:
        """Print properties."""
        self._show(f"properties {properties}")

    def upload_file(self, name: str, path_or_stream: object, datastore_name: str | None = None) -> None:
        """Print which file would be uploaded."""
        del datastore_name
        self._show(f"upload of {path_or_stream} as {name}")

    def upload_files(
        self,
        names: Sequence[str],
        paths: Sequence[str],
        return_artifacts: bool = False,
        timeout_seconds: int | None = None,
        datastore_name: str | None = None,
    ) -> None:
        """Print which files would be uploaded."""
        del return_artifacts, timeout_seconds, datastore_name
        self._show(f"upload of {paths} as {names}")

    def upload_folder(self, name: str, path: object, datastore_name: str | None = None) -> None:
        """Print which folder would be uploaded."""
        del datastore_name
        self._show(f"upload of folder {path} as {name}")

    def flush(self, timeout_seconds: int = 300) -> None:
        """Print that there is nothing to flush."""
        del timeout_seconds
        self._show("flush")

    def child_run(self, name: str | None = None, run_id: str | None = None, outputs: object = None) -> _OfflineRun:
        """An offline run whose id is ``<this id>.<name>``."""
        del outputs
        return _OfflineRun(run_id or f"{self._id}.{name}")

    def complete(self, _set_status: bool = True) -> None:
        """Do nothing: nobody keeps a status."""

    def cancel(self) -> None:
        """Do nothing: nobody keeps a status."""

    def fail(self, error_details: object = None, error_code: object = None, _set_status: bool = True) -> None:
        """Print the failure."""
        self._show(f"failure {error_code or ''} {error_details or ''}".rstrip())

    def __enter__(self) -> Self:
        _say(f"Offline run {self._id} started.")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        _say(f"Offline run {self._id} stopped.")

    def _show_metric(self, kind: str, name: str, value: object) -> None:
        self._show(f"{kind} metric {name}:\n{value}")

    def _show(self, what: str) -> None:
        _say(f"Offline, not recorded: {what}")


_made: list[_OfflineRun] = []


def offline_run() -> _OfflineRun:
    """The offline run of this process: one object, so that all its calls share an id."""
    if not _made:
        _made.append(_OfflineRun())
    return _made[0]


def _random_uuid() -> str:
    """A version 4 UUID (RFC 9562, section 5.4); the ``uuid`` module costs milliseconds."""
    raw = bytearray(os.urandom(16))
    raw[6] = raw[6] & 0x0F | 0x40
    raw[8] = raw[8] & 0x3F | 0x80
    digits = raw.hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - printing is all that an offline run does
