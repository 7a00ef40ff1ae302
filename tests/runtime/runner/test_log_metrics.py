"""The primary metric in a process's output: read in parts, cut into lines in one way only."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from hyperstep.runtime.runner.log_metrics import LogMetrics
from hyperstep.runtime.runner.records_file import READ_BYTES, RecordsFile

_PATTERN = re.compile(r"acc=(\S+)")


def test_what_a_carriage_return_ends_is_a_line_after_a_takeover_too(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"start\nacc=0.1\r")
    (first,) = LogMetrics(log, _PATTERN, "acc").read_new()
    with log.open("ab") as stream:
        stream.write(b"acc=0.2\racc=0.3\r\nacc=0.4")
    later = LogMetrics(log, _PATTERN, "acc")
    later._skip_past(first.sequence - (1 << 40))
    lines = later.read_new(to_end=True)
    assert [line.value for line in lines] == [0.2, 0.3, 0.4]
    assert [line.sequence for line in lines] == [
        line.sequence for line in LogMetrics(log, _PATTERN, "acc").read_new(to_end=True)
    ][1:]


def test_a_long_log_is_read_in_parts_whatever_its_lines_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limits, read = [], os.pread

    def noted(descriptor: int, limit: int, offset: int) -> bytes:
        limits.append(limit)
        return read(descriptor, limit, offset)

    monkeypatch.setattr(os, "pread", noted)
    log, many = tmp_path / "log", 3 * READ_BYTES // 8
    log.write_bytes(b"acc=0.1\n" * many + b"x" * 3 * READ_BYTES + b"acc=0.2\n" + b"acc=0.3\n" * many + b"acc=0.4")
    reader = LogMetrics(log, _PATTERN, "acc")
    found = [line.value for line in reader.read_new()]
    assert found == [*[0.1] * many, 0.2, *[0.3] * many]
    assert [line.value for line in reader.read_new(to_end=True)] == [0.4]
    assert max(limits) == 4 * READ_BYTES


def test_a_record_has_the_same_number_when_it_is_read_after_a_takeover(tmp_path: Path) -> None:
    path, record = tmp_path / "records.jsonl", b'{"kind":"scalar","name":"a","value":1}\n'
    path.write_bytes(b"torn\rrest\n" + record)
    reader = RecordsFile(path)
    assert [line.sequence for line in reader.read_new()] == [0, 1]
    with path.open("ab") as stream:
        stream.write(record)
    later = RecordsFile.resume(path, reader.offset)
    assert [line.sequence for line in reader.read_new()] == [line.sequence for line in later.read_new()] == [2]
