"""HyperDriveStep: a sweep as a step of a pipeline."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeGuard

from hyperstep.azureml_v1.pipeline.bindings import OutputPortBinding
from hyperstep.azureml_v1.pipeline.data_kinds import DataReference
from hyperstep.azureml_v1.pipeline.modules import ModuleBuilder, StepDefinition
from hyperstep.azureml_v1.pipeline.pipeline_data import PipelineData
from hyperstep.azureml_v1.pipeline.port_definitions import ParamDef
from hyperstep.azureml_v1.pipeline.step import PipelineStep
from hyperstep.azureml_v1.pipeline.step_arguments import reuse_flag, step_name, version_text
from hyperstep.azureml_v1.pipeline.step_code import fix_code
from hyperstep.azureml_v1.pipeline.steps.tuned_script import check_no_data_references, tuned_arguments
from hyperstep.azureml_v1.pipeline.training_output import TrainingOutput
from hyperstep.azureml_v1.train.hyperdrive_config import HyperDriveConfig
from hyperstep.azureml_v1.train.sweep_definition import fix_sweep
from hyperstep.errors import InvalidInputError

if TYPE_CHECKING:
    from hyperstep.azureml_v1.pipeline.context import GraphContext
    from hyperstep.azureml_v1.pipeline.graph import Graph
    from hyperstep.azureml_v1.pipeline.nodes import ModuleNode

EXECUTION_TYPE = "HyperDriveCloud"
_STRUCTURED = "USE_STRUCTURED_ARGUMENTS"
_OLD_KEYWORD, _NEW_KEYWORD = "hyperdrive_run_config", "hyperdrive_config"


P = ParamSpec("P")


def _with_old_keyword(init: Callable[P, None]) -> Callable[P, None]:
    """Take ``hyperdrive_run_config=``, the old name of ``hyperdrive_config=``; the signature stays the new one."""

    @wraps(init)
    def renamed(*args: P.args, **kwargs: P.kwargs) -> None:
        if _OLD_KEYWORD in kwargs:
            if kwargs.get(_NEW_KEYWORD) is not None:
                rule = f"{_OLD_KEYWORD} is the old name of {_NEW_KEYWORD}: one of them is given."
                raise InvalidInputError(rule, received="both", remedy=f"Leave out {_OLD_KEYWORD}.")
            warnings.warn(f"{_OLD_KEYWORD} is the old name of {_NEW_KEYWORD}; use that one.", stacklevel=2)
            kwargs[_NEW_KEYWORD] = kwargs.pop(_OLD_KEYWORD)
        init(*args, **kwargs)

    return renamed


class HyperDriveStep(PipelineStep):
    """Runs a sweep: the script many times, with hyperparameters appended to its arguments.

    Args:
        name: Name of the step.
        hyperdrive_config: What to tune and how. Its old name ``hyperdrive_run_config`` is taken with a warning.
        estimator_entry_script_arguments: The script's arguments. Required for an estimator (an empty list for none);
            for a ScriptRunConfig only when that has none of its own.
        inputs: PipelineData, InputPortBinding, DataReference, PortDataReference, dataset inputs.
        outputs: PipelineData, OutputPortBinding; those with a training output are written by the engine.
        metrics_output: Where the metrics of all trials go. The given object is marked as a metrics output and added to
            ``outputs``; of a DataReference the path is not used.
        allow_reuse: Whether an equal earlier run may stand for this one; None is as False.
        version: Changing it makes a new step as far as reuse is concerned; a number is its text.

    Raises:
        InvalidInputError: An argument breaks one of these rules, or a rule of PipelineStep.
        ConflictError: Two pipeline parameters of one name have different defaults.
    """

    @_with_old_keyword
    def __init__(
        self,
        name: str,
        hyperdrive_config: HyperDriveConfig,
        estimator_entry_script_arguments: list[Any] | None = None,
        inputs: list[Any] | None = None,
        outputs: list[Any] | None = None,
        metrics_output: PipelineData | DataReference | OutputPortBinding | None = None,
        allow_reuse: bool = True,
        version: str | None = None,
    ) -> None:
        step_name(name)
        _check_config(hyperdrive_config)
        check_no_data_references(hyperdrive_config)
        arguments = tuned_arguments(hyperdrive_config, estimator_entry_script_arguments)
        if metrics_output is not None:
            outputs = [] if outputs is None else outputs
            outputs.append(_as_metrics_output(metrics_output))
        self._hyperdrive_config = hyperdrive_config
        self._allow_reuse = reuse_flag(allow_reuse)
        self._version = version_text(version)
        super().__init__(name, inputs, outputs, arguments)

    def create_node(self, graph: Graph, default_datastore: Any, context: GraphContext) -> ModuleNode:  # noqa: ANN401
        """Add the sweep to a graph, with the source folder and the sweep's definition as they are now.

        Args:
            graph: The graph to add to.
            default_datastore: Where outputs are kept that name no datastore.
            context: Workspace and source folder of the pipeline.

        Raises:
            InvalidInputError: The script or its folder is missing, or the folder is too large.
            HyperDriveConfigException: The search space cannot be sampled.
        """
        config = self._hyperdrive_config
        config._check_submission(context.workspace)  # noqa: SLF001 - one area
        inputs, outputs = self.create_input_output_bindings(self._inputs, self._outputs, default_datastore)
        arguments = self.resolve_input_arguments(self._arguments, self._inputs, self._outputs, ())
        values = self._param_values(context, arguments)
        module_def = self.create_module_def(
            EXECUTION_TYPE,
            inputs,
            outputs,
            param_defs=[_param_def(key, value) for key, value in values.items()],
            allow_reuse=self._allow_reuse,
            version=self._version,
            arguments=arguments,
        )
        code = fix_code(config.run_config, context, source_directory=config.source_directory, arguments=arguments)
        definition = StepDefinition(code=code.spec, target=code.target, nodes=code.nodes, tuning=fix_sweep(config))
        builder = ModuleBuilder(module_def, definition)
        return graph.add_module_node(self.name, inputs, outputs, param_bindings=values, module_builder=builder)

    def _param_values(self, context: GraphContext, arguments: list[str]) -> dict[str, Any]:
        """Values of the node's parameters; the step's own replace pipeline parameters of the same name."""
        config = self._hyperdrive_config
        dto = config._dto(context.experiment_name)  # noqa: SLF001 - one area
        hashed = {key: value for key, value in dto.items() if key != "name"}
        own: dict[str, Any] = {
            "PrimaryMetricGoal": dto["primary_metric_config"]["goal"],
            "PrimaryMetricName": dto["primary_metric_config"]["name"],
            "HyperDriveRunConfig": json.dumps(dto, default=str),
            "HDReuseHashableRunConfig": json.dumps(hashed, default=str, sort_keys=True),
        }
        if arguments:
            own["Arguments"] = _STRUCTURED
        return {**self._parameters(), **own}


def _check_config(config: object) -> None:
    rule = "hyperdrive_config is a HyperDriveConfig with a script to run."
    if not isinstance(config, HyperDriveConfig):
        raise InvalidInputError(rule, received=type(config).__name__, remedy="Give a HyperDriveConfig.")
    if config.pipeline is not None:
        remedy = "Build it with run_config=ScriptRunConfig(...) instead of pipeline=."
        raise InvalidInputError(rule, received="a HyperDriveConfig with pipeline=", remedy=remedy)
    if config.estimator is None and config.run_config is None:
        raise InvalidInputError(rule, received="neither", remedy="Give it an estimator or a run_config.")


def _as_metrics_output(given: object) -> PipelineData | OutputPortBinding:
    if isinstance(given, DataReference):
        return OutputPortBinding(
            name=given.data_reference_name,
            datastore=given.datastore,
            bind_mode=given.mode,
            path_on_compute=given.path_on_compute,
            overwrite=given.overwrite,
            training_output=TrainingOutput("Metrics"),
        )
    if not _takes_training_output(given):
        rule = "metrics_output is a PipelineData, an OutputPortBinding or a DataReference."
        remedy = "Give a PipelineData; an OutputFileDatasetConfig cannot hold the metrics."
        raise InvalidInputError(rule, received=type(given).__name__, remedy=remedy)
    given._training_output = TrainingOutput("Metrics")  # noqa: SLF001 - one area; v1 marks the given object too
    return given


def _takes_training_output(given: object) -> TypeGuard[PipelineData | OutputPortBinding]:
    return isinstance(given, PipelineData | OutputPortBinding)


def _param_def(name: str, value: object) -> ParamDef:
    metadata = {"PrimaryMetricGoal", "PrimaryMetricName", "HyperDriveRunConfig", "HDReuseHashableRunConfig"}
    return ParamDef(
        name,
        default_value=value,
        is_metadata_param=name in metadata,
        set_env_var=name not in metadata and name != "Arguments",
        calculate_hash=name != "HyperDriveRunConfig",
    )
