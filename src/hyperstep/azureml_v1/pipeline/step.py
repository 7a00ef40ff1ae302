"""What all steps have in common: ports, arguments, order, and the node that a step becomes."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.pipeline.bindings import InputPortBinding, OutputPortBinding
from hyperstep.azureml_v1.pipeline.data_kinds import DatasetConsumptionConfig
from hyperstep.azureml_v1.pipeline.modules import ModuleDef
from hyperstep.azureml_v1.pipeline.names import check_port_name
from hyperstep.azureml_v1.pipeline.parameter import PipelineParameter, collect_parameters
from hyperstep.azureml_v1.pipeline.parameter_sites import parameter_of
from hyperstep.azureml_v1.pipeline.pipeline_dataset import PipelineDataset
from hyperstep.azureml_v1.pipeline.port_definitions import InputPortDef, OutputPortDef, ParamDef
from hyperstep.azureml_v1.pipeline.produced_data import as_input, take_in_produced
from hyperstep.azureml_v1.pipeline.step_arguments import (
    bound_data,
    check_arguments,
    listed,
    resolve_arguments,
    step_name,
)
from hyperstep.azureml_v1.pipeline.step_ports import bind_output, input_binding, output_port_name, reference_of_pair
from hyperstep.errors import InvalidInputError, UnsupportedError
from hyperstep.pipeline.reuse_rules import DatasetReuse

if TYPE_CHECKING:
    from hyperstep.azureml_v1.pipeline.context import GraphContext
    from hyperstep.azureml_v1.pipeline.graph import Graph
    from hyperstep.azureml_v1.pipeline.nodes import ModuleNode


class PipelineStep(ABC):
    """One step of a pipeline.

    Lists that are passed as inputs and outputs are kept and may grow: a dataset among the arguments becomes an input.

    Args:
        name: Name of the step; need not be unique.
        inputs: PipelineData, InputPortBinding, DataReference, PortDataReference, dataset inputs.
        outputs: PipelineData (as a dataset too), OutputPortBinding, OutputFileDatasetConfig.
        arguments: For the script; data and parameters may stand among them.
        fix_port_name_collisions: Whether an input named like an output is renamed ``INPUT_<name>``.
        resource_inputs: Only an empty list or None can be given here.

    Raises:
        InvalidInputError: A name that is no text; inputs, outputs or arguments that are no list; an input or output of
            another type; a port name that is not made of letters, digits and underscores, or is used twice; data among
            the arguments that is neither input nor output.
        ConflictError: Two pipeline parameters of one name have different defaults.
        UnsupportedError: ``resource_inputs`` is set.
    """

    dataset_reuse: str = ""
    """What of its datasets counts for reuse: ``content``, ``definition``, or empty for what the settings say. Not of
    v1; set it before the pipeline is made."""

    def __init__(
        self,
        name: str,
        inputs: list[Any] | None,
        outputs: list[Any] | None,
        arguments: list[Any] | None = None,
        fix_port_name_collisions: bool = False,
        resource_inputs: list[Any] | None = None,
    ) -> None:
        if resource_inputs:
            rule = "Inputs as resources are not built."
            raise UnsupportedError(rule, received=resource_inputs, remedy="List them in inputs.")
        self.name = step_name(name)
        self.step_type = type(self).__name__.lstrip("_").removesuffix("Base")
        self._inputs: list[Any] = listed(inputs, "inputs")
        self._outputs: list[Any] = listed(outputs, "outputs")
        self._arguments = self._take_in_data(listed(arguments, "arguments"))
        self._fix_port_name_collisions = fix_port_name_collisions
        self._run_after: list[PipelineStep] = []
        self._check_port_names()
        self.validate_arguments(self._arguments, self._inputs, self._outputs)
        collect_parameters(self._arguments)
        for output in self._outputs:
            output._producer = self  # noqa: SLF001 - one area; the last step that lists it is its producer

    def __repr__(self) -> str:
        return f"{self.step_type}({self.name!r})"

    @staticmethod
    def validate_arguments(arguments: Iterable[Any], inputs: Sequence[Any], outputs: Sequence[Any]) -> None:
        """See that every piece of data among the arguments is an input or output of the step.

        Raises:
            InvalidInputError: One is not, or a bare dataset stands among them.
        """
        check_arguments(arguments, inputs, outputs)

    @staticmethod
    def resolve_input_arguments(
        arguments: Iterable[Any],
        inputs: Sequence[Any],  # noqa: ARG004 - v1's signature
        outputs: Sequence[Any],  # noqa: ARG004
        params: Iterable[str],
    ) -> list[str]:
        """The arguments as texts; data and parameters become their placeholders."""
        return resolve_arguments(arguments, params)

    def run_after(self, step: PipelineStep) -> None:
        """Let this step start only when ``step`` has ended. Nothing is checked before the pipeline is built."""
        self._run_after.append(step)

    @abstractmethod
    def create_node(self, graph: Graph, default_datastore: Any, context: GraphContext) -> ModuleNode:  # noqa: ANN401
        """Add the step to a graph. Called while a Pipeline is constructed.

        Args:
            graph: The graph to add to.
            default_datastore: Where outputs are kept that name no datastore.
            context: Workspace and source folder of the pipeline.
        """

    def create_input_output_bindings(
        self,
        inputs: Sequence[Any],
        outputs: Sequence[Any],
        default_datastore: Any,  # noqa: ANN401 - any datastore class
        resource_inputs: Sequence[Any] | None = None,  # noqa: ARG002 - refused by the constructor
    ) -> tuple[list[InputPortBinding], list[OutputPortBinding]]:
        """What is bound to each port.

        Raises:
            InvalidInputError: An output has no datastore, and there is no default.
        """
        bound_outputs = [bind_output(output, default_datastore) for output in outputs]
        taken = {output._output_name for output in bound_outputs} if self._fix_port_name_collisions else set()  # noqa: SLF001
        return [_renamed(input_binding(port), taken) for port in inputs], bound_outputs

    def create_module_def(
        self,
        execution_type: str,
        input_bindings: Sequence[InputPortBinding],
        output_bindings: Sequence[OutputPortBinding],
        param_defs: Sequence[ParamDef] | None = None,
        create_sequencing_ports: bool = True,
        allow_reuse: bool = True,
        version: str | None = None,
        module_type: str | None = None,
        arguments: Sequence[str] | None = None,
        runconfig: object = None,
        cloud_settings: object = None,
    ) -> ModuleDef:
        """What the step's node says about itself."""
        module = ModuleDef(
            name=self.name,
            description=self.name,
            input_port_defs=tuple(_input_def(binding) for binding in input_bindings),
            output_port_defs=tuple(_output_def(binding) for binding in output_bindings),
            param_defs=tuple(param_defs or ()),
            module_execution_type=execution_type,
            create_sequencing_ports=create_sequencing_ports,
            allow_reuse=allow_reuse,
            version=version,
            module_type=module_type,
            step_type=self.step_type,
            arguments=tuple(arguments or ()),
            runconfig=runconfig,
            cloud_settings=cloud_settings,
        )
        module.dataset_reuse = self._checked_dataset_reuse()
        return module

    def _checked_dataset_reuse(self) -> str:
        known = [rule.value for rule in DatasetReuse]
        if self.dataset_reuse not in {"", *known}:
            rule = (
                f"dataset_reuse of step '{self.name}' is one of {', '.join(known)}, or empty for what the settings say."
            )
            raise InvalidInputError(rule, received=self.dataset_reuse, remedy="Correct it.")
        return self.dataset_reuse

    def get_source_directory(self, context: GraphContext, source_directory: str | None, script_name: str | None) -> str:
        """The folder of the step's code: the given one, else the pipeline's, else the current one.

        Raises:
            InvalidInputError: It is no folder, or the script is not in it.
        """
        folder = source_directory or context.default_source_directory or os.getcwd()  # noqa: PTH109 - v1 gives text
        if not os.path.isdir(folder):  # noqa: PTH112
            rule = f"The source_directory of step '{self.name}' is a folder."
            raise InvalidInputError(rule, received=folder, remedy="Give the folder that holds the script.")
        if script_name is not None and not os.path.isfile(os.path.join(folder, script_name)):  # noqa: PTH113, PTH118
            rule = f"The script of step '{self.name}' lies in its source_directory ({folder})."
            remedy = "Correct script_name or source_directory."
            raise InvalidInputError(rule, received=script_name, remedy=remedy)
        return folder

    def _parameters(self) -> Mapping[str, PipelineParameter]:
        """The pipeline parameters among the arguments, and those that inputs follow."""
        return collect_parameters([*self._arguments, *(parameter_of(bound_data(port)) for port in self._inputs)])

    def _take_in_data(self, arguments: list[Any]) -> list[Any]:
        """Dataset inputs among the arguments become inputs; data path pairs become references."""
        pairs = {_pair_key(pair): pair for pair in (*self._inputs, *arguments) if isinstance(pair, tuple)}
        references = {key: reference_of_pair(pair) for key, pair in pairs.items()}
        self._inputs[:] = [references.get(_pair_key(port), port) for port in self._inputs]
        taken = [references.get(_pair_key(item), item) for item in arguments]
        self._inputs[:] = [as_input(port) for port in self._inputs]
        taken = [item.as_consumption() if isinstance(item, PipelineDataset) else item for item in taken]
        taken = [take_in_produced(item, self._inputs, self._outputs) for item in taken]
        for item in taken:
            if isinstance(item, DatasetConsumptionConfig) and not any(item is port for port in self._inputs):
                self._inputs.append(item)
        return taken

    def _check_port_names(self) -> None:
        inputs = [check_port_name(input_binding(port).name, "an input") for port in self._inputs]
        outputs = [check_port_name(output_port_name(port), "an output") for port in self._outputs]
        for what, names in (("input", inputs), ("output", outputs)):
            twice = [name for name, count in Counter(names).items() if count > 1]
            if twice:
                rule = f"Step '{self.name}' has each {what} once."
                raise InvalidInputError(rule, received=twice[0], remedy="Remove one, or give it another name.")
        shared = sorted(set(inputs) & set(outputs))
        if shared and not self._fix_port_name_collisions:
            rule = f"Inputs and outputs of step '{self.name}' have different names."
            raise InvalidInputError(rule, received=shared[0], remedy="Rename one, for example with as_input('name').")


