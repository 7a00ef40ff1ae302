"""How a step's input or output port is bound to data: the mode, the path on the machine, where it is kept."""

from __future__ import annotations

from typing import Any

from hyperstep.azureml_v1.pipeline.names import data_placeholder
from hyperstep.azureml_v1.pipeline.training_output import TrainingOutput
from hyperstep.errors import InvalidInputError, UnsupportedError

INPUT_MODES = ("mount", "download", "direct", "hdfs")
OUTPUT_MODES = ("mount", "upload", "hdfs", "link")


class InputPortBinding:
    """Binds data to an input port of a step.

    Args:
        name: Name of the port.
        bind_object: A PipelineData, OutputPortBinding, DataReference, PortDataReference or dataset input.
        bind_mode: ``mount``, ``download``, ``direct`` or ``hdfs``.
        path_on_compute: Where the data is to lie on the machine that runs the step.
        overwrite: Whether files that lie there already are replaced.
        is_resource: Only False can be given here.
        additional_transformations: Only None can be given here.
        **kwargs: Accepted and not used.

    Raises:
        InvalidInputError: No bind object, or an unknown mode.
        UnsupportedError: ``is_resource`` or ``additional_transformations`` is set.
    """

    name: str = ""
    """Name of the port."""
    path_on_compute: str | None = None
    """Where the data is to lie on the machine that runs the step."""

    def __init__(
        self,
        name: str,
        bind_object: Any = None,  # noqa: ANN401 - classes of three areas, told apart when the graph is built
        bind_mode: str = "mount",
        path_on_compute: str | None = None,
        overwrite: bool | None = None,
        is_resource: bool = False,
        additional_transformations: object = None,
        **kwargs: object,  # noqa: ARG002 - v1 takes any keyword
    ) -> None:
        if bind_object is None:
            rule = "An InputPortBinding binds an object."
            raise InvalidInputError(rule, received=None, remedy="Give bind_object, for example a PipelineData.")
        _check_mode(bind_mode, INPUT_MODES, "input")
        if is_resource or additional_transformations is not None:
            rule = "Inputs as resources and additional transformations are not built."
            raise UnsupportedError(rule, received=name, remedy="Bind the data by mount or download.")
        self.name = name
        self.path_on_compute = path_on_compute
        self._bind_object = bind_object
        self._bind_mode = bind_mode
        self._overwrite = overwrite

    def __str__(self) -> str:
        own = getattr(self._bind_object, "placeholder", None)  # dataset inputs have a text of their own
        return str(own) if own else data_placeholder(self.data_reference_name)

    @property
    def bind_object(self) -> Any:  # noqa: ANN401 - see the constructor
        """What is bound."""
        return self._bind_object

    @property
    def bind_mode(self) -> str:
        """How the data reaches the step."""
        return self._bind_mode

    @bind_mode.setter
    def bind_mode(self, value: str) -> None:
        _check_mode(value, INPUT_MODES, "input")
        self._bind_mode = value

    @property
    def overwrite(self) -> bool | None:
        """Whether files that lie there already are replaced."""
        return self._overwrite

    @property
    def data_reference_name(self) -> str:
        """Name of the variable that holds the data's path, without its fixed beginning."""
        return self.get_bind_object_name()

    @property
    def data_type(self) -> str | None:
        """Type of the bound data, when it has one."""
        return self.get_bind_object_data_type()

    @property
    def is_resource(self) -> bool:
        """Whether the data is put beside the step's source files; never here."""
        return False

    @property
    def additional_transformations(self) -> None:
        """Transformations of the data; never any here."""
        return

    def get_bind_object_name(self) -> str:
        """Name of the bound object."""
        return str(getattr(self._bind_object, "data_reference_name", None) or self._bind_object.name)

    def get_bind_object_data_type(self) -> str | None:
        """Type of the bound data, when it has one."""
        data_type = getattr(self._bind_object, "data_type", None)
        return None if data_type is None else str(data_type)

    def as_resource(self) -> InputPortBinding:
        """Refused: data is not put beside the step's source files here.

        Raises:
            UnsupportedError: Always.
        """
        rule = "Inputs as resources are not built."
        raise UnsupportedError(rule, received=self.name, remedy="Bind the data by mount or download.")


