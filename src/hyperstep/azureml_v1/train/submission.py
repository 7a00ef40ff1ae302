"""Submitting a HyperDriveConfig as a sweep of its own, without a pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from hyperstep.azureml_v1.core.script_run_config import ScriptRunConfig
from hyperstep.azureml_v1.core.script_submission import script_step
from hyperstep.azureml_v1.core.session import in_job
from hyperstep.azureml_v1.exceptions import TrainingException, UserErrorException
from hyperstep.azureml_v1.train.hyperdrive_run import HyperDriveRun
from hyperstep.azureml_v1.train.sweep_definition import fix_sweep
from hyperstep.digest import canonical_json, digest_json
from hyperstep.errors import ConflictError
from hyperstep.pipeline.spec import CodeSpec, Forbids, StepSpec, TuningSpec
from hyperstep.runtime.outside_paths import names_outside
from hyperstep.runtime.submission import Label, submit_step

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.experiment import Experiment
    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.azureml_v1.train.hyperdrive_config import HyperDriveConfig

_ID_LENGTH = 8


def submit_sweep(config: HyperDriveConfig, experiment: Experiment, tags: Mapping[str, object]) -> HyperDriveRun:
    """Record a sweep and start its runner; returns at once.

    Raises:
        HyperDriveNotImplementedException: The config tunes a pipeline.
        HyperDriveConfigException: What it goes on from is recorded elsewhere.
        InvalidInputError: The folder or the script does not exist, or the definition breaks a rule.
        TrainingException: The custom_run_id is taken.
        UserErrorException: This process is a job itself.
    """
    if in_job():
        message = "Submitting runs from within a job is not built; submit them from the driver script."
        raise UserErrorException(message)
    workspace = experiment.workspace
    config._check_submission(workspace)  # noqa: SLF001 - one area
    step = sweep_step(config, workspace)
    label = Label(
        workspace=workspace.name,
        experiment=experiment.name,
        name=step.name,
        tags={str(key): str(value) for key, value in tags.items()},
        properties={"ContentSnapshotId": step.code.snapshot},
        run_id=config._custom_run_id or "",  # noqa: SLF001
    )
    try:
        run_id = submit_step(workspace.home, step, label).id
    except ConflictError as error:
        raise TrainingException(str(error), inner_exception=error) from error
    return HyperDriveRun(experiment, run_id, config)


def sweep_step(config: HyperDriveConfig, workspace: Workspace) -> StepSpec:
    """The engine's step that a HyperDriveConfig is."""
    step, tuning = script_step(_script(config), workspace), fix_sweep(config)()
    return replace(
        step,
        id=digest_json(step.name)[:_ID_LENGTH],
        tuning=tuning,
        allow_reuse=not _reads_outside(step.code, tuning),
        forbidden_by=Forbids.OUTSIDE_PATHS,
        kind="HyperDriveRun",
    )


def _reads_outside(code: CodeSpec, tuning: TuningSpec) -> bool:
    """Whether trials are given an absolute path. v1 takes over no trials, so that nobody relies on it that we do."""
    return any(map(names_outside, (*code.arguments, *code.command[1:], canonical_json(tuning.config["sampler"]))))


def _script(config: HyperDriveConfig) -> ScriptRunConfig:
    if config.estimator is None:
        script: ScriptRunConfig = config.run_config
        return script
    return ScriptRunConfig(config.source_directory, run_config=config.run_config)
