"""Which arguments give way to sampled ones."""

from __future__ import annotations

from typing import Any

import pytest

from hyperstep.azureml_v1.train.sampled_arguments import without_sampled


@pytest.mark.parametrize(
    ("arguments", "kept", "removed"),
    [
        ([], [], []),
        (["--a", 1, "--b", 2], ["--b", 2], ["--a"]),
        (["-a", 1], [], ["-a"]),
        (["a", 1, "b", 2], ["b", 2], ["a"]),
        (["--flag", "--a", 1], ["--flag", "--a", 1], []),
        (["--a"], [], ["--a"]),
        ([3, 4], [3, 4], []),
    ],
)
def test_pairs_by_position_are_removed_when_their_name_is_sampled(
    arguments: list[Any], kept: list[Any], removed: list[Any]
) -> None:
    assert without_sampled(arguments, ["--a", "c"]) == (kept, removed)
