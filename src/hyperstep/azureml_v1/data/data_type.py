"""How a column's texts become values, and which files of a dataset have a header line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, NoReturn

from hyperstep.azureml_v1.exceptions import UserErrorException

if TYPE_CHECKING:
    from hyperstep.digest import Json


class PromoteHeadersBehavior(Enum):
    """Which files have a header line."""

    NO_HEADERS = 0
    ONLY_FIRST_FILE_HAS_HEADERS = 1
    COMBINE_ALL_FILES_HEADERS = 2
    ALL_FILES_HAVE_SAME_HEADERS = 3


class DataType:
    """The type of a column. Made by its ``to_...`` methods.

    Args:
        kind: ``string``, ``long``, ``float``, ``bool`` or ``datetime``.
        options: What the kind needs to know.
    """

    def __init__(self, kind: str, options: Mapping[str, Json] | None = None) -> None:
        self._kind = kind
        self._options = dict(options or {})

    def __repr__(self) -> str:
        return f"DataType({self._kind!r}, {self._options!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DataType) and self._definition() == other._definition()

    def __hash__(self) -> int:
        return hash(repr(self))

    @staticmethod
    def to_string() -> DataType:
        """Text, as it stands in the file: leading zeros are kept."""
        return DataType("string")

    @staticmethod
    def to_long() -> DataType:
        """A whole number of 64 bits; floats with NaN where a value is missing."""
        return DataType("long")

    @staticmethod
    def to_float(decimal_mark: str = ".") -> DataType:
        """A number of double precision.

        Args:
            decimal_mark: ``.`` or ``,``.

        Raises:
            UserErrorException: Another mark.
        """
        if decimal_mark not in (".", ","):
            message = f"decimal_mark is '.' or ','. Received: {decimal_mark!r}."
            raise UserErrorException(message)
        return DataType("float", {"decimal_mark": decimal_mark})

    @staticmethod
    def to_bool() -> DataType:
        """True or False, from ``true``, ``false``, ``1``, ``0``; case does not matter."""
        return DataType("bool")

    @staticmethod
    def to_datetime(formats: str | Sequence[str] | None = None) -> DataType:
        """A time.

        Args:
            formats: One or several patterns of ``strptime``, tried in order; ISO 8601 and alike without it.
        """
        given = [formats] if isinstance(formats, str) else list(formats or [])
        return DataType("datetime", {"formats": given})

    @staticmethod
    def to_stream(workspace: object, escaped: bool = False) -> NoReturn:
        """Refused: columns of file addresses are not built.

        Raises:
            UserErrorException: Always.
        """
        del workspace, escaped
        message = "Columns of file addresses are not built. Read the column as text, and open the files in the script."
        raise UserErrorException(message)

    def _definition(self) -> dict[str, Json]:
        return {"type": self._kind, **self._options}


def header_mode(header: object) -> PromoteHeadersBehavior:
    """What ``header=`` means; True stands for all files having the same, False for none having one.

    Raises:
        UserErrorException: It is something else.
    """
    if isinstance(header, bool):
        return PromoteHeadersBehavior.ALL_FILES_HAVE_SAME_HEADERS if header else PromoteHeadersBehavior.NO_HEADERS
    if isinstance(header, PromoteHeadersBehavior):
        return header
    message = f"header is True, False or a PromoteHeadersBehavior. Received: {header!r}."
    raise UserErrorException(message)


def column_types(given: object) -> dict[str, Json]:
    """The types of columns as plain data.

    Raises:
        UserErrorException: It is no mapping of names to DataType.
    """
    types: object = {} if given is None else given
    if not isinstance(types, Mapping) or not all(isinstance(kind, DataType) for kind in types.values()):
        message = f"set_column_types maps column names to DataType, such as DataType.to_long(). Received: {given!r}."
        raise UserErrorException(message)
    return {str(name): kind._definition() for name, kind in types.items()}  # noqa: SLF001 - one area
