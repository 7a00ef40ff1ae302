"""Reading what a trial wrote: whole lines after an offset, each a record."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from math import isfinite
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Struct

from hyperstep.records.attempt import AttemptKey
from hyperstep.records.metric import MetricKind, MetricRecord, Scalar
from hyperstep.runtime.runner.growing_file import GrowingFile

METRIC_KINDS = frozenset(kind.value for kind in MetricKind)
_NAMED_KINDS = frozenset({"tag", "untag", "property", "read"})
_LONG_NUMBER = re.compile(rb"\d{18}")
_WHOLE_BITS = 63
"""Whole numbers of more bits are kept as floats, infinite ones where need be: no database holds them."""
_UNNAMED_KINDS = frozenset({"display_name", "description", "error"})


READ_BYTES = 1 << 16
"""As much is read at a time, so that no trial waits long for its verdict while another one writes a lot."""


class ScalarLine(msgspec.Struct, gc=False):
    """The line that scripts write most: one value of a metric. It has the attributes of ``TrialLine``."""

    kind: Literal["scalar"]
    name: str
    value: Scalar
    step: Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)] | None = None
    time: float = 0.0
    sequence: int = 0


class TrialLine(Struct, frozen=True):
    """One line: its place in the file and what it says."""

    sequence: int
    """Line number, from 0."""
    body: Mapping[str, Any]
    """Empty when the line cannot be read."""

    @property
    def kind(self) -> str:
        """``scalar``, ``tag``, ``upload`` …; empty for an unreadable line."""
        return str(self.body.get("kind", ""))

    @property
    def name(self) -> str:
        """Of the metric, tag, file …; empty where there is none."""
        return str(self.body.get("name", ""))

    @property
    def value(self) -> Any:  # noqa: ANN401 - what JSON holds
        """What was logged."""
        return self.body.get("value")

    def as_metric(self, key: AttemptKey) -> MetricRecord:
        """The metric record that this line is."""
        return MetricRecord(
            run_id=key.run_id,
            attempt=key.number,
            sequence=self.sequence,
            name=str(self.body["name"]),
            kind=MetricKind(self.kind),
            value=self.body.get("value"),
            step=self.body.get("step"),
            time=float(self.body.get("time", 0.0)),
        )


Line = ScalarLine | TrialLine
_SCALARS = msgspec.json.Decoder(ScalarLine)


class RecordsFile:
    """A reader that remembers how far it came.

    Args:
        path: The attempt's records file; it need not exist yet.
        offset: Bytes that were taken before.
        lines: Lines that were taken before.
    """

    def __init__(self, path: Path, offset: int = 0, lines: int = 0) -> None:
        self.path = path
        self.offset = offset
        self.has_more = False
        """Whether the last call left something that is there already."""
        self._lines = lines
        self._file = GrowingFile(path)

    def read_new(self) -> list[Line]:
        """The next whole lines, up to ``READ_BYTES`` or one longer line; one without its end stays for later."""
        limit = READ_BYTES
        data = self._file.read(self.offset, limit)
        end = data.rfind(b"\n") + 1
        while not end and len(data) == limit:
            limit *= 2
            data = self._file.read(self.offset, limit)
            end = data.rfind(b"\n") + 1
        self.has_more = len(data) == limit
        if not end:
            return []
        self.offset += end
        found = [_line_of(line, number) for number, line in enumerate(data[: end - 1].split(b"\n"), start=self._lines)]
        self._lines += len(found)
        return found

    def close(self) -> None:
        """Let go of the file; the next call opens it anew."""
        self._file.close()

    def torn_bytes(self) -> int:
        """Bytes after the last whole line: more than 0 when the writer died while writing."""
        return (self.path.stat().st_size - self.offset) if self.path.exists() else 0

    @classmethod
    def resume(cls, path: Path, offset: int) -> RecordsFile:
        """A reader that goes on at ``offset``."""
        lines = 0
        if offset and path.exists():
            with path.open("rb") as stream:
                lines = stream.read(offset).count(b"\n")
        return cls(path, offset, lines)


def is_inside(name: str) -> bool:
    """Whether a file's name stays below the folder that it is joined to."""
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts and "\0" not in name


def _line_of(text: bytes, sequence: int) -> Line:
    try:
        line = _SCALARS.decode(text)
    except (msgspec.DecodeError, UnicodeError):  # another kind of line, NaN, nonsense
        return TrialLine(sequence, _parse(text))
    line.sequence = sequence
    if type(line.value) is int and line.value.bit_length() > _WHOLE_BITS:
        line.value = _whole(str(line.value))
    return line


def _parse(line: bytes) -> Mapping[str, Any]:
    """The line's record; empty when it is none that a trial client writes."""
    try:
        body = json.loads(line, parse_int=_whole) if _LONG_NUMBER.search(line) else json.loads(line)
        if b"\\u" in line:
            json.dumps(body, ensure_ascii=False).encode()  # half a surrogate pair has no form in UTF-8
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) and _is_sound(body) else {}


def _whole(digits: str) -> int | float:
    number = int(digits)
    return number if number.bit_length() <= _WHOLE_BITS else float(digits)


def _is_sound(body: Mapping[str, Any]) -> bool:
    kind, name = body.get("kind"), body.get("name")
    if kind in _UNNAMED_KINDS:
        return True
    if not isinstance(kind, str) or not isinstance(name, str):
        return False
    if kind == "read":
        return isinstance(body.get("value"), dict) and {"what", "name", "asked", "found"} <= body["value"].keys()
    if kind == "upload":
        return is_inside(name)
    if kind in METRIC_KINDS:
        time = body.get("time", 0.0)
        return isinstance(body.get("step"), int | None) and isinstance(time, int | float) and isfinite(time)
    return kind in _NAMED_KINDS
