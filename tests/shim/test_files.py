"""The files that the finder serves hold names only: a docstring, the import of the machinery, a lazy table."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from hyperstep.shim import shim_path

_FILES = sorted(shim_path().rglob("*.py"))
_FUTURE = "from __future__ import annotations"
_MACHINERY = "from hyperstep_trial.lazy_names import lazy_names"


def _name(file: Path) -> str:
    return file.relative_to(shim_path()).as_posix()


def _violations(source: str) -> list[str]:
    """What a shim file holds beyond what it may hold."""
    tree = ast.parse(source)
    if ast.get_docstring(tree) is None:
        return ["no docstring"]
    return [ast.unparse(node) for node in tree.body[1:] if not _is_allowed(node)]


def _is_allowed(node: ast.stmt) -> bool:
    if isinstance(node, ast.ImportFrom):
        return ast.unparse(node) in {_FUTURE, _MACHINERY}
    return isinstance(node, ast.Assign) and _table(node) is not None


def _table(node: ast.Assign) -> dict[str, str] | None:
    """The table of ``__getattr__, __dir__, __all__ = lazy_names(__name__, {...})``, None for another assignment."""
    if ast.unparse(node.targets[0]) not in {"(__getattr__, __dir__, __all__)", "__getattr__, __dir__, __all__"}:
        return None
    call = node.value
    if not isinstance(call, ast.Call) or ast.unparse(call.func) != "lazy_names":
        return None
    if len(call.args) != 2 or call.keywords or ast.unparse(call.args[0]) != "__name__":
        return None
    try:
        return dict(ast.literal_eval(call.args[1]))
    except ValueError:
        return None


@pytest.mark.parametrize("file", _FILES, ids=_name)
def test_each_file_holds_only_a_docstring_one_import_and_a_lazy_table(file: Path) -> None:
    assert _violations(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "planted",
    [
        "import os",
        "from hyperstep.azureml_v1.core.workspace import Workspace",
        "VERSION = '1'",
        "def helper(): pass",
        "__getattr__, __dir__, __all__ = lazy_names(__name__, make_table())",
        "__getattr__, __dir__, __all__ = other(__name__, {})",
    ],
)
def test_anything_else_would_be_found(planted: str) -> None:
    assert _violations(f'"""Names."""\n{_FUTURE}\n{_MACHINERY}\n{planted}\n') == [
        ast.unparse(ast.parse(planted).body[0])
    ]


def test_every_folder_is_a_package() -> None:
    folders = {file.parent for file in _FILES}
    assert all((folder / "__init__.py").is_file() for folder in folders)
    assert sorted(path.name for path in shim_path().iterdir() if path.name != "__pycache__") == ["azureml"]
