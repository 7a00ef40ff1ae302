"""From what `hyperstep tune` was given to the engine's step: the script's folder as a snapshot, the sweep's config."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

from hyperstep import policies
from hyperstep.artifact_store.base import ArtifactStore
from hyperstep.artifact_store.snapshot import Snapshot, SnapshotLimits, take_snapshot
from hyperstep.cli.tuning_options import make_sampler
from hyperstep.cli.tuning_request import Search, TuningLimits, TuningRequest
from hyperstep.digest import canonical_json
from hyperstep.errors import InvalidInputError
from hyperstep.pipeline.spec import (
    CodeSpec,
    DataMode,
    Forbids,
    OutputSpec,
    StepSpec,
    TrainingKind,
    TrainingSpec,
    TuningSpec,
)
from hyperstep.records.goal import Goal, PrimaryMetric
from hyperstep.runtime.cores import usable_cores
from hyperstep.runtime.datastore_names import DEFAULT_DATASTORES
from hyperstep.runtime.outside_paths import names_outside
from hyperstep.samplers.base import Sampler
from hyperstep.settings import Settings
from hyperstep.sweep.config import Limits, SweepConfig
from hyperstep.sweep.earlier import KeepHistory
from hyperstep.sweep.keeping import check_past

DEFAULT_TRIALS = 20
"""Unless told otherwise; a grid is tried as a whole."""

_SEED_BITS = 31


def make_step(request: TuningRequest, artifacts: ArtifactStore, settings: Settings) -> StepSpec:
    """The step to submit; the script's folder is stored.

    Raises:
        InvalidInputError: There is no such script, its folder is over a limit, or a part of the config breaks a rule.
    """
    script = _existing_script(request.script)
    config = _config(request, settings)
    limits = SnapshotLimits(settings.snapshot_max_bytes, settings.snapshot_max_files)
    snapshot = take_snapshot(script.parent, artifacts, limits)
    paths = [_path_for_trials(argument, script.parent, snapshot) for argument in request.arguments]
    arguments = tuple(argument for argument, _ in paths)
    space = canonical_json(request.search.space.to_json())  # its values are arguments, too
    return StepSpec(
        id="tune",
        name=script.stem,
        code=CodeSpec(
            snapshot=snapshot.digest,
            script=script.name,
            arguments=arguments,
            max_silence_s=request.limits.max_silence_s,
        ),
        outputs=_outputs(request.model_file),
        tuning=TuningSpec(
            config=config.to_json(),
            seed_given=request.search.seed is not None,
            metric_pattern=request.objective.metric_pattern,
            warm=request.execution.warm,
        ),
        allow_reuse=not (any(is_outside for _, is_outside in paths) or names_outside(space)),
        forbidden_by=Forbids.OUTSIDE_PATHS,
        kind="HyperDriveStep",
    )


def experiment_name(script: Path) -> str:
    """The script's name as v1 takes one for an experiment."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", script.stem).strip("-_")
    return name[:255] or "tune"


def _path_for_trials(argument: str, folder: Path, snapshot: Snapshot) -> tuple[str, bool]:
    """An argument as a trial needs it, and whether it names what lies outside of the snapshot.

    Trials run in a copy of the script's folder, where a path that is seen from here alone would lead nowhere: one into
    that folder is given as it is seen from there, any other is made absolute. One that was given absolute leads to the
    folder itself and not to the copy, so that nothing vouches for what trials find there.
    """
    name, equals, path = argument.rpartition("=") if argument.startswith("-") else ("", "", argument)
    if names_outside(argument):
        return argument, True
    if Path(path).is_absolute():
        return argument, Path(path).exists()  # with a drive's letter
    if not path or (folder / path).exists() or not Path(path).exists():
        return argument, False
    absolute = Path(os.path.normpath(Path(path).absolute()))
    inside = absolute.relative_to(folder).as_posix() if absolute.is_relative_to(folder) else ""
    if any(file.path == inside or file.path.startswith(f"{inside}/") for file in snapshot.files if inside):
        return f"{name}{equals}{inside}", False
    return f"{name}{equals}{absolute}", True


def _existing_script(script: Path) -> Path:
    if not script.is_file():
        rule = "The training script must exist."
        raise InvalidInputError(rule, received=str(script), remedy="Give the path of a Python file.")
    return script.absolute()


def _config(request: TuningRequest, settings: Settings) -> SweepConfig:
    search, objective = request.search, request.objective
    sampler = _sampler(search, objective.goal)
    return SweepConfig(
        sampler=sampler,
        policy=policies.from_json(request.stopping.policy),
        metric=PrimaryMetric(objective.metric, objective.goal),
        limits=_limits(request.limits, settings, sampler.size if search.sampler == "grid" else None),
        deterministic=request.stopping.deterministic or settings.deterministic,
        keep_history=_keep_history(search, settings),
    )


def _limits(asked: TuningLimits, settings: Settings, grid_size: int | None) -> Limits:
    slots = settings.slots or usable_cores()
    total = asked.max_total or grid_size or DEFAULT_TRIALS
    return Limits(
        max_total=total,
        max_concurrent=min(asked.max_concurrent or slots, total),
        max_duration_s=None if asked.max_minutes is None else asked.max_minutes * 60,
        max_failed=settings.max_failed if asked.max_failed is None else asked.max_failed,
        max_retries=settings.retries if asked.retries is None else asked.retries,
    )


def _keep_history(search: Search, settings: Settings) -> KeepHistory | None:
    if (search.history or settings.history) == "keep":
        return KeepHistory(check_past(search.space, search.past))
    if search.past:
        rule = "--past says how kept trials ran, and none are kept."
        raise InvalidInputError(rule, received=dict(search.past), remedy="Add --history keep.")
    return None


def _sampler(search: Search, goal: Goal) -> Sampler:
    seed = secrets.randbits(_SEED_BITS) if search.seed is None else search.seed
    return make_sampler(search.sampler, search.space, seed, goal)


def _outputs(model_file: str) -> tuple[OutputSpec, ...]:
    metrics = _output("metrics", TrainingSpec(TrainingKind.METRICS))
    if not model_file:
        return (metrics,)
    return metrics, _output("model", TrainingSpec(TrainingKind.MODEL, model_file=model_file))


def _output(name: str, training: TrainingSpec) -> OutputSpec:
    return OutputSpec(
        name=name,
        datastore=DEFAULT_DATASTORES[0],
        mode=DataMode.MOUNT,
        placeholder=f"$AZUREML_DATAREFERENCE_{name}",
        variable=f"AZUREML_DATAREFERENCE_{name}",
        training=training,
    )
