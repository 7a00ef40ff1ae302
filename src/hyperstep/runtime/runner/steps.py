"""Putting one step to work: its inputs found and provided, then the driver that its kind needs."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Protocol

from msgspec.structs import replace

from hyperstep.pipeline.spec import DataMode, StepSpec
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime.runner.attempts import Attempts
from hyperstep.runtime.runner.context import RunnerContext, Unit
from hyperstep.runtime.runner.data_paths import Found, find_input, output_locations, provide_input, recorded_outputs
from hyperstep.runtime.runner.output_datasets import save_dataset
from hyperstep.runtime.runner.script_driver import ScriptDriver
from hyperstep.runtime.runner.sweep_driver import SweepDriver
from hyperstep.runtime.runner.workplace import Workplace


class Driver(Protocol):
    """Brings one run to its end. ``begin`` starts it, or goes on where an earlier owner of the run stopped."""

    def begin(self) -> None:
        """Start or go on."""

    def cancel(self, run_id: str, reason: str) -> None:
        """End ``run_id``: the run that is driven, or one below it. It is Canceled once its processes are gone."""

    def tick(self) -> None:
        """Time went by."""


def find_inputs(
    context: RunnerContext, step: StepSpec, run: RunRecord, producers: Mapping[str, RunRecord]
) -> dict[str, Found]:
    """What stands behind each input of a step now, by input name.

    Raises:
        InvalidInputError: There is nothing behind one of them.
    """
    return {port.name: find_input(context.home, run.workspace, port, producers) for port in step.inputs}


def make_workplace(
    context: RunnerContext, step: StepSpec, run: RunRecord, inputs: Mapping[str, Found], parameters: Mapping[str, str]
) -> Workplace:
    """Provide a step's inputs and say where its outputs go."""
    folder = context.home.run_folder(run) / "inputs"
    paths = {
        port.name: save_dataset(context, run.workspace, found)
        if port.mode is DataMode.DIRECT and (found := inputs[port.name]).definition
        else provide_input(port, inputs[port.name], folder)
        for port in step.inputs
    }
    return Workplace(step, paths, recorded_outputs(run), parameters)


def declare_outputs(unit: Unit, run: RunRecord, step: StepSpec) -> RunRecord:
    """Record where a step run's outputs go."""
    outputs = json.dumps(output_locations(run, step))
    return unit.change_run(run.id, properties={**run.properties, "outputs": outputs})


def step_driver(
    context: RunnerContext, attempts: Attempts, place: Workplace, run_id: str, done: Callable[[Unit], None]
) -> Driver:
    """The driver of a step run of a pipeline."""
    if place.step.tuning is None:
        return ScriptDriver(context, attempts, place, run_id, done)
    return TuningStepDriver(context, attempts, place, run_id, done)


class TuningStepDriver:
    """A step run whose only child is a sweep, and that ends as the sweep does.

    Args:
        context: The runner's.
        attempts: Where trials run.
        place: What they run.
        run_id: The step run.
        done: Called, within the transaction, when the step run has ended.
    """

    def __init__(
        self, context: RunnerContext, attempts: Attempts, place: Workplace, run_id: str, done: Callable[[Unit], None]
    ) -> None:
        self._context = context
        self._run_id = run_id
        self._done = done
        self._sweep_id = self._find_sweep() or self._create_sweep()
        self._sweep = SweepDriver(context, attempts, place, self._sweep_id, self._sweep_done)

    def begin(self) -> None:
        """Start the sweep or go on with it."""
        sweep = self._context.runs[self._sweep_id]
        if sweep.status.is_terminal:
            with self._context.transaction() as unit:
                self._sweep_done(unit)
            return
        self._sweep.begin()

    def cancel(self, run_id: str, reason: str) -> None:
        """End the sweep, or one of its trials."""
        if run_id == self._run_id:
            run_id = self._sweep_id
        if run_id == self._sweep_id:
            with self._context.transaction() as unit:
                unit.change_run(self._run_id, status=RunStatus.CANCEL_REQUESTED, reason=reason)
        self._sweep.cancel(run_id, reason)

    def tick(self) -> None:
        """Look at the sweep's limits."""
        self._sweep.tick()

    def _find_sweep(self) -> str:
        sweeps = (r for r in self._context.runs.values() if r.parent_id == self._run_id and r.kind is RunKind.SWEEP)
        return next((run.id for run in sweeps), "")

    def _create_sweep(self) -> str:
        step_run = self._context.runs[self._run_id]
        sweep = replace(
            step_run,
            id=f"HD_{uuid.uuid4()}",
            kind=RunKind.SWEEP,
            name=self._run_id,  # v1 finds a step's sweep by this name
            parent_id=self._run_id,
            number=0,
            status=RunStatus.NOT_STARTED,
            created_at=self._context.now(),
            started_at=None,
            folder=f"{step_run.folder}/sweep",
            properties={"ContentSnapshotId": step_run.properties.get("ContentSnapshotId", "")},
            tags={},
        )
        self._context.home.store.register_run(sweep.id, sweep.root_id)
        with self._context.transaction() as unit:
            unit.put_run(sweep)
            unit.change_run(self._run_id, status=RunStatus.RUNNING)
        return sweep.id

    def _sweep_done(self, unit: Unit) -> None:
        sweep = self._context.runs[self._sweep_id]
        unit.change_run(self._run_id, status=sweep.status, reason=sweep.reason, error=sweep.error)
        self._done(unit)
