"""`docs/warm.md` against the code: every reason for which a trial starts cold is in its table."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[4]
_PAGE = " ".join((_ROOT / "docs" / "warm.md").read_text(encoding="utf-8").split())
_PACKAGE = _ROOT / "src" / "hyperstep"
_FILES = (
    "launchers/inline.py",
    "launchers/local.py",
    "launchers/host/warm/command_line.py",
    "launchers/host/warm/conditions.py",
    "launchers/host/warm/forking.py",
    "launchers/host/warm/silence.py",
    "launchers/host/warm/warm_server.py",
    "launchers/host/warm/warm_servers.py",
    "runtime/runner/warm/choosing.py",
    "runtime/runner/warm/conditions.py",
    "runtime/runner/warm/imports.py",
    "runtime/runner/warm/search_path.py",
    "runtime/runner/warm/verdict.py",
)
"""Where reasons are made."""
_RETURNS = frozenset(
    {"_against", "_why_never", "read_command_line", "warm_command", "why_never", "why_not_now", "why_shadowed"}
)
"""Functions that return one."""
_NAMES = frozenset({"why", "why_cold", "DOUBTED", "FIRST", "_NO_HOST"})
_CALLS = frozenset({"Cold", "_Deaths", "kill", "close", "Launched", "_cold"})


def texts_in(node: ast.AST) -> Iterator[str]:
    """The texts of an expression, and those between the values of a formatted one."""
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield from re.split(r"[:;,]", part.value)


def expressions_in(tree: ast.AST) -> Iterator[ast.AST]:
    """What is returned, passed or assigned where a reason is."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) if name in _RETURNS:
                yield from (part for part in ast.walk(node) if isinstance(part, ast.Return))
            case ast.Call(func=ast.Name(name) | ast.Attribute(attr=name), args=arguments) if name in _CALLS:
                yield from arguments
            case ast.keyword(arg="why_cold", value=value):
                yield value
            case ast.Assign(targets=[ast.Name(name)], value=value) if name in _NAMES:
                yield value


def reasons_of(file: str) -> list[str]:
    """What must be on the page, of one file."""
    tree = ast.parse((_PACKAGE / file).read_text(encoding="utf-8"))
    found = {text.strip(" -") for expression in expressions_in(tree) for text in texts_in(expression)}
    return sorted(text for text in found if " " in text)


@pytest.mark.parametrize("file", _FILES)
def test_every_reason_is_in_the_table(file: str) -> None:
    reasons = reasons_of(file)
    assert reasons, "a reason is made here, or the file is not to be listed"
    assert [text for text in reasons if text not in _PAGE] == []


def test_no_other_file_makes_one() -> None:
    makers = {
        str(path.relative_to(_PACKAGE))
        for path in _PACKAGE.rglob("*.py")
        if re.search(r"\bCold\(|why_cold=f?\"", path.read_text(encoding="utf-8"))
    }
    assert {name for name in makers if not name.startswith("testing/")} <= set(_FILES)
