"""Where a run's records are read: its record, its journal, its files on disk."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.core.reading import is_kin, note_run, note_steps
from hyperstep.azureml_v1.core.session import in_job
from hyperstep.azureml_v1.exceptions import ServiceException
from hyperstep.errors import NotFoundError
from hyperstep.records.run import RunKind, RunRecord

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.records.attempt import Attempt
    from hyperstep.run_store.base import Journal
    from hyperstep.runtime.home import Home

STD_LOG = "user_logs/std_log.txt"
DRIVER_LOG = "azureml-logs/70_driver_log.txt"
SWEEP_LOG = "azureml-logs/hyperdrive.txt"

RUN_TYPES = {
    RunKind.PIPELINE: "azureml.PipelineRun",
    RunKind.STEP: "azureml.StepRun",
    RunKind.SWEEP: "hyperdrive",
    RunKind.TRIAL: "azureml.scriptrun",
    RunKind.SCRIPT: "azureml.scriptrun",
    RunKind.INTERACTIVE: "azureml.interactiverun",
}
"""What ``Run.type`` says."""


_LOOK_FOR_RUNNER_S = 5.0


def say_taken_over(root_id: str) -> None:
    """Tell on standard error that a run was given a runner."""
    sys.stderr.write(f"hyperstep: the runner of run {root_id} is gone; another one goes on\n")


class RunSource:
    """Reads one run's records; asks the store anew at each call.

    Args:
        workspace: Whose home it is read from.
        run_id: Which run.
    """

    def __init__(self, workspace: Workspace, run_id: str) -> None:
        self.workspace = workspace
        self.run_id = run_id
        self._root_id = ""
        self._next_look = 0.0

    @property
    def home(self) -> Home:
        """The home."""
        return self.workspace.home

    @property
    def root_id(self) -> str:
        """Id of the run at the top.

        Raises:
            ServiceException: No run has this id.
        """
        if not self._root_id:
            try:
                self._root_id = self.home.store.root_of(self.run_id)
            except NotFoundError as error:
                note_run(self.home, "", self.run_id)
                raise ServiceException(error) from error
        return self._root_id

    @property
    def journal(self) -> Journal:
        """The records of the whole tree; whoever asks for them reads the run."""
        note_run(self.home, self.root_id, self.run_id)
        return self.home.store.journal(self.root_id)

    def identity(self) -> RunRecord:
        """The record, for what never changes of it, or to write to it: within the job's own tree that is no read.

        Raises:
            ServiceException: No run has this id.
        """
        if not is_kin(self.home, self.root_id):
            return self.record()
        return self.home.store.journal(self.root_id).run(self.run_id)

    def record(self) -> RunRecord:
        """The run's record, as it is now.

        Raises:
            ServiceException: No run has this id.
        """
        try:
            return self.journal.run(self.run_id)
        except NotFoundError as error:
            raise ServiceException(error) from error

    def living_record(self) -> RunRecord:
        """The same; an interactive run whose process is gone is ended first, another that lost its runner gets one.

        Raises:
            ServiceException: No run has this id.
        """
        run = self.record()
        if run.status.is_terminal or in_job():
            return run
        if run.kind is not RunKind.INTERACTIVE:
            self._look_for_runner()
            return run
        if self.journal.run(self.root_id).kind is RunKind.INTERACTIVE:
            from hyperstep.runtime.submission import ensure_runner  # noqa: PLC0415 - loads the engine

            ensure_runner(self.home, self.root_id)
        return self.record()

    def _look_for_runner(self) -> None:
        """For scripts that wait by asking again and again; looks now and then only."""
        if self.home.settings.resume == "never" or time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + _LOOK_FOR_RUNNER_S
        from hyperstep.runtime.submission import ensure_runner, is_abandoned  # noqa: PLC0415 - loads the engine

        if is_abandoned(self.home, self.root_id) and ensure_runner(self.home, self.root_id):
            say_taken_over(self.root_id)

    def children(self, *, recursive: bool = False) -> Iterator[RunRecord]:
        """The runs directly below, newest first; with ``recursive`` each followed by those below it.

        Submitted children are root runs of their own.
        """
        own = self.record()
        if own.kind is RunKind.PIPELINE:
            self._note_steps(self.journal.runs(parent_id=self.run_id, kind=RunKind.STEP))
        roots = self.home.store.roots(workspace=own.workspace, experiment=own.experiment)
        yield from self._below({root.id: str(root.parent_id) for root in roots if root.parent_id}, recursive=recursive)

    def steps(self) -> list[RunRecord]:
        """The runs of a pipeline's steps, each after those it waits for; who looks through them sees their names."""
        steps = self.home.store.journal(self.identity().root_id).runs(parent_id=self.run_id, kind=RunKind.STEP)
        self._note_steps(steps)
        return sorted(steps, key=lambda step: step.number)

    def _note_steps(self, steps: Sequence[RunRecord]) -> None:
        """Note that the script around us has seen which steps there are."""
        note_steps(self.home, self.identity().root_id, [step.name for step in steps])

    def _below(self, submitted: Mapping[str, str], *, recursive: bool) -> Iterator[RunRecord]:
        roots = [RunSource(self.workspace, root).record() for root, above in submitted.items() if above == self.run_id]
        for child in [*roots, *reversed(self.journal.runs(parent_id=self.run_id))]:
            yield child
            if recursive:
                below = RunSource(self.workspace, child.id)
                yield from below._below(submitted, recursive=True)

    def last_attempt(self) -> Attempt | None:
        """The newest attempt; None before the first."""
        attempts = self.journal.attempts(self.run_id)
        return self.home.attempt(self.record(), attempts[-1].key.number) if attempts else None

    def log_file(self) -> Path | None:
        """The file that grows while the run goes on; None when it has none (yet)."""
        run = self.record()
        if run.kind is RunKind.SWEEP:
            path = self.home.run_folder(run) / SWEEP_LOG
        else:
            attempt = self.last_attempt()
            if attempt is None:
                return None
            path = attempt.log_file
        return path if path.exists() else None

    def code(self) -> Mapping[str, Any]:
        """What was submitted as this run's code: snapshot, script, environment; empty for a pipeline run."""
        return _mapping(self.step().get("code"))

    def step(self) -> Mapping[str, Any]:
        """The step that this run is, or belongs to, as it was submitted; empty for a pipeline run."""
        envelope = self.journal.spec()
        spec: Mapping[str, Any] = envelope.get("spec", envelope) if isinstance(envelope, Mapping) else {}  # type: ignore[assignment]
        if "code" in spec:
            return spec
        node = self._node_id()
        steps: Sequence[Mapping[str, Any]] = spec.get("steps") or ()
        return next((step for step in steps if step["id"] == node), {})

    def _node_id(self) -> str | None:
        journal = self.journal
        run: RunRecord | None = self.record()
        while run is not None and run.kind is not RunKind.STEP:
            run = journal.run(run.parent_id) if run.parent_id else None
        return run.properties.get("azureml.nodeid") if run is not None else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
