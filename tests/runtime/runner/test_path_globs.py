"""Patterns over relative paths."""

from __future__ import annotations

import pytest

from hyperstep.runtime.runner.path_globs import matches_glob


@pytest.mark.parametrize(
    ("path", "pattern", "expected"),
    [
        ("a.csv", "*.csv", True),
        ("b/a.csv", "*.csv", False),
        ("a.csv", "**/*.csv", True),
        ("b/c/a.csv", "**/*.csv", True),
        ("b/c/a.csv", "b/**", True),
        ("b/a.csv", "b/?.csv", True),
        ("b/ab.csv", "b/?.csv", False),
        ("acsv", "a.csv", False),
        ("a+(b).csv", "/a+(b).csv", True),
    ],
)
def test_stars_stay_in_a_folder_and_two_of_them_do_not(path: str, pattern: str, expected: bool) -> None:
    assert matches_glob(path, pattern) is expected
