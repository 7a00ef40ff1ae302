"""What the estimators of single frameworks share: the framework's version, which is that of the interpreter here."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any, ClassVar

from hyperstep.azureml_v1.train.estimator import Estimator

_logger = logging.getLogger("hyperstep.azureml")


class FrameworkEstimator(Estimator):
    """An estimator that knows a framework.

    Args:
        source_directory: Folder of the script.
        framework_version: Kept; the version that the current interpreter has is used, which is said.
        worker_count: More than one is said to be one.
        parameter_server_count: More than one is said to be none.
        _enable_optimized_mode: Accepted and not used.
        **settings: As for Estimator.

    Raises:
        TrainingException: As for Estimator.
        UserErrorException: As for Estimator.
    """

    FRAMEWORK_NAME: ClassVar[str] = ""
    DEFAULT_VERSION: ClassVar[str] = ""
    _package: ClassVar[str] = ""
    """Name of the package, as pip knows it."""

    def __init__(
        self,
        source_directory: Any,  # noqa: ANN401 - as for Estimator, like all that follow
        *,
        framework_version: str | None = None,
        worker_count: int = 1,
        parameter_server_count: int = 1,
        _enable_optimized_mode: bool = False,
        **settings: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(source_directory, **settings)
        if worker_count > 1 or parameter_server_count > 1:
            _logger.warning("One process is started, not %d workers and their servers.", worker_count)
        self._framework_version = framework_version or self.DEFAULT_VERSION
        self._say_version(framework_version)

    @property
    def framework_version(self) -> str:
        """The version that was given, else v1's default; what runs is what the interpreter has."""
        return self._framework_version

    @classmethod
    def get_supported_versions(cls) -> list[str]:
        """v1's default version and the installed one. Any other is accepted, and stands for the installed one."""
        installed = _installed(cls._package)
        return [cls.DEFAULT_VERSION] if installed in {None, cls.DEFAULT_VERSION} else [cls.DEFAULT_VERSION, installed]

    def _say_version(self, wanted: str | None) -> None:
        installed = _installed(self._package)
        if installed is None:
            text = "%s is not installed for the current interpreter, which runs the script: pip install %s"
            _logger.warning(text, self.FRAMEWORK_NAME, self._package)
        elif wanted and wanted not in {installed, *_shorter(installed)}:
            text = "%s %s is asked for; the script runs with the current interpreter, which has %s."
            _logger.warning(text, self.FRAMEWORK_NAME, wanted, installed)


def given_settings(names: Mapping[str, Any]) -> dict[str, Any]:
    """What a constructor was given, by keyword.

    Args:
        names: Its ``locals()``.
    """
    return {name: value for name, value in names.items() if name not in {"self", "__class__"}}


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _shorter(full: str) -> list[str]:
    """``1.5`` and ``1`` for ``1.5.2``."""
    parts = full.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts))]
