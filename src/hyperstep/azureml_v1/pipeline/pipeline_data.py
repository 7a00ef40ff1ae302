"""Data that one step of a pipeline writes and others read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hyperstep.azureml_v1.pipeline.bindings import InputSource
from hyperstep.azureml_v1.pipeline.names import check_port_name, data_placeholder
from hyperstep.azureml_v1.pipeline.training_output import TrainingOutput
from hyperstep.errors import InvalidInputError

if TYPE_CHECKING:
    from hyperstep.azureml_v1.pipeline.pipeline_output_dataset import PipelineOutputFileDataset

OUTPUT_MODES = ("mount", "upload")


class PipelineData(InputSource):
    """An output of one step, usable as input of others.

    It lies at ``azureml/<id of the step run that wrote it>/<output name>`` in its datastore. Whether it is a file or a
    folder is up to the script that writes it: the folder above it exists, the path itself does not. As text it is the
    placeholder that stands for that path in arguments.

    Args:
        name: Letters, digits, underscores.
        datastore: Where it is kept; the pipeline's default datastore without it.
        output_name: Name of the output port; ``name`` without it.
        output_mode: ``mount`` (written in place) or ``upload`` (stored when the step ends).
        output_path_on_compute: Where the step writes on its machine; for mode ``upload``.
        output_overwrite: Whether files that exist are replaced; for mode ``upload``.
        data_type: Type of the data, for people to read.
        is_directory: Says that it is a folder. Nothing is created by it.
        pipeline_output_name: Under which the pipeline run hands it out.
        training_output: The metrics file or the model file of a sweep.

    Raises:
        InvalidInputError: The name or output name is empty or holds another character, the mode is unknown, or the
            training output is none.
    """

    def __init__(
        self,
        name: str,
        datastore: Any = None,  # noqa: ANN401 - any datastore class
        output_name: str | None = None,
        output_mode: str = "mount",
        output_path_on_compute: str | None = None,
        output_overwrite: bool | None = None,
        data_type: str | None = None,
        is_directory: bool | None = None,
        pipeline_output_name: str | None = None,
        training_output: TrainingOutput | None = None,
    ) -> None:
        self._name = check_port_name(name, "a PipelineData")
        self._output_name = check_port_name(output_name, "an output") if output_name else name
        if output_mode not in OUTPUT_MODES:
            rule = f"The output_mode of a PipelineData is one of {', '.join(OUTPUT_MODES)}."
            raise InvalidInputError(rule, received=output_mode, remedy="Give one of these.")
        self._datastore = datastore
        self._output_mode = output_mode
        self._output_path_on_compute = output_path_on_compute
        self._output_overwrite = output_overwrite
        self._data_type = data_type
        self._is_directory = is_directory
        self._pipeline_output_name = pipeline_output_name
        self._training_output = _checked_training(training_output)
        self._producer: object = None

    def __str__(self) -> str:
        return data_placeholder(self._name)

    def __repr__(self) -> str:
        return f"PipelineData({self._name!r})"

    @property
    def name(self) -> str:
        """Its name."""
        return self._name

    @property
    def datastore(self) -> Any:  # noqa: ANN401 - see the constructor
        """Where it is kept; None for the pipeline's default."""
        return self._datastore

    @property
    def data_type(self) -> str | None:
        """Type of the data, for people to read."""
        return self._data_type

    def get_env_variable_name(self) -> str:
        """The text that stands for its path in arguments and commands: the variable's name after a dollar sign."""
        return str(self)

    def as_dataset(self) -> PipelineOutputFileDataset:
        """This output as files that can be registered or read as a table; list it so in the outputs of its step."""
        from hyperstep.azureml_v1.pipeline.pipeline_output_dataset import (  # noqa: PLC0415 - it knows us
            PipelineOutputFileDataset,
        )

        return PipelineOutputFileDataset(self)


def _checked_training(given: object) -> TrainingOutput | None:
    if given is None or isinstance(given, TrainingOutput):
        return given
    rule = "The training_output of a PipelineData is a TrainingOutput."
    raise InvalidInputError(rule, received=given, remedy="Give TrainingOutput('Metrics'), for example.")
