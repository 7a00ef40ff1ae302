"""Code is found in files and cells; lines of a notebook's own language leave blanks, so that line numbers stay."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from hyperstep.compatibility.sources import units_below


def cell_code(tmp_path: Path, source: str) -> str:
    file = tmp_path / "n.ipynb"
    file.write_text(json.dumps({"cells": [{"cell_type": "code", "source": source}]}), encoding="utf-8")
    (unit,) = units_below(file)
    return unit.parts[0].code if unit.parts else ""


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("x = 1\n%matplotlib inline\ny = 2", "x = 1\npass\ny = 2"),
        ("if x:\n    !pip install y", "if x:\n    pass"),
        ("files = !ls\nz = %env HOME", "files = None\nz = None"),
        ("Workspace?\nrun??", "pass\npass"),
        ("%%time\nx = 1", "\nx = 1"),
        ("a = 5 % 3\ns = '?'", "a = 5 % 3\ns = '?'"),
        ("%%bash\nls", ""),
        ("%%writefile notes.txt\nhello", ""),
    ],
)
def test_magics_become_blanks(tmp_path: Path, source: str, code: str) -> None:
    found = cell_code(tmp_path, source)
    assert found == code
    ast.parse(found)


def test_a_written_script_is_a_unit_of_its_own_with_the_cells_lines(tmp_path: Path) -> None:
    file = tmp_path / "n.ipynb"
    cells = [{"cell_type": "code", "source": "%%writefile $folder/train.py\nimport os\n"}]
    file.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    written, notebook = units_below(file)
    assert (written.parts[0].code, written.parts[0].cell) == ("\nimport os\n", 1)
    assert list(notebook.parts) == []


def test_files_come_in_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b.py", "a/z.py", "c.txt", "a.ipynb"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}", encoding="utf-8")
    assert [unit.path.relative_to(tmp_path).as_posix() for unit in units_below(tmp_path)] == [
        "a/z.py",
        "a.ipynb",
        "b.py",
    ]
