"""The runner's small pure parts: slots, argument texts, failures, documents, ranking."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from hyperstep.records.attempt import AttemptEnd, AttemptKey
from hyperstep.records.goal import Goal
from hyperstep.records.metric import MetricKind, MetricRecord
from hyperstep.runtime.ranking import best_trial
from hyperstep.runtime.runner.failures import failure_of
from hyperstep.runtime.runner.job_arguments import fill_placeholders, hyperparameter_arguments
from hyperstep.runtime.runner.records_file import READ_BYTES, Line, RecordsFile, ScalarLine, TrialLine, _parse
from hyperstep.runtime.runner.slots import Slots
from hyperstep.runtime.runner.training_outputs import metrics_document


def key(number: int) -> AttemptKey:
    return AttemptKey(f"run_{number}", 0)


def metric(trial: str, value: object, sequence: int = 0, kind: MetricKind = MetricKind.SCALAR) -> MetricRecord:
    return MetricRecord(trial, 0, sequence, "acc", kind, value)  # type: ignore[arg-type]


def test_slots_start_in_order_and_never_more_than_there_are() -> None:
    slots, started = Slots(2), []
    for n in range(4):
        slots.request(key(n), lambda n=n: started.append(n))  # type: ignore[misc]
    assert started == [0, 1]
    slots.release(key(0))
    assert started == [0, 1, 2]
    assert slots.withdraw(key(3))
    assert not slots.withdraw(key(3))
    slots.release(key(1))
    assert started == [0, 1, 2]


def test_slots_held_by_adopted_attempts_count() -> None:
    slots, started = Slots(1), []
    slots.hold(key(0))
    slots.request(key(1), lambda: started.append(1))
    assert started == []
    slots.release(key(0))
    assert started == [1]


def test_placeholders_are_replaced_within_texts_and_longer_ones_win() -> None:
    values = {"$AZUREML_DATAREFERENCE_a": "/x", "$AZUREML_DATAREFERENCE_ab": "/y"}
    assert fill_placeholders("$AZUREML_DATAREFERENCE_ab/m.pkl", values) == "/y/m.pkl"
    assert fill_placeholders("p=$AZUREML_DATAREFERENCE_a", values) == "p=/x"
    assert fill_placeholders("$A", {"$A": "literal $B", "$B": "secret"}) == "literal $B"
    assert fill_placeholders("$A", {}) == "$A"


@pytest.mark.parametrize(
    ("point", "space", "expected"),
    [
        ({"C": 0.01}, {}, ("--C", "0.01")),
        ({"--C": 0.01}, {}, ("--C", "0.01")),
        ({"-c": 1}, {}, ("-c", "1")),
        ({"n": 65.0}, {"n": ["quniform", [1, 100, 5]]}, ("--n", "65")),
        ({"n": 65.0}, {"n": ["uniform", [1, 100]]}, ("--n", "65.0")),
        ({"n": 65.0}, {"--n": ["quniform", [1, 100, 5]]}, ("--n", "65")),
        ({"n": 65.0}, {"other": ["uniform", [1, 100]]}, ("--n", "65")),
        ({"n": 1.0}, {"n": ["choice", [[1.0]]]}, ("--n", "1.0")),
        ({"a": True, "b": None}, {}, ("--a", "True", "--b", "None")),
        ({"layers": [64, "x"], "o": {"a": 1}}, {}, ("--layers", '[64, "x"]', "--o", '{"a": 1}')),
    ],
)
def test_hyperparameters_become_pairs_of_texts(
    point: dict[str, object], space: dict[str, object], expected: tuple[str, ...]
) -> None:
    assert hyperparameter_arguments(point, space) == expected  # type: ignore[arg-type]


def test_a_failure_names_exception_and_exit_code(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("epoch 1\nTraceback (most recent call last):\n  File x\nValueError: bad C\n")
    error = failure_of(AttemptEnd(key(0), 1), log)
    assert error.code == "UserError"
    assert error.message == "ValueError: bad C (exit code 1)"
    assert "epoch 1" in error.details


def test_a_failure_without_a_traceback_shows_the_last_line(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("loading\nno such file\n")
    assert "no such file" in failure_of(AttemptEnd(key(0), 3), log).message
    assert "SIGKILL" in failure_of(AttemptEnd(key(0), None, signal=signal.SIGKILL), tmp_path / "none").message


def test_records_are_read_in_whole_lines_and_resumed_at_an_offset(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    reader = RecordsFile(path)
    assert reader.read_new() == []
    path.write_bytes(b'{"kind":"scalar","name":"a","value":1}\nnot json\n{"kind":"sca')
    lines = reader.read_new()
    assert [(line.sequence, line.kind) for line in lines] == [(0, "scalar"), (1, "")]
    assert reader.torn_bytes() == len(b'{"kind":"sca')
    with path.open("ab") as stream:
        stream.write(b'lar","name":"a","value":2}\n')
    later = RecordsFile.resume(path, reader.offset)
    assert [(line.sequence, line.value) for line in later.read_new()] == [(2, 2)]
    assert later.torn_bytes() == 0


@pytest.mark.parametrize(
    "line",
    [
        b'{"kind":"scalar","name":"\\ud800","value":1}',
        b'{"kind":"scalar","name":"a","value":"\\udfff"}',
        b'{"kind":"scalar","name":"a","value":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"kind":"scalar","name":"a","value":' + b"9" * 5000 + b"}",
        b'{"kind":"scalar","name":"a","value":1,"step":' + b"9" * 30 + b"}",
        b'{"kind":"scalar","name":"a","value":1,"time":' + b"9" * 400 + b"}",
        b'{"kind":"scalar","name":"a","value":1,"time":NaN}',
    ],
    ids=["surrogate in the name", "surrogate in the value", "deep", "very long", "step", "time", "no time"],
)
def test_a_line_that_no_database_holds_is_none(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "records.jsonl"
    path.write_bytes(line + b"\n")
    assert [read.kind for read in RecordsFile(path).read_new()] == [""]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"9223372036854775807", 2**63 - 1),
        (b"9223372036854775808", 9223372036854775808.0),
        (b"-" + b"9" * 400, float("-inf")),
        (b"0.30000000000000004", 0.30000000000000004),
        (b'"\\u00e9 999999999999999999999999"', "\u00e9 999999999999999999999999"),
    ],
)
def test_whole_numbers_beyond_what_a_database_holds_become_floats(tmp_path: Path, text: bytes, value: object) -> None:
    path = tmp_path / "records.jsonl"
    path.write_bytes(b'{"kind":"scalar","name":"a","value":' + text + b"}\n")
    (line,) = RecordsFile(path).read_new()
    assert line.value == value
    assert type(line.value) is type(value)


_ODD_LINES = [
    b'{"kind":"scalar","name":"a","value":0.5,"step":null,"time":1.5}',
    b'{"kind":"scalar","name":"a","value":NaN}',
    b'{"kind":"scalar","name":"a","value":1e999}',
    b'{"kind":"scalar","name":"a","value":true,"step":3}',
    b'{"kind":"scalar","name":"a","value":1,"step":3.0}',
    b'{"kind":"scalar","name":"a"}',
    b'{"kind":"scalar","name":"a","value":1}{"kind":"scalar","name":"a","value":1}',
    b"",
    b'{"kind":"scalar","name":"a","value":[1]}',
    b'{"kind":"list","name":"a","value":[1]}',
    b'{"kind":"scalar","name":7,"value":1}',
    b'{"kind":"scalar","name":"\xff","value":1}',
    b'{"kind":"scalar","name":"a","value":1,"sequence":99,"more":{}}',
    b'{"kind":"scalar","name":"a","value":"text"}\r',
    b'{"kind":"tag","name":"a","value":"b"}',
]


def test_a_line_says_the_same_whichever_way_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    path.write_bytes(b"\n".join(_ODD_LINES) + b"\n")
    read = RecordsFile(path).read_new()
    slowly = [TrialLine(n, _parse(line.rstrip(b"\r"))) for n, line in enumerate(_ODD_LINES)]
    assert [line.sequence for line in read] == list(range(len(_ODD_LINES)))
    assert [(a.kind, a.name, repr(a.value)) for a in read] == [(b.kind, b.name, repr(b.value)) for b in slowly]
    assert sum(isinstance(line, ScalarLine) for line in read) == 4


def test_a_long_file_is_read_in_parts_and_a_long_line_whole(tmp_path: Path) -> None:
    path, line = tmp_path / "records.jsonl", b'{"kind":"scalar","name":"a","value":1}\n'
    many = 3 * READ_BYTES // len(line)
    path.write_bytes(line * many + b'{"kind":"tag","name":"t","value":"' + b"x" * 3 * READ_BYTES + b'"}\n' + line)
    reader = RecordsFile(path)
    parts: list[list[Line]] = []
    while not parts or reader.has_more:
        parts.append(reader.read_new())
    lines = [line for part in parts for line in part]
    assert len(parts) > 3
    assert [line.sequence for line in lines] == list(range(many + 2))
    assert [line.kind for line in lines[-2:]] == ["tag", "scalar"]
    assert (reader.read_new(), reader.torn_bytes()) == ([], 0)


def test_the_metrics_document_has_lists_only_and_leaves_out_silent_trials() -> None:
    document = metrics_document(
        {
            "HD_1_0": [metric("HD_1_0", 0.5), metric("HD_1_0", 0.7, 1)],
            "HD_1_1": [metric("HD_1_1", [0.1, 0.2], 0, MetricKind.LIST)],
            "HD_1_2": [],
        }
    )
    assert document == {"HD_1_0": {"acc": [0.5, 0.7]}, "HD_1_1": {"acc": [0.1, 0.2]}}


def test_the_best_trial_is_never_nan_and_ties_go_to_the_first() -> None:
    metrics = {
        "HD_1_10": [metric("HD_1_10", 0.9)],
        "HD_1_2": [metric("HD_1_2", float("nan")), metric("HD_1_2", 0.9, 1), metric("HD_1_2", "1.0", 2)],
        "HD_1_0": [metric("HD_1_0", None), metric("HD_1_0", float("inf"), 1)],
    }
    assert best_trial(metrics, Goal.MAXIMIZE) == ("HD_1_2", 0.9)
    assert best_trial({"HD_1_0": metrics["HD_1_0"]}, Goal.MAXIMIZE) is None
