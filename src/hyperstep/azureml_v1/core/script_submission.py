"""Submitting a ScriptRunConfig as a run of its own."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.core.code_translation import argument_text, translate_code
from hyperstep.azureml_v1.core.compute import max_nodes_of
from hyperstep.azureml_v1.core.distribution import check_distribution
from hyperstep.azureml_v1.core.reading import note_places
from hyperstep.azureml_v1.core.registry import ask_runner
from hyperstep.azureml_v1.core.runconfig_data import Data, consumption
from hyperstep.azureml_v1.core.runconfig_sections import DataReferenceConfiguration
from hyperstep.azureml_v1.core.script_run import ScriptRun
from hyperstep.azureml_v1.core.session import in_job
from hyperstep.azureml_v1.data.data_reference import DataReference
from hyperstep.azureml_v1.data.datapath import DataPath
from hyperstep.azureml_v1.data.dataset_consumption_config import DatasetConsumptionConfig
from hyperstep.azureml_v1.data.output_dataset_config import OutputDatasetConfig
from hyperstep.azureml_v1.data.output_translation import dataset_output
from hyperstep.azureml_v1.data.translation import translate_input
from hyperstep.azureml_v1.exceptions import UserErrorException
from hyperstep.codec import require_types, to_json
from hyperstep.pipeline.spec import DatastorePaths, InputSpec, StepSpec
from hyperstep.runtime.submission import Label, submit_step

if TYPE_CHECKING:
    from hyperstep.azureml_v1.core.experiment import Experiment
    from hyperstep.azureml_v1.core.run import Run
    from hyperstep.azureml_v1.core.runconfig import RunConfiguration
    from hyperstep.azureml_v1.core.script_run_config import ScriptRunConfig
    from hyperstep.azureml_v1.core.workspace import Workspace
    from hyperstep.digest import Json


def submit_script(
    config: ScriptRunConfig,
    experiment: Experiment,
    *,
    tags: Mapping[str, object] | None = None,
    run_id: str = "",
    parent_id: str = "",
) -> ScriptRun:
    """Record a run of the script and start its runner; in a job, have the job's runner do it, below ``parent_id``.

    Raises:
        InvalidInputError: The folder or the script does not exist, or a value has a wrong type.
        SnapshotException: The folder is over a limit.
        UserErrorException: An argument cannot be given to a script, or this process is a job and names no run above.
    """
    if in_job() and not parent_id:
        message = (
            "A job submits runs below its own only: use Run.get_context().submit_child(config), or submit from the "
            "driver script."
        )
        raise UserErrorException(message)
    workspace = experiment.workspace
    step = script_step(config, workspace)
    require_types(step, f"run {step.name!r}")
    label = Label(
        workspace=workspace.name,
        experiment=experiment.name,
        name=config.script or "command",
        tags={str(key): str(value) for key, value in (tags or {}).items()},
        properties={"ContentSnapshotId": step.code.snapshot},
        run_id=run_id or str(uuid.uuid4()),
        parent_id=parent_id,
    )
    if in_job():
        _note_inputs(workspace, step)
        ask_runner(workspace.home, "submit_child", _request(step, label))
    else:
        submit_step(workspace.home, step, label)
    return ScriptRun(experiment, label.run_id)


def submit_below(config: Any, parent: Run, tags: Mapping[str, object] | None, settings: Mapping[str, Any]) -> Run:  # noqa: ANN401 - whatever is submitted
    """Submit a script below a run.

    Raises:
        UserErrorException: It is no script; a sweep or a pipeline is submitted by itself.
    """
    from hyperstep.azureml_v1.core.script_run_config import ScriptRunConfig  # noqa: PLC0415 - it knows us

    script = config._as_script() if hasattr(config, "_as_script") else config  # noqa: SLF001 - an estimator
    if not isinstance(script, ScriptRunConfig):
        message = (
            "submit_child() takes a ScriptRunConfig or an estimator. Received: an object of type "
            f"{type(config).__name__}. Submit it from the driver script with Experiment.submit()."
        )
        raise UserErrorException(message)
    run_id = str(settings.get("run_id") or "")
    return submit_script(script, parent.experiment, tags=tags, run_id=run_id, parent_id=parent.id)


def _note_inputs(workspace: Workspace, step: StepSpec) -> None:
    """What is given to a run that a job submits counts as read by that job."""
    for port in step.inputs:
        if isinstance(port.source, DatastorePaths):
            note_places(workspace.home, workspace.name, port.source.paths)


def _request(step: StepSpec, label: Label) -> dict[str, Json]:
    return {
        "parent_id": label.parent_id,
        "run_id": label.run_id,
        "name": label.name,
        "tags": dict(label.tags),
        "properties": dict(label.properties),
        "step": to_json(step),
    }


def script_step(config: ScriptRunConfig, workspace: Workspace) -> StepSpec:
    """The step that a ScriptRunConfig is."""
    run_config = config.run_config
    check_distribution(run_config)
    given = config.arguments or []
    arguments = [given] if isinstance(given, str) else list(given)
    if config.resume_from is not None:
        arguments += ["--resume-from", config.resume_from.create_data_reference("MODEL_LOCATION")]
    texts, inputs = translate_arguments(workspace, arguments)
    written = [item for item in arguments if isinstance(item, OutputDatasetConfig)]
    default = workspace.get_default_datastore().name if written else ""
    command = config.command
    if command and not isinstance(command, str):
        command, inputs = translate_arguments(workspace, command)
    listed = _listed_inputs(workspace, run_config)
    code = translate_code(
        workspace.home,
        config.source_directory,
        config.script,
        texts,
        run_config.environment,
        command=command,
        max_duration_s=run_config.max_run_duration_seconds,
    )
    return StepSpec(
        id=uuid.uuid4().hex[:8],
        name=config.script or "command",
        code=code,
        inputs=tuple({port.name: port for port in [*inputs, *listed]}.values()),
        outputs=tuple({output.name: dataset_output(output, default) for output in written}.values()),
        target=run_config.target,
        nodes=max_nodes_of(workspace, run_config.target),
        kind="ScriptRun",
    )


def translate_arguments(workspace: Workspace, arguments: Sequence[Any]) -> tuple[tuple[str, ...], list[InputSpec]]:
    """Argument texts with placeholders, and the inputs that stand behind them.

    Raises:
        UserErrorException: An argument cannot be given to a script.
    """
    texts: list[str] = []
    inputs: list[InputSpec] = []
    for argument in arguments:
        if isinstance(argument, DatasetConsumptionConfig | DataReference | DataPath):
            inputs.append(translate_input(workspace, argument))
            texts.append(inputs[-1].placeholder)
        else:
            texts.append(argument_text(argument))
    return tuple(texts), inputs


def _listed_inputs(workspace: Workspace, run_config: RunConfiguration) -> list[InputSpec]:
    """The inputs in a run configuration's ``data`` and ``data_references``."""
    given = {n: consumption(workspace, n, v) if isinstance(v, Data) else v for n, v in run_config.data.items()}
    data = [translate_input(workspace, value, name=name) for name, value in given.items()]
    references = [_reference(workspace, name, value) for name, value in run_config.data_references.items()]
    return data + [translate_input(workspace, reference) for reference in references]


def _reference(workspace: Workspace, name: str, value: object) -> DataReference:
    if isinstance(value, DataReference):
        return value
    if not isinstance(value, DataReferenceConfiguration) or value.datastore_name is None:
        message = f"data_references hold DataReference or DataReferenceConfiguration objects. Received: {value!r}."
        raise UserErrorException(message)
    datastore = workspace.datastores[value.datastore_name]
    return DataReference(datastore, name, value.path_on_datastore, value.mode, value.path_on_compute, value.overwrite)
