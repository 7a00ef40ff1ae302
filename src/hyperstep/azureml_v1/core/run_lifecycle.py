"""Runs that a script drives itself: begun, ended, with runs below them. Others are driven by their runner."""

from __future__ import annotations

from hyperstep.azureml_v1.core.run_base import RunBase

TYPE_CHECKING = False  # a name that type checkers know; ``typing`` itself costs milliseconds
if TYPE_CHECKING:
    import builtins
    from collections.abc import Mapping, Sequence
    from types import TracebackType
    from typing import Any, Self

    from hyperstep.azureml_v1.core.run import Run

# Each method loads what it needs when it is called, so that importing this module stays light:
# ruff: noqa: PLC0415


class RunLifecycle(RunBase):
    """Beginning and ending a run, and opening runs below it."""

    def start(self) -> None:
        """Say that a run made by ``create_children`` has begun."""
        from hyperstep.azureml_v1.core.interactive import begin

        begin(self._source)
        self._cached = None

    def complete(self, _set_status: bool = True) -> None:
        """End it as Completed, its outputs folder kept; a run that a runner drives ends by itself, which is told."""
        from hyperstep.azureml_v1.core.interactive import finish

        if _set_status:
            finish(self._source, "Completed")
        self._cached = None

    def fail(self, error_details: object = None, error_code: object = None, _set_status: bool = True) -> None:
        """End it as Failed; a run that a runner drives ends by itself, which is told.

        Args:
            error_details: What went wrong: a text or an exception.
            error_code: A short word for it; ``UserError`` without it.
            _set_status: False to leave the status alone.
        """
        from hyperstep.azureml_v1.core.interactive import finish

        if _set_status:
            message = "" if error_details is None else str(error_details)
            finish(self._source, "Failed", message or "The script called fail().", str(error_code or "UserError"))
        self._cached = None

    def cancel(self) -> None:
        """Ask for its end; running processes are ended by its runner. Returns at once."""
        from hyperstep.azureml_v1.core.interactive import cancel

        cancel(self._source)
        self._cached = None

    def child_run(self, name: str | None = None, run_id: str | None = None, outputs: str | bool | None = None) -> Run:
        """A new run below this one, begun at once; end it with ``complete()``, or use it in a ``with`` block.

        Args:
            name: Its name is this run's, ``>`` and this.
            run_id: The id to give it; one is made without it.
            outputs: Folder whose files are kept when it completes; True for ``./outputs``.

        Raises:
            UserErrorException: This run is a pipeline or a sweep.
        """
        from hyperstep.azureml_v1.core.interactive import Wanted, add_children, watch_outputs

        (child,) = add_children(self._as_run(), [Wanted(name or "", run_id or "")], started=True)
        watch_outputs(child, outputs)
        return child

    def create_children(
        self, count: int | None = None, tag_key: str | None = None, tag_values: Sequence[str] | None = None
    ) -> builtins.list[Run]:
        """Several new runs below this one, not yet begun: 100 at most.

        Args:
            count: How many; or
            tag_key: the tag that each gets,
            tag_values: and its value in each of them.

        Raises:
            UserErrorException: Neither or both ways are used, more than 100 are asked for, or this run is a pipeline or
                a sweep.
        """
        from hyperstep.azureml_v1.core.interactive import add_children, wanted_children

        return add_children(self._as_run(), wanted_children(count, tag_key, tag_values), started=False)

    def submit_child(self, config: Any, tags: Mapping[str, object] | None = None, **kwargs: Any) -> Run:  # noqa: ANN401 - v1
        """Submit a script to run below this run, in a process of its own.

        Args:
            config: A ScriptRunConfig or an estimator.
            tags: Of the new run.
            **kwargs: As for ``Experiment.submit``.

        Raises:
            UserErrorException: Something else is submitted.
        """
        from hyperstep.azureml_v1.core.script_submission import submit_below

        return submit_below(config, self._as_run(), tags, kwargs)

    def _as_run(self) -> Run:
        from hyperstep.azureml_v1.core.run import Run

        return self if isinstance(self, Run) else Run(self._experiment, self._run_id)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None or (isinstance(error, SystemExit) and not error.code):
            self.complete()
        else:
            self.fail(f"{type(error).__name__}: {error}")
