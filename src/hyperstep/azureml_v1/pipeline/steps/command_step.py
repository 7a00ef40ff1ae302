"""CommandStep: one run of a command as a step of a pipeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.core.script_run_config import ScriptRunConfig
from hyperstep.azureml_v1.pipeline.modules import ModuleBuilder, StepDefinition
from hyperstep.azureml_v1.pipeline.parameter import PipelineParameter, collect_parameters
from hyperstep.azureml_v1.pipeline.step import PipelineStep
from hyperstep.azureml_v1.pipeline.step_arguments import named_values, reuse_flag, version_text
from hyperstep.azureml_v1.pipeline.step_code import fix_code
from hyperstep.azureml_v1.pipeline.steps.python_script_step import EXECUTION_TYPE, checked_distribution, param_def
from hyperstep.errors import InvalidInputError

if TYPE_CHECKING:
    from hyperstep.azureml_v1.pipeline.context import GraphContext
    from hyperstep.azureml_v1.pipeline.graph import Graph
    from hyperstep.azureml_v1.pipeline.nodes import ModuleNode

_PARAMETER_PREFIX = "parameter:"


class CommandStep(PipelineStep):
    """Runs a command, in the step's source folder.

    A list is a program and its arguments, started without a shell; data and parameters may stand among them. A text
    with variables, pipes or several commands is read by bash (sh where there is none): data is found in it under its
    placeholder (``f"{data}"``), parameters as ``$AML_PARAMETER_<key>``. ``python`` is the step's interpreter.

    Args:
        command: What to run: a text or a list; that of ``runconfig`` without it.
        name: Name of the step; ``CommandStep_`` and the command's first word without it.
        compute_target: Where it runs; that of ``runconfig`` without it.
        runconfig: Environment, variables and perhaps the command: a RunConfiguration or a ScriptRunConfig.
        runconfig_pipeline_params: Checked; one process runs whatever they say: there are no distributed runs here.
        inputs: PipelineData, InputPortBinding, DataReference, PortDataReference, dataset inputs.
        outputs: PipelineData, OutputPortBinding.
        params: Values that the command finds as ``AML_PARAMETER_<key>``.
        source_directory: The folder that it runs in; the pipeline's default, else the current folder, without it.
        allow_reuse: Whether an equal earlier run may stand for this one; None is as False.
        version: Changing it makes a new step as far as reuse is concerned; a number is its text.

    Raises:
        InvalidInputError: No command, or one that is neither text nor list; a rule of PipelineStep.
        ConflictError: Two pipeline parameters of one name have different defaults.
    """

    def __init__(
        self,
        command: str | list[Any] | None = None,
        name: str | None = None,
        compute_target: Any = None,  # noqa: ANN401 - a name or a compute target
        runconfig: Any = None,  # noqa: ANN401 - RunConfiguration, ScriptRunConfig
        runconfig_pipeline_params: Mapping[str, PipelineParameter] | None = None,
        inputs: list[Any] | None = None,
        outputs: list[Any] | None = None,
        params: Mapping[str, Any] | None = None,
        source_directory: str | None = None,
        allow_reuse: bool = True,
        version: str | None = None,
    ) -> None:
        command = _checked_command(command or getattr(runconfig, "command", None))
        self._params = named_values(params, "params")
        self._distribution = checked_distribution(runconfig_pipeline_params)
        self._command_text = command if isinstance(command, str) else None
        self._compute_target = compute_target
        self._runconfig = runconfig
        self._source_directory = source_directory or _folder_of(runconfig)
        self._allow_reuse = reuse_flag(allow_reuse)
        self._version = version_text(version)
        parts = [] if isinstance(command, str) else [_with_param(part, self._params) for part in command]
        super().__init__(name or _default_name(command), inputs, outputs, parts, fix_port_name_collisions=True)
        collect_parameters([*self._arguments, *self._params.values(), *self._distribution.values()])

    def create_node(self, graph: Graph, default_datastore: Any, context: GraphContext) -> ModuleNode:  # noqa: ANN401
        """Add the command to a graph, with the source folder as it is now.

        Args:
            graph: The graph to add to.
            default_datastore: Where outputs are kept that name no datastore.
            context: Workspace and source folder of the pipeline.

        Raises:
            InvalidInputError: The folder is missing or too large, or a quote in the command is not closed.
        """
        folder = self.get_source_directory(context, self._source_directory, None)
        inputs, outputs = self.create_input_output_bindings(self._inputs, self._outputs, default_datastore)
        parts = self.resolve_input_arguments(self._arguments, self._inputs, self._outputs, self._params)
        values = {**self._distribution, **self._parameters(), **self._params}
        module_def = self.create_module_def(
            EXECUTION_TYPE,
            inputs,
            outputs,
            param_defs=[param_def(key, value, self._distribution) for key, value in values.items()],
            allow_reuse=self._allow_reuse,
            version=self._version,
            arguments=parts or [self._command_text or ""],
        )
        code = fix_code(
            self._runconfig,
            context,
            source_directory=folder,
            arguments=(),
            compute_target=self._compute_target,
            command=self._command_text or parts,
        )
        definition = StepDefinition(code=code.spec, target=code.target, nodes=code.nodes)
        builder = ModuleBuilder(module_def, definition)
        return graph.add_module_node(self.name, inputs, outputs, param_bindings=values, module_builder=builder)


def _checked_command(command: object) -> str | list[Any]:
    if command and isinstance(command, str | list):
        return command
    rule = "A CommandStep needs a command: a text or a list, here or in its runconfig."
    raise InvalidInputError(rule, received=command, remedy="Give command='python train.py', for example.")


def _folder_of(runconfig: object) -> str | None:
    return runconfig.source_directory if isinstance(runconfig, ScriptRunConfig) else None


def _with_param(part: Any, params: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever the user put there
    """What ``parameter:<name>`` stands for: the step's own parameter of that name."""
    if not isinstance(part, str) or not part.startswith(_PARAMETER_PREFIX):
        return part
    return params.get(part.removeprefix(_PARAMETER_PREFIX), part)


def _default_name(command: str | Sequence[Any]) -> str:
    words = command.split() if isinstance(command, str) else str(command[0]).split()
    return f"CommandStep_{next(iter(words), 'command')}"
