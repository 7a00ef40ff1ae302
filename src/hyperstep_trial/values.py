"""What a logged value becomes: plain scalars, lists of them, and tables of equally long columns."""

from __future__ import annotations

from hyperstep_trial.errors import AzureMLException, UserErrorException

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeGuard

    Scalar = str | int | float | bool | None

_PLAIN = (type(None), bool, int, float, str)
_SEQUENCES = (list, tuple, range)
_INTEGER_BITS = 63  # what every store can hold beside the sign


def scalar(name: str, value: object) -> Scalar:
    """The plain value that is recorded for one logged value.

    Numbers, text, bool and None stay, but integers beyond 64 bits become floats; NumPy's scalars and its arrays without
    dimensions become the Python number; anything else becomes its ``repr``.

    Args:
        name: The metric, for the message.
        value: What the script logged.

    Raises:
        UserErrorException: The value is a list, tuple, range or generator.
    """
    if type(value) is int:
        return _whole(value)
    if type(value) in _PLAIN:
        return value  # type: ignore[return-value]
    if isinstance(value, _SEQUENCES) or type(value).__name__ == "generator":
        message = (
            f"A metric takes one value at a time. Received for {name!r}: {value!r}. Use log_list() for several values."
        )
        raise UserErrorException(message)
    if type(value).__module__ == "numpy" and getattr(value, "ndim", None) == 0:
        return _from_numpy(name, value)
    return _without_subclass(name, value)


def is_plain_number(value: object) -> TypeGuard[float]:
    """Whether it is recorded as it is, as the text that Python has for it: a finite float, or a whole number."""
    return value - value == 0.0 if type(value) is float else is_plain_whole(value)


def is_plain_whole(value: object) -> TypeGuard[int]:
    """Whether it is a whole number that every store can hold."""
    return type(value) is int and value.bit_length() <= _INTEGER_BITS


def _whole(value: int) -> int | float:
    if value.bit_length() <= _INTEGER_BITS:
        return value
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else -float("inf")


def _from_numpy(name: str, value: Any) -> Scalar:  # noqa: ANN401 - NumPy is not imported here
    item = value.item()
    if type(item) in _PLAIN:
        return scalar(name, item)
    if type(item).__module__ == "numpy":  # long double is its own item
        return float(item)
    return repr(item)


def _without_subclass(name: str, value: object) -> Scalar:
    for plain in (int, float, str):
        if isinstance(value, plain):
            return scalar(name, plain(value))
    return repr(value)


def scalars(name: str, value: object) -> list[Scalar]:
    """The plain values of a logged list: of a list, tuple, range, generator, array or series.

    Args:
        name: The metric, for the message.
        value: What the script logged.

    Raises:
        UserErrorException: It is no list, or an item of it is one.
    """
    items = _items(value)
    if items is None:
        message = f"log_list() takes a list of values. Received for {name!r}: {value!r}. Use log() for one value."
        raise UserErrorException(message)
    return [scalar(name, item) for item in items]


def columns(name: str, value: object) -> dict[str, list[Scalar]]:
    """The columns of a logged table, equally long; a value that is no list counts as a column of one row.

    Args:
        name: The metric, for the message.
        value: Column name to its values.

    Raises:
        AzureMLException: It is no dict, or the columns differ in length.
    """
    if not isinstance(value, dict):
        message = f"log_table() takes a dict of columns. Received for {name!r}: {value!r}."
        raise AzureMLException(message)
    table = {str(column): _column(name, cells) for column, cells in value.items()}
    lengths = {column: len(cells) for column, cells in table.items()}
    if len(set(lengths.values())) > 1:
        message = f"All columns of a table must be equally long. Received for {name!r}, rows by column: {lengths}."
        raise AzureMLException(message)
    return table


def _column(name: str, cells: object) -> list[Scalar]:
    items = _items(cells)
    return [scalar(name, cells)] if items is None else [scalar(name, item) for item in items]


def _items(value: object) -> list[object] | None:
    """The items of a list-like value, None when it is a single value."""
    if isinstance(value, _SEQUENCES) or type(value).__name__ == "generator":
        return list(value)  # type: ignore[call-overload,no-any-return]
    if getattr(value, "ndim", None) == 1 and hasattr(value, "tolist"):
        return list(value.tolist())
    return None
