"""The shapes of metrics that are read back."""

from __future__ import annotations

import math
from typing import Any

import pytest

from hyperstep.azureml_v1.core.run_metrics import Artifact, shaped
from hyperstep.records import MetricKind, MetricRecord


def _records(*entries: tuple[MetricKind, Any]) -> list[MetricRecord]:
    return [MetricRecord("r", 0, i, "m", kind, value) for i, (kind, value) in enumerate(entries)]


S, L, R, T, I = MetricKind.SCALAR, MetricKind.LIST, MetricKind.ROW, MetricKind.TABLE, MetricKind.IMAGE  # noqa: E741


@pytest.mark.parametrize(
    ("logged", "read"),
    [
        ([(S, 0.5)], 0.5),
        ([(S, "a")], "a"),
        ([(S, None)], None),
        ([(S, True)], True),
        ([(S, 1), (S, 2)], [1, 2]),
        ([(S, 1), (S, 0.5)], [1.0, 0.5]),
        ([(L, [1, 2])], [1, 2]),
        ([(L, [1])], 1),
        ([(L, [1, 2]), (S, 3)], [1, 2, 3]),
        ([(R, {"a": 1, "b": "x"})], {"a": 1, "b": "x"}),
        ([(R, {"a": 1}), (R, {"a": 2, "b": 3})], {"a": [1, 2], "b": [None, 3]}),
        ([(T, {"a": [1], "b": [2]})], {"a": 1, "b": 2}),
        ([(T, {"a": [1, 2.5], "b": ["x", "y"]})], {"a": [1.0, 2.5], "b": ["x", "y"]}),
        ([(I, "p.png")], "aml://artifactId/ExperimentRun/dcid.r/p.png"),
        ([(I, "p.png"), (I, "q.png")], [f"aml://artifactId/ExperimentRun/dcid.r/{n}.png" for n in "pq"]),
    ],
)
def test_metrics_are_read_back_in_v1s_shapes(logged: list[tuple[MetricKind, Any]], read: object) -> None:
    value = shaped(_records(*logged))["m"]
    assert value == read
    assert type(value) is type(read)


def test_nan_is_kept() -> None:
    assert math.isnan(shaped(_records((S, math.nan)))["m"])


def test_files_can_be_had_as_objects() -> None:
    artifact = shaped(_records((I, "p.png")), populate=True)["m"]
    assert artifact == Artifact("r", "p.png")
    assert str(artifact).startswith("aml://")


def test_names_come_in_order_of_first_logging() -> None:
    records = [MetricRecord("r", 0, i, name, S, i) for i, name in enumerate("bab")]
    assert list(shaped(records)) == ["b", "a"]
