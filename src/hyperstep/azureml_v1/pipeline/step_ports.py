"""From what users list as inputs and outputs to bindings of ports."""

from __future__ import annotations

from typing import Any

from hyperstep.azureml_v1.pipeline.bindings import InputPortBinding, OutputPortBinding
from hyperstep.azureml_v1.pipeline.data_kinds import (
    DataReference,
    DatasetConsumptionConfig,
    is_data_path,
    is_data_path_pair,
    is_dataset,
)
from hyperstep.azureml_v1.pipeline.parameter import PipelineParameter
from hyperstep.azureml_v1.pipeline.parameter_reference import ParameterReference
from hyperstep.azureml_v1.pipeline.pipeline_data import PipelineData
from hyperstep.azureml_v1.pipeline.port_data_reference import PortDataReference
from hyperstep.azureml_v1.pipeline.step_arguments import bare_dataset_error
from hyperstep.errors import InvalidInputError


def input_binding(port: object) -> InputPortBinding:
    """The binding of something listed as an input.

    Raises:
        InvalidInputError: It cannot be an input.
    """
    if isinstance(port, InputPortBinding):
        return port
    if isinstance(port, PipelineData | PortDataReference):
        return port.create_input_binding()
    if isinstance(port, DataReference):
        name = port.data_reference_name
        return InputPortBinding(name, port, _input_mode(port), port.path_on_compute, port.overwrite)
    if isinstance(port, DatasetConsumptionConfig):
        return InputPortBinding(port.name, port, port.mode, port.path_on_compute)
    if is_dataset(port):
        raise bare_dataset_error(port)
    rule = "An input is a PipelineData, InputPortBinding, DataReference, PortDataReference or a named dataset input."
    raise InvalidInputError(rule, received=port, remedy="List one of these.")


def output_port_name(output: object) -> str:
    """Name of the port of something listed as an output.

    Raises:
        InvalidInputError: It cannot be an output.
    """
    if isinstance(output, PipelineData | OutputPortBinding):
        return output._output_name  # noqa: SLF001 - one area
    rule = "An output is a PipelineData or an OutputPortBinding."
    raise InvalidInputError(rule, received=output, remedy="List one of these.")


def bind_output(output: PipelineData | OutputPortBinding, default_datastore: Any) -> OutputPortBinding:  # noqa: ANN401
    """The binding of an output, in its datastore or the default one.

    Raises:
        InvalidInputError: There is no datastore.
    """
    datastore = output.datastore if output.datastore is not None else default_datastore
    if datastore is None:
        rule = f"Output '{output.name}' is kept in a datastore."
        remedy = "Give its datastore, or the pipeline's default_datastore."
        raise InvalidInputError(rule, received=None, remedy=remedy)
    if isinstance(output, PipelineData):
        mode, overwrite = output._output_mode, output._output_overwrite  # noqa: SLF001 - one area
        path_on_compute = output._output_path_on_compute  # noqa: SLF001
    else:
        mode, overwrite, path_on_compute = output.bind_mode, output.overwrite, output.path_on_compute
    return OutputPortBinding(
        name=output.name,
        datastore=datastore,
        output_name=output._output_name,  # noqa: SLF001
        bind_mode=mode,
        path_on_compute=path_on_compute,
        is_directory=output._is_directory,  # noqa: SLF001
        overwrite=overwrite,
        data_type=output.data_type,
        pipeline_output_name=output._pipeline_output_name,  # noqa: SLF001
        training_output=output._training_output,  # noqa: SLF001
    )


def reference_of_pair(pair: object) -> DataReference:
    """The data reference that a pair of a data path (or a parameter of one) and its binding stands for.

    Raises:
        InvalidInputError: It is no such pair.
    """
    if is_data_path_pair(pair):
        path, binding = pair
        if isinstance(path, PipelineParameter) and is_data_path(path.default_value):
            return ParameterReference(path, path.default_value.create_data_reference(path.name, binding))
        if is_data_path(path):
            return path.create_data_reference(None, binding)
    rule = (
        "A tuple among inputs or arguments is a DataPath (or a PipelineParameter of one) and a DataPathComputeBinding."
    )
    raise InvalidInputError(rule, received=pair, remedy="Give such a pair.")


def _input_mode(reference: DataReference) -> str:
    if reference.mode == "upload":
        rule = "A DataReference that is an input is mounted or downloaded."
        remedy = "Use as_mount() or as_download()."
        raise InvalidInputError(rule, received=reference.mode, remedy=remedy)
    return reference.mode
