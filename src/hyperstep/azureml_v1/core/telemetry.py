"""Telemetry and diagnostic logs: nothing is sent anywhere; a log is written where one is asked for."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

_logger = logging.getLogger("hyperstep.azureml")
_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


def set_diagnostics_collection(send_diagnostics: bool = True, verbosity: int = logging.INFO) -> None:
    """Accepted, whatever is asked for: nothing is collected and nothing is sent."""
    del verbosity
    if send_diagnostics:
        _logger.info("No diagnostics are collected here, whatever set_diagnostics_collection() asks for.")


def get_telemetry_log_handler(*args: object, **kwargs: object) -> logging.Handler:
    """A handler that drops everything."""
    del args, kwargs
    return logging.NullHandler()


class diagnostic_log:  # noqa: N801 - v1's name
    """Writes this API's log messages, all of them, to a file while it is used in a ``with`` block.

    Args:
        log_path: The file, or a folder for ``azureml-core.log``; the current folder without it.
        namespaces: Names of further loggers to write.
        context_name: A word to begin with.
    """

    def __init__(
        self,
        log_path: str | Path | None = None,
        namespaces: Sequence[str] | None = None,
        context_name: str | None = None,
    ) -> None:
        path = Path(log_path) if log_path is not None else Path()
        self._path = path / "azureml-core.log" if path.is_dir() else path
        self._loggers = [logging.getLogger(name) for name in ("hyperstep", *(namespaces or ()))]
        self._context_name = context_name or ""
        self._handler: logging.Handler | None = None
        self._levels: list[int] = []

    def start_capture(self) -> None:
        """Begin to write."""
        if self._handler is not None:
            return
        self._handler = logging.FileHandler(self._path, encoding="utf-8")
        self._handler.setFormatter(logging.Formatter(f"{self._context_name} {_FORMAT}".strip()))
        self._levels = [logger.level for logger in self._loggers]
        for logger in self._loggers:
            logger.addHandler(self._handler)
            logger.setLevel(logging.DEBUG)

    def stop_capture(self) -> None:
        """Write no more."""
        if self._handler is None:
            return
        for logger, level in zip(self._loggers, self._levels, strict=True):
            logger.removeHandler(self._handler)
            logger.setLevel(level)
        self._handler.close()
        self._handler = None

    def __enter__(self) -> Self:
        self.start_capture()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop_capture()
