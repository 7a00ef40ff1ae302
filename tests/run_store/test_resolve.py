"""Beginnings of ids, apart from any store."""

from __future__ import annotations

import pytest

from hyperstep.errors import InvalidInputError
from hyperstep.run_store.resolve import resolve_run, trial_parts


@pytest.mark.parametrize(
    ("run_id", "parts"),
    [
        ("HD_a_12", ("HD_a", 12)),
        ("HD_a_007", ("HD_a", 7)),
        ("HD_a", None),
        ("HD_a_", None),
        ("_3", None),
        ("a_-3", None),
        ("a_³", None),
        ("", None),
    ],
)
def test_a_trials_id_is_its_sweeps_and_an_index(run_id: str, parts: tuple[str, int] | None) -> None:
    assert trial_parts(run_id) == parts


def test_a_long_list_of_candidates_is_cut() -> None:
    ids = [f"run-{n:02d}" for n in range(25)]
    with pytest.raises(InvalidInputError, match="run-09 and 15 more"):
        resolve_run("run", newest=lambda: None, starting_with=lambda _: ids, exists=lambda _: False)
