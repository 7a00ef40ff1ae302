"""Rules that the arguments of several distributions share."""

from __future__ import annotations

import json
import math

from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError


def require_number(name: str, value: float) -> float:
    """The number itself, int or float as given.

    Raises:
        InvalidInputError: Not an int or float, a bool, NaN, infinite, or an int beyond the largest float.
    """
    if type(value) is int or isinstance(value, float):
        try:
            if math.isfinite(value):
                return value if type(value) is int else float(value)
        except OverflowError:
            pass
    rule = f"{name} is a finite number."
    raise InvalidInputError(rule, received=value, remedy="Give an int or a float; no bool, NaN or infinity.")


def require_positive(name: str, value: float) -> float:
    """The number itself.

    Raises:
        InvalidInputError: Not a finite number above 0.
    """
    if require_number(name, value) <= 0:
        rule = f"{name} is above 0."
        raise InvalidInputError(rule, received=value, remedy="Give the step between two neighbouring values.")
    return require_number(name, value)


def require_sigma(value: float) -> float:
    """The standard deviation itself; 0 is allowed.

    Raises:
        InvalidInputError: Not a finite number, or below 0.
    """
    if require_number("sigma", value) < 0:
        rule = "sigma is not below 0."
        raise InvalidInputError(rule, received=value, remedy="Give a standard deviation.")
    return require_number("sigma", value)


def json_value(name: str, value: object) -> Json:
    """``value`` as JSON keeps it: tuples become lists, subclasses of numbers and text become plain.

    Raises:
        InvalidInputError: JSON cannot say it.
    """
    if value is None or type(value) in {bool, int, float, str}:
        plain: Json = value  # type: ignore[assignment]  # mypy does not narrow by a set of types
        return plain
    try:
        plain = json.loads(json.dumps(value))
    except (TypeError, ValueError, RecursionError) as error:
        rule = f"{name} is a JSON value: None, bool, int, float, text, or a list or dict of them."
        remedy = "Convert it first; of a NumPy number, x.item() is the plain one."
        raise InvalidInputError(rule, received=value, remedy=remedy) from error
    return plain
