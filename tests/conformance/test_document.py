"""`docs/compatibility.md` says what the tables say, and each use that it lists is covered by tests that exist."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from hyperstep.compatibility.document import main, parts, with_parts

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "compatibility.md"
USES_FILE = Path(__file__).parent / "uses.json"
USES = json.loads(USES_FILE.read_text(encoding="utf-8"))
MANY_USES = 24


def named_tests(file: Path) -> set[str]:
    """The names of a test file's tests; those of classes as ``Class::test``."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)} | {
        f"{cls.name}::{node.name}" for cls in classes for node in cls.body if isinstance(node, ast.FunctionDef)
    }


def test_the_document_is_up_to_date(tmp_path: Path) -> None:
    copy = tmp_path / "compatibility.md"
    copy.write_text(DOCUMENT.read_text(encoding="utf-8"), encoding="utf-8")
    assert main([str(copy), str(USES_FILE)]) == 0
    assert copy.read_text(encoding="utf-8") == DOCUMENT.read_text(encoding="utf-8")


def test_every_kind_of_use_is_listed_once() -> None:
    assert len({use["use"] for use in USES}) == len(USES) == MANY_USES


@pytest.mark.parametrize("use", USES, ids=lambda use: use["use"][:40])
def test_each_use_names_tests_that_exist(use: dict[str, list[str]]) -> None:
    assert use["tests"]
    for test in use["tests"]:
        file, _, name = test.partition("::")
        assert name.partition("[")[0] in named_tests(ROOT / file), test


def test_a_part_is_replaced_and_the_rest_is_kept() -> None:
    text = "before\n<!-- generated: a -->\nold\nlines\n<!-- end -->\nafter\n"
    once = with_parts(text, {"a": "new"})
    assert once == "before\n<!-- generated: a -->\nnew\n<!-- end -->\nafter\n"
    assert with_parts(once, {"a": "new"}) == once


def test_a_part_that_there_is_not_is_an_error() -> None:
    with pytest.raises(KeyError):
        with_parts("<!-- generated: b -->\n<!-- end -->", parts(USES))
