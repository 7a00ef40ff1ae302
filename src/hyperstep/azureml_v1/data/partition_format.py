"""Columns from the paths of files: ``/{city}/{day:yyyy/MM/dd}/*.csv``."""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

from hyperstep.azureml_v1.exceptions import UserErrorException

_PIECES = re.compile(r"\{(?P<name>[^{}:]+)(?::(?P<time>[^{}]+))?\}|(?P<star>\*)|(?P<text>[^{}*]+)")
_TIME_PARTS = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
_TIME_PART = re.compile("|".join(_TIME_PARTS))


class PartitionPattern(NamedTuple):
    """A partition format, ready to be matched against paths."""

    expression: re.Pattern[str]
    names: tuple[str, ...]
    """Of its columns, in order."""
    times: tuple[str, ...]
    """For each column the ``strptime`` pattern of its times; empty for text."""

    def values(self, place: str) -> dict[str, str | datetime]:
        """The columns' values for a file.

        Args:
            place: The file's path, with a leading slash.

        Raises:
            UserErrorException: The path is not of this format.
        """
        match = self.expression.search(place)
        if match is None:
            message = f"Every path matches the partition_format. Received: {place!r}. Mend the format or the path."
            raise UserErrorException(message)
        pairs = zip(self.names, self.times, match.groups(), strict=True)
        return {name: _time(text, pattern) if pattern else text for name, pattern, text in pairs}


def compile_partition_format(given: str) -> PartitionPattern:
    """Read a partition format. What it begins with may be any folder below the dataset's root.

    Args:
        given: Text with ``{column}`` for a path's part, ``{column:yyyy/MM/dd/HH/mm/ss}`` for a time, and ``*``.

    Raises:
        UserErrorException: No column in it, or a brace that is not closed.
    """
    pieces = list(_PIECES.finditer(given))
    names = tuple(piece["name"] for piece in pieces if piece["name"])
    if not names or "".join(piece[0] for piece in pieces) != given:
        example = "'/{city}/{day:yyyy-MM-dd}.csv'"
        message = f"partition_format names columns in braces, as in {example}. Received: {given!r}."
        raise UserErrorException(message)
    times = tuple(_TIME_PART.sub(lambda m: _TIME_PARTS[m[0]], p["time"] or "") for p in pieces if p["name"])
    return PartitionPattern(re.compile("".join(_expression(piece) for piece in pieces) + "$"), names, times)


def _expression(piece: re.Match[str]) -> str:
    if piece["star"]:
        return "[^/]*"
    if piece["text"]:
        return re.escape(piece["text"])
    if not piece["time"]:
        return "([^/]+)"
    return "(" + _TIME_PART.sub(lambda m: rf"\d{{{len(m[0])}}}", re.escape(piece["time"])) + ")"


def _time(text: str, pattern: str) -> datetime:
    return datetime.strptime(text, pattern)  # noqa: DTZ007 - a path names no time zone
