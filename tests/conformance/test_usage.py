"""What public projects use most, read as code: each name and keyword works, or is refused with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperstep.compatibility import offered
from hyperstep.compatibility.checking import check
from hyperstep.compatibility.facts import usage
from hyperstep.compatibility.verdicts import Outcome

KEYWORDS = sorted(name for name, count in usage().keywords.items() if count >= 2)


def module_of(name: str) -> str:
    """A module that offers a name; that with the shortest path."""
    return min((module for module, table in offered.tables().items() if name in table), key=lambda m: (m.count("."), m))


@pytest.mark.parametrize("written", KEYWORDS)
def test_each_keyword_that_two_projects_give_is_taken(written: str, tmp_path: Path) -> None:
    name, _, keyword = written.rstrip("=)").partition("(")
    file = tmp_path / "driver.py"
    file.write_text(f"from {module_of(name)} import {name}\n{name}({keyword}=1)\n", encoding="utf-8")
    result = check(file)
    assert [finding.name for finding in result.names if finding.name.endswith(f"({keyword}=)")]
    assert result.with_outcome(Outcome.UNSUPPORTED) == []


@pytest.mark.parametrize("name", sorted(name for name, count in usage().names.items() if count >= 2))
def test_each_name_that_two_projects_import_works_or_says_what_to_do(name: str, tmp_path: Path) -> None:
    file = tmp_path / "driver.py"
    file.write_text(f"from {module_of(name)} import {name}\n", encoding="utf-8")
    (finding,) = check(file).names
    assert finding.verdict.outcome is not Outcome.UNSUPPORTED or finding.verdict.explanation.count(".") >= 2
