"""How v1 names ports and parameters, and the texts that stand for their values in arguments."""

from __future__ import annotations

import re

from hyperstep.errors import InvalidInputError

_WORD = re.compile(r"\w+")


def check_port_name(name: object, what: str) -> str:
    """A port's name, once it is known to be usable as a variable name.

    Args:
        name: Letters, digits and underscores.
        what: What carries it, for the message.

    Raises:
        InvalidInputError: It is empty, no text, or holds another character.
    """
    if not isinstance(name, str) or not _WORD.fullmatch(name):
        rule = f"The name of {what} consists of letters, digits and underscores."
        raise InvalidInputError(rule, received=name, remedy="Replace every other character by an underscore.")
    return name


def data_variable(name: str) -> str:
    """The environment variable that holds the path of the data called ``name``."""
    return f"AZUREML_DATAREFERENCE_{name}"


def data_placeholder(name: str) -> str:
    """The text that stands in arguments for the path of the data called ``name``."""
    return f"${data_variable(name)}"


def parameter_variable(name: str) -> str:
    """The environment variable that holds a pipeline parameter's value."""
    return "AML_PARAMETER_" + re.sub(r"\W", "_", name)


def parameter_placeholder(name: str) -> str:
    """The text that stands in arguments for a pipeline parameter's value."""
    return f"${parameter_variable(name)}"
