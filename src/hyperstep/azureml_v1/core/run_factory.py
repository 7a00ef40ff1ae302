"""Finding runs, each as the class that fits it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.core.reading import note_run, note_run_list
from hyperstep.azureml_v1.core.run_source import RUN_TYPES, RunSource
from hyperstep.records.run import RunKind, RunRecord

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.compute import ComputeTarget
    from hyperstep.azureml_v1.core.experiment import Experiment
    from hyperstep.azureml_v1.core.run import Run
    from hyperstep.azureml_v1.core.workspace import Workspace

_CLASSES = {
    RunKind.PIPELINE: "hyperstep.azureml_v1.pipeline.pipeline_run:PipelineRun",
    RunKind.STEP: "hyperstep.azureml_v1.pipeline.step_run:StepRun",
    RunKind.SWEEP: "hyperstep.azureml_v1.train.hyperdrive_run:HyperDriveRun",
    RunKind.TRIAL: "hyperstep.azureml_v1.core.script_run:ScriptRun",
    RunKind.SCRIPT: "hyperstep.azureml_v1.core.script_run:ScriptRun",
    RunKind.INTERACTIVE: "hyperstep.azureml_v1.core.run:Run",
}
"""Each is called with an experiment and a run id."""

_ON_TARGET = frozenset({RunKind.STEP})
"""Below a root run, what was submitted to a target by itself."""

Filter = str | Sequence[str] | Mapping[str, object] | None
"""Tags or properties that a run must have: a name, several names, or names with values."""

type_providers: dict[str, Callable[..., Any]] = {}
"""Added by ``Run.add_type_provider``: a run type to what makes its object of an experiment and the run's details."""


def make_run(workspace: Workspace, record: RunRecord) -> Run:
    """The object that stands for a recorded run."""
    from hyperstep.azureml_v1.core.run_details import details  # noqa: PLC0415 - for foreign types only

    experiment = _experiment(workspace, record.experiment)
    provider = type_providers.get(RUN_TYPES[record.kind])
    if provider is not None:
        run: Run = provider(experiment, details(RunSource(workspace, record.id)))
        return run
    module, _, name = _CLASSES[record.kind].partition(":")
    made: Run = getattr(import_module(module), name)(experiment, record.id)
    return made


def find_run(workspace: Workspace, run_id: str) -> Run:
    """The run of that id, as the class that fits it.

    Raises:
        ServiceException: No run has that id.
    """
    return make_run(workspace, RunSource(workspace, run_id).identity())


def list_runs(
    experiment: Experiment,
    *,
    kind: str | None = None,
    tags: Filter = None,
    properties: Filter = None,
    status: str | None = None,
    include_children: bool = False,
) -> Iterator[Run]:
    """An experiment's runs, newest first."""
    workspace = experiment.workspace
    note_run_list(workspace.home, workspace.name, experiment.name)
    roots = workspace.home.store.roots(workspace=workspace.name, experiment=experiment.name)
    for root in (root for root in roots if root.parent_id is None):
        below = RunSource(workspace, root.id).children(recursive=True) if include_children else ()
        records = [workspace.home.store.journal(root.id).run(root.id), *below]  # noted as one of the list
        yield from (make_run(workspace, r) for r in records if _fits(r, kind, tags, properties, status))


def list_runs_on(
    compute: ComputeTarget, *, kind: str | None, tags: Filter, properties: Filter, status: str | None
) -> Iterator[Run]:
    """The runs that were submitted to a compute target, newest first."""
    workspace = compute.workspace
    note_run_list(workspace.home, workspace.name)
    for root in workspace.home.store.roots(workspace=workspace.name):
        source = RunSource(workspace, root.id)
        for record in reversed(source.journal.runs()):
            on_target = record.target == compute.name and (record.kind in _ON_TARGET or record.is_root)
            if on_target and _fits(record, kind, tags, properties, status):
                yield make_run(workspace, record)


def list_children(
    source: RunSource, *, recursive: bool, tags: Filter, properties: Filter, kind: str | None, status: str | None
) -> Iterator[Run]:
    """The runs below a run, newest first."""
    for record in source.children(recursive=recursive):
        if tags or properties or status:
            note_run(source.home, record.root_id, record.id)
        if _fits(record, kind, tags, properties, status):
            yield make_run(source.workspace, record)


def _fits(record: RunRecord, kind: str | None, tags: Filter, properties: Filter, status: str | None) -> bool:
    return (
        kind in {None, RUN_TYPES[record.kind]}
        and status in {None, record.status.value}
        and _has(record.tags, tags)
        and _has(record.properties, properties)
    )


def _has(values: Mapping[str, str], wanted: Filter) -> bool:
    if isinstance(wanted, Mapping):
        return all(values.get(str(key)) == str(value) for key, value in wanted.items())
    names = [] if wanted is None else [wanted] if isinstance(wanted, str) else wanted
    return all(name in values for name in names)


def _experiment(workspace: Workspace, name: str) -> Experiment:
    from hyperstep.azureml_v1.core.experiment import Experiment  # noqa: PLC0415 - it knows us

    return Experiment(workspace, name, _skip_name_validation=True, _create_in_cloud=False)
