"""From what users list as inputs and outputs to bindings of ports."""

from __future__ import annotations

from typing import Any

from hyperstep.azureml_v1.data.output_dataset_config import OutputDatasetConfig
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
from hyperstep.azureml_v1.pipeline.pipeline_output_dataset import DatasetRegistration, PipelineOutputAbstractDataset
from hyperstep.azureml_v1.pipeline.port_data_reference import PortDataReference
from hyperstep.azureml_v1.pipeline.step_arguments import bare_dataset_error
from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError, UnsupportedError

Output = PipelineData | OutputPortBinding | PipelineOutputAbstractDataset | OutputDatasetConfig
"""What users list as outputs."""


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
    if isinstance(port, PipelineOutputAbstractDataset):
        return port.create_input_binding()
    if is_dataset(port):
        raise bare_dataset_error(port)
    rule = "An input is a PipelineData, InputPortBinding, DataReference, PortDataReference or a named dataset input."
    raise InvalidInputError(rule, received=port, remedy="List one of these.")


def output_port_name(output: object) -> str:
    """Name of the port of something listed as an output.

    Raises:
        InvalidInputError: It cannot be an output.
    """
    if isinstance(output, Output):
        return output._output_name  # noqa: SLF001 - one area
    rule = "An output is a PipelineData (or that as a dataset), an OutputPortBinding or an OutputFileDatasetConfig."
    raise InvalidInputError(rule, received=output, remedy="List one of these.")


def bind_output(output: Output, default_datastore: Any) -> OutputPortBinding:  # noqa: ANN401
    """The binding of an output, in its datastore or the default one.

    Raises:
        InvalidInputError: There is no datastore.
        UnsupportedError: An output for Spark.
    """
    if isinstance(output, OutputDatasetConfig):
        return _bind_dataset_output(output, default_datastore)
    registration = output.dataset_registration if isinstance(output, OutputPortBinding) else None
    dataset_output = output.dataset_output if isinstance(output, OutputPortBinding) else None
    if isinstance(output, PipelineOutputAbstractDataset):
        registration = _registered(output)
        output = output._pipeline_data  # noqa: SLF001 - one area
    datastore = output.datastore if output.datastore is not None else default_datastore
    if not hasattr(datastore, "name"):
        rule = f"Output '{output.name}' is kept in a datastore."
        remedy = "Give its datastore (Datastore.get(workspace, name)), or the pipeline's default_datastore."
        raise InvalidInputError(rule, received=datastore, remedy=remedy)
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
        dataset_registration=registration,
        dataset_output=dataset_output,
    )


def _bind_dataset_output(output: OutputDatasetConfig, default_datastore: Any) -> OutputPortBinding:  # noqa: ANN401
    if output.mode == "hdfs":
        rule = "There is no Spark here to write an HDFSOutputDatasetConfig."
        raise UnsupportedError(rule, received=output.name, remedy="Use an OutputFileDatasetConfig.")
    datastore = output.destination[0] if output.destination else default_datastore
    return OutputPortBinding(output.name, datastore, bind_mode=output.mode, is_directory=True, dataset_output=output)


def _registered(output: PipelineOutputAbstractDataset) -> tuple[DatasetRegistration, dict[str, Json]] | None:
    """The registration of pipeline data, and what its files are taken for."""
    registration = output._registration  # noqa: SLF001 - one area
    return None if registration is None else (registration, output._meaning())  # noqa: SLF001


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