def _pair_key(pair: object) -> tuple[int, ...]:
    """Equal for pairs of the same two objects; empty for what is no pair."""
    return tuple(id(item) for item in pair) if isinstance(pair, tuple) else ()


def _renamed(binding: InputPortBinding, taken: set[str]) -> InputPortBinding:
    if binding.name not in taken:
        return binding
    return InputPortBinding(
        f"INPUT_{binding.name}", binding.bind_object, binding.bind_mode, binding.path_on_compute, binding.overwrite
    )


def _input_def(binding: InputPortBinding) -> InputPortDef:
    return InputPortDef(
        name=binding.name,
        data_types=[binding.data_type or "AnyFile"],
        default_datastore_mode=binding.bind_mode,
        default_path_on_compute=binding.path_on_compute,
        default_overwrite=binding.overwrite,
        default_data_reference_name=binding.data_reference_name,
    )


def _output_def(binding: OutputPortBinding) -> OutputPortDef:
    return OutputPortDef(
        name=binding._output_name,  # noqa: SLF001 - one area
        default_datastore_name=binding.datastore.name,
        default_datastore_mode=binding.bind_mode,
        default_path_on_compute=binding.path_on_compute,
        is_directory=binding.is_directory,
        data_type=binding.data_type,
        default_overwrite=binding.overwrite,
        training_output=binding.training_output,
        dataset_output=binding.dataset_output,
        dataset_registration=binding.dataset_registration,
    )
