"""The house keeps its shape: floors, sizes, names, first lines."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted((ROOT / "src").rglob("*.py"))
MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 60
FORBIDDEN_NAMES = {"utils", "util", "helpers", "common", "shared", "misc"}


def parsed() -> Iterator[tuple[Path, ast.Module]]:
    for path in SOURCES:
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def check_contracts(folder: Path) -> subprocess.CompletedProcess[str]:
    code = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"
    environment = {"PYTHONPATH": str(folder / "src"), "PATH": "", "HOME": str(folder)}
    return subprocess.run(
        [sys.executable, "-c", code, "--no-cache"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy_of_the_house(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


PLANTED = {
    "floors": ("src/hyperstep/records/run.py", "import hyperstep.runtime"),
    "front doors": ("src/hyperstep/cli/main.py", "import hyperstep.azureml_v1"),
    "pure core": ("src/hyperstep/sweep/controller.py", "import time"),
    "the trial client": ("src/hyperstep_trial/run.py", "import hyperstep.errors"),
    "one home": ("src/hyperstep/runtime/home.py", "import sqlite3"),
    "optuna": ("src/hyperstep/samplers/bayesian.py", "import optuna"),
    "contract tests": ("src/hyperstep/runtime/home.py", "import hyperstep.testing"),
    "adapters": ("src/hyperstep/launchers/base.py", "import hyperstep.samplers"),
}


@pytest.mark.parametrize("contract", PLANTED)
def test_a_planted_violation_breaks_its_contract(contract: str, copy_of_the_house: Path) -> None:
    place, line = PLANTED[contract]
    path = copy_of_the_house / place
    path.write_text(path.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    result = check_contracts(copy_of_the_house)
    assert result.returncode == 1, result.stdout + result.stderr
    broken = [row for row in result.stdout.splitlines() if "BROKEN" in row]
    assert any(row.startswith(contract) for row in broken), result.stdout


def test_the_contracts_hold(copy_of_the_house: Path) -> None:
    result = check_contracts(copy_of_the_house)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_module_says_what_it_is_for_in_its_first_line() -> None:
    silent = [str(path.relative_to(ROOT)) for path, tree in parsed() if not ast.get_docstring(tree)]
    assert silent == []


def test_no_file_is_too_long() -> None:
    long = {str(p.relative_to(ROOT)): n for p in SOURCES if (n := p.read_text("utf-8").count("\n")) > MAX_FILE_LINES}
    assert long == {}


def test_no_function_is_too_long() -> None:
    long = []
    for path, tree in parsed():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                docstring = ast.get_docstring(node, clean=False) or ""
                size = (node.end_lineno or 0) - node.lineno - docstring.count("\n")
                if size > MAX_FUNCTION_LINES:
                    long.append(f"{path.relative_to(ROOT)}: {node.name} ({size} lines)")
    assert long == []


def test_no_file_has_a_name_that_explains_nothing() -> None:
    assert [str(p) for p in SOURCES if p.stem in FORBIDDEN_NAMES] == []
