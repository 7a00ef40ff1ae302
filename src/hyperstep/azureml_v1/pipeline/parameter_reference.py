"""A data reference whose path is a pipeline parameter's value."""

from __future__ import annotations

from hyperstep.azureml_v1.data.data_reference import DataReference
from hyperstep.azureml_v1.pipeline.parameter import PipelineParameter


class ParameterReference(DataReference):
    """The data that a parameter's data path points to: at first the parameter's default.

    Args:
        parameter: Holds a data path.
        reference: The same for the default path.
    """

    def __init__(self, parameter: PipelineParameter, reference: DataReference) -> None:
        super().__init__(
            reference.datastore,
            reference.data_reference_name,
            reference.path_on_datastore,
            reference.mode,
            reference.path_on_compute,
            reference.overwrite,
        )
        self.parameter = parameter
