"""A value of a pipeline that can be given anew at each submission."""

from __future__ import annotations

from collections.abc import Iterable

from hyperstep.azureml_v1.pipeline.data_kinds import is_data_path, is_dataset
from hyperstep.azureml_v1.pipeline.names import parameter_placeholder
from hyperstep.errors import ConflictError, InvalidInputError


class PipelineParameter:
    """A named value with a default. Scripts receive it as text.

    Args:
        name: Its name; scripts find the value in ``AML_PARAMETER_<name>`` too.
        default_value: A number, text, bool, data path or dataset.

    Raises:
        InvalidInputError: The default is of another type; None and lists are.
    """

    def __init__(self, name: str, default_value: object) -> None:
        if not _is_allowed(default_value):
            rule = "The default of a PipelineParameter is a number, a text, a bool, a DataPath or a dataset."
            raise InvalidInputError(rule, received=default_value, remedy="Give such a value, or its text.")
        self.name = name
        self.default_value = default_value

    def __str__(self) -> str:
        return f"PipelineParameter_Name:{self.name}_Default:{self.default_value}"

    def _placeholder(self) -> str:
        return parameter_placeholder(self.name)


def collect_parameters(values: Iterable[object]) -> dict[str, PipelineParameter]:
    """The parameters among ``values``, by name, in order.

    Raises:
        ConflictError: Two of one name have different defaults.
    """
    found: dict[str, PipelineParameter] = {}
    for value in values:
        if not isinstance(value, PipelineParameter):
            continue
        earlier = found.setdefault(value.name, value)
        if earlier is not value and earlier.default_value != value.default_value:
            rule = f"Pipeline parameters of one name ({value.name!r}) have one default."
            received = (earlier.default_value, value.default_value)
            raise ConflictError(rule, received=received, remedy="Use one PipelineParameter object, or two names.")
    return found


def _is_allowed(value: object) -> bool:
    return isinstance(value, str | int | float) or is_dataset(value) or is_data_path(value)
