"""What a step is given: values of wrong types translated or refused, arguments as texts with placeholders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hyperstep.azureml_v1.pipeline.bindings import InputPortBinding, OutputPortBinding
from hyperstep.azureml_v1.pipeline.data_kinds import DataReference, DatasetConsumptionConfig, is_dataset
from hyperstep.azureml_v1.pipeline.names import parameter_placeholder
from hyperstep.azureml_v1.pipeline.parameter import PipelineParameter
from hyperstep.azureml_v1.pipeline.pipeline_data import PipelineData
from hyperstep.azureml_v1.pipeline.pipeline_output_dataset import PipelineOutputAbstractDataset
from hyperstep.azureml_v1.pipeline.port_data_reference import PortDataReference
from hyperstep.errors import InvalidInputError

_PARAMETER_PREFIX = "parameter:"
_PORT_KINDS = (PipelineData, InputPortBinding, OutputPortBinding, DataReference, PortDataReference)


def check_arguments(arguments: Iterable[Any], inputs: Sequence[Any], outputs: Sequence[Any]) -> None:
    """See that every piece of data among the arguments is an input or output of the step.

    Raises:
        InvalidInputError: One is not, or a bare dataset stands among them.
    """
    known = [bound_data(port) for port in (*inputs, *outputs)]
    for argument in arguments:
        if is_dataset(argument):
            raise bare_dataset_error(argument)
        if isinstance(argument, _PORT_KINDS) and not any(bound_data(argument) is data for data in known):
            rule = "Data among a step's arguments is listed in its inputs or outputs too."
            raise InvalidInputError(rule, received=str(argument), remedy="Add it to inputs or outputs.")


def resolve_arguments(arguments: Iterable[Any], params: Iterable[str] = ()) -> list[str]:
    """The arguments as texts; data and parameters become their placeholders.

    Args:
        arguments: As the user wrote them.
        params: Names of the step's own parameters, which ``parameter:<name>`` refers to.
    """
    names = set(params)
    return [_text(argument, names) for argument in arguments]


def bound_data(port: Any) -> Any:  # noqa: ANN401 - the data classes of three areas
    """The data behind an input binding, or behind a dataset that a step makes; everything else is its own."""
    data = port.bind_object if isinstance(port, InputPortBinding) else port
    return data._pipeline_data if isinstance(data, PipelineOutputAbstractDataset) else data  # noqa: SLF001 - one area


def bare_dataset_error(dataset: object) -> InvalidInputError:
    """What to raise for a dataset that was not given a name."""
    rule = "A dataset becomes an input of a step under a name."
    remedy = "Write dataset.as_named_input('name').as_mount(), or .as_download()."
    return InvalidInputError(rule, received=type(dataset).__name__, remedy=remedy)


def version_text(version: object) -> str | None:
    """A version as the text that counts; a number is its text, as it is where v1 sends it.

    Raises:
        InvalidInputError: It is neither text nor number.
    """
    return optional_text(version, "A version")


def reuse_flag(allow_reuse: object) -> bool:
    """Whether earlier runs may stand for a step. None is as False: the step runs.

    Raises:
        InvalidInputError: It is neither of them nor None; a text such as ``"False"`` could mean both.
    """
    if allow_reuse is None or allow_reuse in (True, False):
        return bool(allow_reuse)
    rule = "allow_reuse is True or False."
    raise InvalidInputError(rule, received=allow_reuse, remedy="Give one of the two, without quotes.")


def step_name(name: object) -> str:
    """The name of a step.

    Raises:
        InvalidInputError: It is no text.
    """
    if isinstance(name, str):
        return name
    rule = "A step has a name, which is a text."
    raise InvalidInputError(rule, received=name, remedy="Give name='...'.")


def optional_text(value: object, what: str) -> str | None:
    """A text, or a number as its text, or None.

    Args:
        value: As it was given.
        what: What it is, for the message.

    Raises:
        InvalidInputError: It is something else.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) or (hasattr(value, "__index__") and not isinstance(value, bool)):
        return str(value)
    rule = f"{what} is a text or a number."
    raise InvalidInputError(rule, received=value, remedy="Give a text.")


def listed(given: Any, what: str) -> Any:  # noqa: ANN401 - a list of whatever the user put there
    """A list as it was given, to be kept; an empty one for None. A tuple passes too, where nothing is added to it.

    Args:
        given: As it was given.
        what: The argument's name.

    Raises:
        InvalidInputError: It is something else: of a text each character would count as one entry.
    """
    if given is None:
        return []
    if isinstance(given, list | tuple):
        return given
    rule = f"{what} is a list."
    raise InvalidInputError(rule, received=given, remedy="Give a list, also for one entry.")


def named_values(given: Any, what: str) -> dict[str, Any]:  # noqa: ANN401 - values of any kind
    """Values by name, copied; none for None.

    Args:
        given: As it was given.
        what: The argument's name.

    Raises:
        InvalidInputError: It is no dict, or a name is no text.
    """
    named = {} if given is None else given
    if isinstance(named, Mapping) and all(isinstance(name, str) for name in named):
        return dict(named)
    rule = f"{what} is a dict of values by name."
    raise InvalidInputError(rule, received=given, remedy="Give {'name': value}.")


def _text(argument: Any, params: set[str]) -> str:  # noqa: ANN401 - whatever the user put there
    if isinstance(argument, PipelineParameter):
        return argument._placeholder()  # noqa: SLF001 - one area
    if isinstance(argument, DatasetConsumptionConfig):
        return f"DatasetConsumptionConfig:{argument.name}"
    if isinstance(argument, str) and argument.startswith(_PARAMETER_PREFIX):
        name = argument.removeprefix(_PARAMETER_PREFIX)
        return parameter_placeholder(name) if name in params else argument
    return str(argument)
