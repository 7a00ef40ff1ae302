"""How the files of a tabular dataset are read, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from hyperstep.azureml_v1.data.data_type import PromoteHeadersBehavior
from hyperstep.azureml_v1.exceptions import UserErrorException

if TYPE_CHECKING:
    from hyperstep.digest import Json

ENCODINGS: Mapping[str, str] = {
    "utf8": "utf-8",
    "iso88591": "iso-8859-1",
    "latin1": "iso-8859-1",
    "ascii": "ascii",
    "utf16": "utf-16",
    "utf32": "utf-32",
    "utf8bom": "utf-8-sig",
    "windows1252": "cp1252",
}
"""v1's names of encodings, and Python's."""

DELIMITED, PARQUET, JSON_LINES = "delimited", "parquet", "json_lines"


class TableFormat(msgspec.Struct, frozen=True, omit_defaults=True):
    """How files become one table."""

    kind: str
    """``delimited``, ``parquet`` or ``json_lines``."""
    separator: str = ","
    header: int = PromoteHeadersBehavior.ALL_FILES_HAVE_SAME_HEADERS.value
    encoding: str = "utf8"
    infer_types: bool = True
    """Numbers, truth values and ISO times are recognized; otherwise every column is text."""
    empty_as_string: bool = False
    skip_invalid_lines: bool = False
    include_path: bool = False
    """A column ``Path`` says which file a row is from."""
    partition_format: str = ""
    path_glob: str = ""
    """Only files below the dataset's paths that match."""
    column_types: dict[str, Any] = {}
    """Column to type, as in ``DataType``."""

    def to_json(self) -> dict[str, Json]:
        """As plain data."""
        data: dict[str, Json] = msgspec.to_builtins(self)
        return data


def format_from_json(data: object) -> TableFormat:
    """The format that ``to_json`` gave.

    Raises:
        UserErrorException: It is none.
    """
    try:
        return msgspec.convert(data, TableFormat)
    except msgspec.ValidationError as error:
        message = f"The recorded format of a tabular dataset cannot be read: {error}. Received: {data!r}."
        raise UserErrorException(message) from error


def check_encoding(encoding: str) -> str:
    """One of the names that v1 knows.

    Raises:
        UserErrorException: It is not.
    """
    if encoding in ENCODINGS:
        return encoding
    message = f"encoding is one of {', '.join(ENCODINGS)}. Received: {encoding!r}."
    raise UserErrorException(message)
