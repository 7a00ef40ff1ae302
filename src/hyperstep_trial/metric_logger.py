"""The ``log*`` calls of a run, over whatever writes its records."""

# pathlib costs milliseconds, which each trial would pay:
# ruff: noqa: PTH108, PTH109, PTH110, PTH113, PTH118, PTH119, PTH122

from __future__ import annotations

import os
import time

from hyperstep_trial import values
from hyperstep_trial.errors import AzureMLException, UserErrorException
from hyperstep_trial.record_writer import RecordWriter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class MetricLogger:
    """Logs metrics. A subclass says where the records go by ``_records``.

    ``description`` is accepted everywhere as in v1, and not recorded.
    """

    def _records(self) -> RecordWriter:
        raise NotImplementedError

    def log(self, name: str, value: object, description: str = "", step: int | None = None) -> None:
        """Log one value of a metric; several calls make a series.

        Args:
            name: The metric.
            value: A number, text, bool or None; other objects are kept as their ``repr``.
            description: Accepted, not recorded.
            step: Position on the x axis, when the order of the calls does not say it.

        Raises:
            UserErrorException: The value is a list, tuple, range or generator.
        """
        del description
        if type(name) is str and values.is_plain_number(value) and (step is None or values.is_plain_whole(step)):
            self._records().write_scalar(name, value, step)
        else:
            self._metric("scalar", name, values.scalar(name, value), step)

    def log_list(self, name: str, value: object, description: str = "") -> None:
        """Log several values of a metric at once; an empty list logs nothing.

        Raises:
            UserErrorException: The value is no list, or holds a list.
        """
        del description
        items = values.scalars(name, value)
        if items:
            self._metric("list", name, items)

    def log_row(self, name: str, description: str | None = None, **kwargs: object) -> None:
        """Log one row of a table, its columns given by keyword; no columns log nothing.

        Raises:
            UserErrorException: A value is a list.
        """
        del description
        row = {column: values.scalar(name, value) for column, value in kwargs.items()}
        if row:
            self._metric("row", name, row)

    def log_table(self, name: str, value: object, description: str = "") -> None:
        """Log a table as a dict of equally long columns; a table without rows logs nothing.

        Raises:
            AzureMLException: The value is no dict, or its columns differ in length.
        """
        del description
        table = values.columns(name, value)
        if any(table.values()):
            self._metric("table", name, table)

    def log_image(self, name: str, path: Any = None, plot: Any = None, description: str = "") -> None:  # noqa: ANN401
        """Log an image: a PNG, JPEG, GIF, BMP or WebP file, or a plot that has ``savefig``.

        Raises:
            AzureMLException: Both or neither of path and plot are given, or the file is no such image.
        """
        del description
        if (path is None) == (plot is None):
            message = (
                f"log_image() takes exactly one of path and plot. Received for {name!r}: path={path!r}, plot={plot!r}."
            )
            raise AzureMLException(message)
        artifact = self._store_plot(name, plot) if path is None else self._store_image(name, path)
        self._records().write(_upload(artifact), _record("image", name, artifact))

    def log_confusion_matrix(self, name: str, value: object, description: str = "") -> None:
        """Log a confusion matrix as v1's dict or its JSON text; it is kept as an artifact of that name.

        Raises:
            UserErrorException: It is neither, or the name was used for a file before.
        """
        del description
        self._document(name, value)

    def log_accuracy_table(self, name: str, value: object, description: str = "") -> None:
        """Log an accuracy table as v1's dict or its JSON text; it is kept as an artifact of that name.

        Raises:
            UserErrorException: It is neither, or the name was used for a file before.
        """
        del description
        self._document(name, value)

    def log_residuals(self, name: str, value: object, description: str = "") -> None:
        """Log residuals as v1's dict or its JSON text; they are kept as an artifact of that name.

        Raises:
            UserErrorException: It is neither, or the name was used for a file before.
        """
        del description
        self._document(name, value)

    def log_predictions(self, name: str, value: object, description: str = "") -> None:
        """Log predictions as v1's dict or its JSON text; they are kept as an artifact of that name.

        Raises:
            UserErrorException: It is neither, or the name was used for a file before.
        """
        del description
        self._document(name, value)

    def _metric(self, kind: str, name: object, value: object, step: object = None) -> None:
        self._records().write(_record(kind, name, value, _step(name, step)))

    def _store_image(self, name: str, path: Any) -> str:  # noqa: ANN401
        source = os.fspath(path)
        if not os.path.isfile(source):
            message = f"There is no image at {source!r} (from {os.getcwd()}), to be logged as {name!r}."
            raise AzureMLException(message)
        from hyperstep_trial import images  # noqa: PLC0415 - few scripts log images

        if not images.is_image(source):
            message = f"An image must be a PNG, JPEG, GIF, BMP or WebP file. Received for {name!r}: {source!r}."
            raise AzureMLException(message)
        return self._store_under_free_name(os.path.basename(source), source)

    def _store_plot(self, name: str, plot: Any) -> str:  # noqa: ANN401
        if not hasattr(plot, "savefig"):
            message = f"A plot must have a savefig() method, as matplotlib's have. Received for {name!r}: {plot!r}."
            raise AzureMLException(message)
        drawn = os.path.join(self._records().folder, f"plot-{os.getpid()}-{os.urandom(6).hex()}.png")
        try:
            plot.savefig(drawn)
            return self._store_under_free_name(f"{name}_{int(time.time())}.png", drawn)
        finally:
            if os.path.exists(drawn):
                os.unlink(drawn)

    def _store_under_free_name(self, name: str, source: str) -> str:
        from hyperstep_trial import uploads  # noqa: PLC0415 - few scripts upload

        wanted = uploads.artifact_name(name)
        stem, extension = os.path.splitext(wanted)
        folder = self._records().uploads_folder
        count = 0
        while os.path.lexists(os.path.join(folder, wanted)):
            count += 1
            wanted = f"{stem}_{count}{extension}"
        uploads.store(folder, wanted, source)
        return wanted

    def _document(self, name: str, value: object) -> None:
        import io  # noqa: PLC0415 - rare; ``json`` costs milliseconds
        import json  # noqa: PLC0415

        from hyperstep_trial import uploads  # noqa: PLC0415

        text = value if isinstance(value, str) else json.dumps(value, default=lambda item: _plain(name, item))
        try:
            document = json.loads(text)
        except ValueError as error:
            message = f"The value must be a dict or the JSON text of one. Received for {name!r}: {value!r}."
            raise UserErrorException(message, inner_exception=error) from error
        if not isinstance(document, dict):
            message = f"The value must be a dict or the JSON text of one. Received for {name!r}: {value!r}."
            raise UserErrorException(message)
        artifact = uploads.artifact_name(name)
        uploads.store(self._records().uploads_folder, artifact, io.StringIO(text))
        self._records().write(_upload(artifact), _record("artifact", name, artifact))


def _record(kind: str, name: object, value: object, step: int | None = None) -> dict[str, object]:
    return {"kind": kind, "name": str(name), "value": value, "step": step, "time": time.time()}


def _upload(artifact: str) -> dict[str, object]:
    return {"kind": "upload", "name": artifact}


def _plain(name: str, item: Any) -> object:  # noqa: ANN401
    return item.tolist() if hasattr(item, "tolist") else values.scalar(name, item)


def _step(name: object, step: object) -> int | None:
    plain = values.scalar(str(name), step)
    if plain is None or (isinstance(plain, int) and not isinstance(plain, bool)):
        return plain
    if isinstance(plain, float) and plain.is_integer():
        return int(plain)
    message = f"step must be a whole number. Received for {name!r}: {step!r}."
    raise UserErrorException(message)
