"""The run around a training script, as the script sees it; the reading side is loaded when first touched."""

from __future__ import annotations

import os
import sys

from hyperstep_trial.errors import RunEnvironmentException, UserErrorException
from hyperstep_trial.record_writer import RecordWriter
from hyperstep_trial.run_logger import RunLogger, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, Self

    from hyperstep_trial.offline import _OfflineRun

# Named, not imported: the client never depends on the engine, and loads it only for what it can not do itself.
_ENGINE_RUN = "hyperstep.azureml_v1.core.run"
_ATTACHED = "hyperstep.azureml_v1.core.attached"


class _RunType(type):
    """Makes ``Run`` stand for the engine's run class too: ``Run(experiment, id)``, ``Run.get(...)``, isinstance."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        return _load(_ENGINE_RUN).Run(*args, **kwargs)

    def __getattr__(cls, name: str) -> Any:  # noqa: ANN401
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(_load(_ENGINE_RUN).Run, name)

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, RunLogger)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, RunLogger)


class Run(RunLogger, metaclass=_RunType):
    """The run that this process is an attempt of. ``Run.get_context()`` gives it."""

    _id: str
    _writer: RecordWriter
    _set_here: dict[str, str]
    _tags_here: dict[str, str | None]
    _properties_here: dict[str, str]
    _engine_run: Any

    @classmethod
    def get_context(
        cls, allow_offline: bool = True, used_for_context_manager: bool = False, **kwargs: object
    ) -> Run | _OfflineRun:
        """The run of this process: one object, however often it is asked for.

        Args:
            allow_offline: Whether a process that is no job gets an offline run, which prints what it is told.
            used_for_context_manager: Accepted as in v1, not used.
            **kwargs: Accepted as in v1, not used.

        Raises:
            RunEnvironmentException: The process is no job, and ``allow_offline`` is False.
        """
        del used_for_context_manager, kwargs
        run_id = os.environ.get("AZUREML_RUN_ID")
        folder = os.environ.get("HYPERSTEP_ATTEMPT_FOLDER")
        if run_id and folder:
            return _runs.get(run_id) or _runs.setdefault(run_id, _job_run(run_id, folder))
        if allow_offline:
            from hyperstep_trial.offline import offline_run  # noqa: PLC0415 - not needed in a job

            return offline_run()
        message = (
            "This process is no job: AZUREML_RUN_ID and HYPERSTEP_ATTEMPT_FOLDER are not set. Submit the script with "
            "hyperstep, or call Run.get_context(allow_offline=True)."
        )
        raise RunEnvironmentException(exception_message=message)

    @classmethod
    def get_submitted_run(cls, **kwargs: object) -> Run | _OfflineRun:
        """v1's older name of ``get_context``."""
        del kwargs
        return cls.get_context()

    @property
    def id(self) -> str:
        """The run's id."""
        return self._id

    @property
    def tags(self) -> dict[str, str]:
        """The run's tags, those just set by this process included."""
        merged = {**self._attached().tags, **self._tags_here}
        return {key: value for key, value in merged.items() if value is not None}

    @property
    def display_name(self) -> str:
        """The name shown to people; can be set."""
        return self._set_here.get("display_name") or self._attached().display_name

    @display_name.setter
    def display_name(self, value: str) -> None:
        self._set("display_name", value)

    @property
    def description(self) -> str:
        """What the run is about; can be set."""
        return self._set_here.get("description") or self._attached().description

    @description.setter
    def description(self, value: str) -> None:
        self._set("description", value)

    def set_tags(self, tags: Any) -> None:  # noqa: ANN401
        """Set several tags; others stay as they are.

        Raises:
            UserErrorException: ``tags`` is no dict.
        """
        super().set_tags(tags)
        self._tags_here.update(texts("set_tags", tags))

    def remove_tags(self, tags: Any) -> None:  # noqa: ANN401
        """Remove the tags of these names; unknown names are ignored."""
        names = [tags] if isinstance(tags, str) else [str(tag) for tag in tags]
        super().remove_tags(names)
        self._tags_here.update(dict.fromkeys(names))

    def add_properties(self, properties: Any) -> None:  # noqa: ANN401
        """Add properties; one that was added before can not be changed.

        Raises:
            UserErrorException: ``properties`` is no dict, or changes a property that this process added.
        """
        added = texts("add_properties", properties)
        for key, value in added.items():
            before = self._properties_here.get(key, value)
            if before != value:
                message = f"A property can not be changed once it is added: {key!r} is {before!r}. Received: {value!r}."
                raise UserErrorException(message)
        super().add_properties(added)
        self._properties_here.update(added)

    def complete(self, _set_status: bool = True) -> None:
        """Flush. Whether the run completed is told by the exit code of the process, when it ends."""
        del _set_status
        self.flush()

    def fail(self, error_details: object = None, error_code: object = None, _set_status: bool = True) -> None:
        """Record why the run fails, and flush. The status is told by the exit code of the process, when it ends."""
        del _set_status
        code = "UserError" if error_code is None else str(error_code)
        message = "" if error_details is None else str(error_details)
        self._writer.write({"kind": "error", "code": code, "message": message})
        self.flush()

    def cancel(self) -> None:
        """Warn that a job can not cancel itself: it ends by ending its process."""
        import warnings  # noqa: PLC0415 - rare

        warnings.warn("A run can not cancel itself from inside its job; end the process instead.", stacklevel=2)

    def _records(self) -> RecordWriter:
        return self._writer

    def _set(self, kind: str, value: object) -> None:
        self._writer.write({"kind": kind, "value": str(value)})
        self._set_here[kind] = str(value)

    def _attached(self) -> Any:  # noqa: ANN401
        """The engine's run object of the same id."""
        if self._engine_run is None:
            self._engine_run = _load(_ATTACHED).attach(self)
        return self._engine_run

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        if name.startswith("_"):
            message = f"{type(self).__name__!r} object has no attribute {name!r}"
            raise AttributeError(message)
        return getattr(self._attached(), name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None or (isinstance(error, SystemExit) and not error.code):
            self.complete()
        else:
            self.fail(error_details=f"{type(error).__name__}: {error}")

    def __reduce__(self) -> tuple[Any, tuple[()]]:
        return Run.get_context, ()  # a process that inherits the environment is part of the same run

    def __repr__(self) -> str:
        return f"Run(Experiment: {os.environ.get('AZUREML_ARM_PROJECT_NAME', '')}, Id: {self._id})"


_runs: dict[str, Run] = {}


def _job_run(run_id: str, folder: str) -> Run:
    run = object.__new__(Run)
    run._id = run_id
    run._writer = RecordWriter(folder, run_id, os.environ.get("HYPERSTEP_DOORBELL", ""))
    run._set_here, run._tags_here, run._properties_here = {}, {}, {}
    run._engine_run = None
    return run


def _load(module: str) -> Any:  # noqa: ANN401
    __import__(module)
    return sys.modules[module]
