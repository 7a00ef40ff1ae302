"""PythonScriptStep: one run of a script as a step of a pipeline."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.pipeline.modules import ModuleBuilder, StepDefinition
from hyperstep.azureml_v1.pipeline.parameter import PipelineParameter, collect_parameters
from hyperstep.azureml_v1.pipeline.port_definitions import ParamDef
from hyperstep.azureml_v1.pipeline.step import PipelineStep
from hyperstep.azureml_v1.pipeline.step_arguments import named_values, reuse_flag, version_text
from hyperstep.azureml_v1.pipeline.step_code import fix_code
from hyperstep.errors import InvalidInputError

if TYPE_CHECKING:
    from hyperstep.azureml_v1.pipeline.context import GraphContext
    from hyperstep.azureml_v1.pipeline.graph import Graph
    from hyperstep.azureml_v1.pipeline.nodes import ModuleNode

EXECUTION_TYPE = "escloud"
_logger = logging.getLogger("hyperstep.azureml")
_RUNCONFIG_PARAMETERS = (
    "NodeCount",
    "MpiProcessCountPerNode",
    "TensorflowWorkerCount",
    "TensorflowParameterServerCount",
)


class PythonScriptStep(PipelineStep):
    """Runs a Python script.

    Args:
        script_name: The script, relative to ``source_directory``.
        name: Name of the step; ``script_name`` without it.
        arguments: For the script; data and parameters may stand among them.
        compute_target: Where it runs; that of ``runconfig`` without it.
        runconfig: Environment and variables to run with.
        runconfig_pipeline_params: Parameters that set how many nodes and processes take part. They are accepted, and
            one process runs whatever they say: there are no distributed runs here.
        inputs: PipelineData, InputPortBinding, DataReference, PortDataReference, dataset inputs.
        outputs: PipelineData, OutputPortBinding.
        params: Values that the script finds as ``AML_PARAMETER_<key>``.
        source_directory: Folder of the script; the pipeline's default, else the current folder, without it.
        allow_reuse: Whether an equal earlier run may stand for this one; None is as False.
        version: Changing it makes a new step as far as reuse is concerned; a number is its text.
        hash_paths: Deprecated in v1 and not used; the whole folder counts.

    Raises:
        InvalidInputError: An argument breaks one of these rules, or a rule of PipelineStep.
        ConflictError: Two pipeline parameters of one name have different defaults.
    """

    def __init__(
        self,
        script_name: str,
        name: str | None = None,
        arguments: list[Any] | None = None,
        compute_target: Any = None,  # noqa: ANN401 - a name or a compute target
        runconfig: Any = None,  # noqa: ANN401 - RunConfiguration
        runconfig_pipeline_params: Mapping[str, PipelineParameter] | None = None,
        inputs: list[Any] | None = None,
        outputs: list[Any] | None = None,
        params: Mapping[str, Any] | None = None,
        source_directory: str | None = None,
        allow_reuse: bool = True,
        version: str | None = None,
        hash_paths: list[str] | None = None,  # noqa: ARG002 - v1 ignores it too
    ) -> None:
        _check_script_name(script_name)
        self._script_name = script_name
        self._compute_target = compute_target
        self._runconfig = runconfig
        self._params = named_values(params, "params")
        self._distribution = checked_distribution(runconfig_pipeline_params)
        self._source_directory = source_directory
        self._allow_reuse = reuse_flag(allow_reuse)
        self._version = version_text(version)
        super().__init__(name or script_name, inputs, outputs, arguments, fix_port_name_collisions=True)
        collect_parameters([*self._arguments, *self._params.values(), *self._distribution.values()])

    def create_node(self, graph: Graph, default_datastore: Any, context: GraphContext) -> ModuleNode:  # noqa: ANN401
        """Add the script to a graph, with the source folder as it is now.

        Args:
            graph: The graph to add to.
            default_datastore: Where outputs are kept that name no datastore.
            context: Workspace and source folder of the pipeline.

        Raises:
            InvalidInputError: The script or its folder is missing, or the folder is too large.
        """
        folder = self.get_source_directory(context, self._source_directory, self._script_name)
        inputs, outputs = self.create_input_output_bindings(self._inputs, self._outputs, default_datastore)
        arguments = self.resolve_input_arguments(self._arguments, self._inputs, self._outputs, self._params)
        values = {**self._distribution, **self._parameters(), **self._params}
        module_def = self.create_module_def(
            EXECUTION_TYPE,
            inputs,
            outputs,
            param_defs=[param_def(name, value, self._distribution) for name, value in values.items()],
            allow_reuse=self._allow_reuse,
            version=self._version,
            arguments=arguments,
        )
        code = fix_code(
            self._runconfig,
            context,
            source_directory=folder,
            arguments=arguments,
            script=self._script_name,
            compute_target=self._compute_target,
        )
        definition = StepDefinition(code=code.spec, target=code.target, nodes=code.nodes)
        builder = ModuleBuilder(module_def, definition)
        return graph.add_module_node(self.name, inputs, outputs, param_bindings=values, module_builder=builder)


def param_def(name: str, value: object, distribution: Mapping[str, object]) -> ParamDef:
    """A parameter of a script's or command's node; what only sets the distribution does not reach the script."""
    hidden = distribution.get(name) is value
    return ParamDef(name, default_value=value, is_metadata_param=hidden, set_env_var=not hidden)


def _check_script_name(script_name: object) -> None:
    if not isinstance(script_name, str):
        rule = "A PythonScriptStep needs a script_name, which is a text."
        raise InvalidInputError(rule, received=script_name, remedy="Give script_name='...'.")


def checked_distribution(params: Mapping[str, PipelineParameter] | None) -> dict[str, PipelineParameter]:
    """What sets the number of nodes and processes, by v1's rules; that one process runs all the same is said.

    Raises:
        InvalidInputError: No dict, an unknown key, or a value that is no PipelineParameter.
    """
    checked = named_values(params, "runconfig_pipeline_params")
    for key, value in checked.items():
        if key not in _RUNCONFIG_PARAMETERS:
            rule = f"runconfig_pipeline_params has no other keys than {', '.join(_RUNCONFIG_PARAMETERS)}."
            raise InvalidInputError(rule, received=key, remedy="Use params for values that the script reads.")
        if not isinstance(value, PipelineParameter):
            rule = "The values of runconfig_pipeline_params are PipelineParameters."
            raise InvalidInputError(rule, received=value, remedy="Wrap it: PipelineParameter(name, default).")
        if value.default_value != 1:
            _logger.warning("%s is %s, and one process runs: there are no distributed runs.", key, value.default_value)
    return checked