class OutputPortBinding:
    """Binds an output port of a step to a place in a datastore.

    Args:
        name: Name of the data.
        datastore: Where it is kept; the pipeline's default datastore without it.
        output_name: Name of the port; ``name`` without it.
        bind_mode: ``mount``, ``upload``, ``hdfs`` or ``link``.
        path_on_compute: Where the step writes on its machine.
        is_directory: Whether it is a folder.
        overwrite: Whether files that exist are replaced.
        data_type: Type of the data, for people to read.
        pipeline_output_name: Under which the pipeline run hands it out.
        training_output: The metrics file or the model file of a sweep.
        dataset_registration: A DatasetRegistration: under which name the data is registered.
        dataset_output: The OutputDatasetConfig that it is.

    Raises:
        InvalidInputError: An unknown mode.
    """

    datastore: Any = None
    """Where it is kept; None for the pipeline's default datastore."""

    def __init__(
        self,
        name: str,
        datastore: Any = None,  # noqa: ANN401 - any datastore class
        output_name: str | None = None,
        bind_mode: str = "mount",
        path_on_compute: str | None = None,
        is_directory: bool | None = None,
        overwrite: bool | None = None,
        data_type: str | None = None,
        pipeline_output_name: str | None = None,
        training_output: TrainingOutput | None = None,
        dataset_registration: Any = None,  # noqa: ANN401 - a class that knows this one
        dataset_output: Any = None,  # noqa: ANN401 - any OutputDatasetConfig
    ) -> None:
        _check_mode(bind_mode, OUTPUT_MODES, "output")
        self.datastore = datastore
        self._name = name
        self._output_name = output_name or name
        self._bind_mode = bind_mode
        self._path_on_compute = path_on_compute
        self._is_directory = is_directory
        self._overwrite = overwrite
        self._data_type = data_type
        self._pipeline_output_name = pipeline_output_name
        self._training_output = training_output
        self._dataset_registration = dataset_registration
        self.dataset_output = dataset_output
        self._producer: object = None

    def __str__(self) -> str:
        return data_placeholder(self._name)

    @property
    def name(self) -> str:
        """Name of the data."""
        return self._name

    @property
    def bind_mode(self) -> str:
        """How the data leaves the step."""
        return self._bind_mode

    @property
    def path_on_compute(self) -> str | None:
        """Where the step writes on its machine."""
        return self._path_on_compute

    @property
    def is_directory(self) -> bool | None:
        """Whether it is a folder."""
        return self._is_directory

    @property
    def overwrite(self) -> bool | None:
        """Whether files that exist are replaced."""
        return self._overwrite

    @property
    def data_type(self) -> str | None:
        """Type of the data, for people to read."""
        return self._data_type

    @property
    def pipeline_output_name(self) -> str | None:
        """Under which the pipeline run hands it out."""
        return self._pipeline_output_name

    @property
    def training_output(self) -> TrainingOutput | None:
        """The metrics file or the model file of a sweep."""
        return self._training_output

    @property
    def dataset_registration(self) -> Any:  # noqa: ANN401 - see the constructor
        """Under which name the data is registered; None for under none."""
        return self._dataset_registration


def _check_mode(mode: object, modes: tuple[str, ...], what: str) -> None:
    if mode not in modes:
        rule = f"The mode of an {what} is one of {', '.join(modes)}."
        raise InvalidInputError(rule, received=mode, remedy="Give one of these.")


class InputSource:
    """What a step writes or wrote, and others may read."""

    @property
    def name(self) -> str:
        """Its name."""
        raise NotImplementedError

    def as_input(self, input_name: str) -> InputPortBinding:
        """An input of that name, mounted."""
        return self.create_input_binding(input_name=input_name)

    def as_mount(self, input_name: str | None = None) -> InputPortBinding:
        """An input that reads the data in place."""
        return self.create_input_binding(input_name, "mount")

    def as_download(
        self,
        input_name: str | None = None,
        path_on_compute: str | None = None,
        overwrite: bool | None = None,
    ) -> InputPortBinding:
        """An input that is copied before the step starts."""
        return self.create_input_binding(input_name, "download", path_on_compute, overwrite)

    def create_input_binding(
        self,
        input_name: str | None = None,
        mode: str | None = None,
        path_on_compute: str | None = None,
        overwrite: bool | None = None,
    ) -> InputPortBinding:
        """An input bound to this data. The variable that holds its path keeps this data's name.

        Raises:
            InvalidInputError: The mode is neither ``mount`` nor ``download`` nor None.
        """
        return bind_input(self, input_name or self.name, mode, path_on_compute, overwrite)


def bind_input(
    data: object, name: str, mode: str | None, path_on_compute: str | None, overwrite: bool | None
) -> InputPortBinding:
    """An input port binding of ``data``; mode None means mounted.

    Raises:
        InvalidInputError: The mode is neither ``mount`` nor ``download`` nor None.
    """
    if mode not in ("mount", "download", None):
        rule = "The mode of an input made from pipeline data is mount or download."
        raise InvalidInputError(rule, received=mode, remedy="Give one of these.")
    return InputPortBinding(name, data, mode or "mount", path_on_compute, overwrite)
