"""All that a run can be told: metrics, tags, properties, names and files."""

from __future__ import annotations

from hyperstep_trial.errors import UserErrorException
from hyperstep_trial.metric_logger import MetricLogger

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any


class RunLogger(MetricLogger):
    """The writing side of a run. A subclass says where the records go by ``_records``."""

    def tag(self, key: str, value: object = None) -> None:
        """Set a tag; its value is kept as text, empty when none is given."""
        self.set_tags({key: value})

    def set_tags(self, tags: Mapping[str, object]) -> None:
        """Set several tags; others stay as they are.

        Raises:
            UserErrorException: ``tags`` is no dict.
        """
        pairs = texts("set_tags", tags).items()
        self._records().write(*({"kind": "tag", "name": key, "value": value} for key, value in pairs))

    def remove_tags(self, tags: str | Iterable[str]) -> None:
        """Remove the tags of these names; unknown names are ignored."""
        names = [tags] if isinstance(tags, str) else list(tags)
        self._records().write(*({"kind": "untag", "name": str(name)} for name in names))

    def add_properties(self, properties: Mapping[str, object]) -> None:
        """Add properties. Unlike a tag, a property can not be changed later.

        Raises:
            UserErrorException: ``properties`` is no dict.
        """
        pairs = texts("add_properties", properties).items()
        self._records().write(*({"kind": "property", "name": key, "value": value} for key, value in pairs))

    def upload_file(self, name: str, path_or_stream: Any, datastore_name: str | None = None) -> None:  # noqa: ANN401
        """Keep a copy of a file, or of what an open stream holds, as the run's artifact ``name``.

        Raises:
            UserErrorException: There is no such file, the name was used before or is no relative path, or a datastore
                is named: files are always kept with the run.
        """
        _own_datastore_only(datastore_name)
        self._upload([(name, path_or_stream)])

    def upload_files(
        self,
        names: Sequence[str],
        paths: Sequence[str],
        return_artifacts: bool = False,
        timeout_seconds: int | None = None,
        datastore_name: str | None = None,
    ) -> None:
        """Keep copies of several files; ``return_artifacts`` and ``timeout_seconds`` are accepted and not used.

        Raises:
            TypeError: There are not as many names as paths.
            UserErrorException: As for ``upload_file``.
        """
        del return_artifacts, timeout_seconds
        _own_datastore_only(datastore_name)
        if len(names) != len(paths):
            message = f"upload_files() takes one name for each path. Received: {len(names)} names, {len(paths)} paths."
            raise TypeError(message)
        self._upload(list(zip(names, paths, strict=True)))

    def upload_folder(self, name: str, path: str, datastore_name: str | None = None) -> None:
        """Keep copies of all files below a folder as ``name/<path within the folder>``.

        Raises:
            UserErrorException: There is no such folder, or as for ``upload_file``.
        """
        from hyperstep_trial import uploads  # noqa: PLC0415 - few scripts upload

        _own_datastore_only(datastore_name)
        self._upload([(f"{name}/{relative}", file) for relative, file in uploads.files_below(path)])

    def flush(self, timeout_seconds: int = 300) -> None:
        """Have everything logged so far on the disk; each call is with the operating system already."""
        del timeout_seconds
        self._records().sync()

    def _upload(self, files: Sequence[tuple[str, Any]]) -> None:
        from hyperstep_trial import uploads  # noqa: PLC0415 - few scripts upload

        records = self._records()
        for name, source in files:
            artifact = uploads.artifact_name(name)
            uploads.store(records.uploads_folder, artifact, source)
            records.write({"kind": "upload", "name": artifact})


def texts(caller: str, values: Mapping[str, object]) -> dict[str, str]:
    """A dict's keys and values as text, None as the empty text.

    Raises:
        UserErrorException: It is no dict; the message names the caller.
    """
    if not isinstance(values, dict):
        message = f"{caller}() takes a dict. Received: {values!r}."
        raise UserErrorException(message)
    return {str(key): "" if value is None else str(value) for key, value in values.items()}


def _own_datastore_only(datastore_name: str | None) -> None:
    if datastore_name is not None:
        message = (
            f"Uploaded files are kept with their run, not in a datastore. Received: datastore_name={datastore_name!r}. "
            "Leave it out; to fill a datastore use its upload() method."
        )
        raise UserErrorException(message)
