"""The code of a step, fixed when its node is made: snapshot, script, arguments, environment, target."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from hyperstep.azureml_v1.core.code_translation import translate_code
from hyperstep.azureml_v1.core.compute import max_nodes_of, target_name
from hyperstep.errors import InvalidInputError
from hyperstep.pipeline.spec import CodeSpec

if TYPE_CHECKING:
    from hyperstep.azureml_v1.pipeline.context import GraphContext


_logger = logging.getLogger("hyperstep.azureml")


class FixedCode(Struct, frozen=True):
    """What a step runs, and where."""

    spec: CodeSpec
    target: str
    nodes: int | None
    """Most processes at one time that the compute target admits."""


def fix_code(
    run_config: Any,  # noqa: ANN401 - ScriptRunConfig, RunConfiguration or None
    context: GraphContext,
    *,
    source_directory: str | None,
    arguments: Sequence[str],
    script: str | None = None,
    compute_target: object = None,
    command: str | Sequence[str] | None = None,
) -> FixedCode:
    """Take the snapshot of a step's folder, and say what runs in it.

    Args:
        run_config: Script, environment, target, limits; each of the others, where given, counts before it.
        context: Workspace and source folder of the pipeline.
        source_directory: Folder of the script; the pipeline's default, else the current one, without it.
        arguments: With placeholders.
        script: The entry script.
        compute_target: A name or a compute target.
        command: What runs instead of a script, with placeholders.

    Raises:
        InvalidInputError: The folder or the script does not exist, or the run configuration is none.
        RunConfigurationException: More than one node is asked for.
        SnapshotException: The folder is over a limit.
    """
    scripted, settings = (False, None) if run_config is None else _checked(run_config)
    target = target_name(compute_target if compute_target is not None else getattr(settings, "target", None))
    spec = translate_code(
        context.workspace.home,
        source_directory or context.default_source_directory or ".",
        script or getattr(run_config, "script", None),
        arguments,
        getattr(settings, "environment", None),
        command=command or (run_config.command if scripted else None),
        max_duration_s=getattr(settings, "max_run_duration_seconds", None),
    )
    return FixedCode(spec, target, max_nodes_of(context.workspace, target))


def _checked(run_config: Any) -> tuple[bool, Any]:  # noqa: ANN401 - see fix_code
    """Whether it is of a script, and the settings in it, which ask for nothing that is not there."""
    from hyperstep.azureml_v1.core.distribution import check_distribution  # noqa: PLC0415 - most steps have none
    from hyperstep.azureml_v1.core.runconfig import RunConfiguration  # noqa: PLC0415
    from hyperstep.azureml_v1.core.script_run_config import ScriptRunConfig  # noqa: PLC0415

    scripted = isinstance(run_config, ScriptRunConfig)
    settings = run_config.run_config if scripted else run_config
    if not isinstance(settings, RunConfiguration):
        rule = "The runconfig of a step is a RunConfiguration or a ScriptRunConfig."
        raise InvalidInputError(
            rule, received=run_config, remedy="Give one, for example RunConfiguration.load(folder)."
        )
    _warn_of_data(settings)
    check_distribution(settings)
    return scripted, settings


def _warn_of_data(settings: object) -> None:
    names = [*(getattr(settings, "data", None) or ()), *(getattr(settings, "data_references", None) or ())]
    if names:
        _logger.warning(
            "The data of a run configuration does not reach a pipeline's step; list it in inputs: %s", ", ".join(names)
        )
