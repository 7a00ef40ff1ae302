"""What counts as imported by a step's code, and the versions that are taken for it."""

from __future__ import annotations

import ast
import json
import platform
import sys
import sysconfig
from importlib.metadata import version
from pathlib import Path

import pytest

from hyperstep.artifact_store.snapshot import SnapshotLimits, take_snapshot
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.reuse import step_imports
from hyperstep.runtime.runner.reuse.step_imports import Imports, find_imports, imported_names
from hyperstep.runtime.runner.reuse.step_packages import package_versions


@pytest.mark.parametrize(
    "source",
    [
        "import os; import found",
        "try: import found\nexcept ImportError: pass",
        "import json, \\\n    found",
        "import json,\\\r\n\tfound.deep as f",
        "from \\\n  found import x",
        "from found.deep import(x)",
        "def f():\n\tif True: from found import x",
        "async def f():\n    with a as b: import found\n",
        "match x:\n    case 1: import found",
        "\ufeffimport found",
        "pass\rimport found\rpass",
        "\fimport found",
        "import importlib\nimportlib.import_module('found.deep')",
        "m = import_module(\n    name='found',\n)",
        "import_module('.x', package='found')",
        "x = [__import__('found')]",
        "print 'of Python 2'; import found",
        "print 'of Python 2'\nm = __import__(\"found.deep\")",
    ],
)
def test_an_import_is_found_wherever_it_stands(source: str) -> None:
    assert imported_names([source.encode()]) - sys.stdlib_module_names == {"found"}


@pytest.mark.parametrize(
    "source",
    [
        '"""How to:\n    import found\n"""',
        "# as in: import found",
        "x = 'a; import found'",
        "from . import found",
        "from .found import x",
        "from found_too import found",
        "importlib.import_module(found)",
        "important = found",
        r"text = '\d: import found'",
    ],
)
def test_what_is_only_mentioned_is_not_imported(source: str) -> None:
    assert "found" not in imported_names([source.encode()])


def test_a_file_is_parsed_only_for_names_that_no_other_file_imports(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[bytes] = []
    parse = ast.parse

    def noted(source: bytes) -> ast.Module:
        parsed.append(source)
        return parse(source)

    monkeypatch.setattr(ast, "parse", noted)
    once, own = b"import os, numpy", b"from lib import numpy"
    assert imported_names([once, once, own], own={"lib"}) == {"os", "numpy", "lib"}
    assert parsed == [once]


def test_nothing_that_the_parser_finds_in_the_standard_library_is_overlooked() -> None:
    for file in sorted(Path(sysconfig.get_path("stdlib"), "unittest").glob("*.py")):
        source = file.read_bytes()
        assert step_imports._names_parsed(source) is not None
        assert step_imports._names_parsed(source) <= step_imports._names_written(source), file  # type: ignore[operator]


def imports_of(home: Home, folder: Path) -> Imports:
    return find_imports(home, take_snapshot(folder, home.artifacts, SnapshotLimits(None, None)))


def test_a_folder_is_a_module_of_the_code_only_if_it_holds_modules(home: Home, tmp_path: Path) -> None:
    code = tmp_path / "code"
    for name, file in (("msgspec", "data.csv"), ("lib", "deep/net.py"), ("packaging", "helper.py")):
        (code / name / file).parent.mkdir(parents=True)
        (code / name / file).write_text("")
    (code / "own.py").write_text("")
    (code / "train.py").write_text("import msgspec, lib.deep.net, packaging.helper, own, os")
    assert imports_of(home, code) == Imports(("msgspec",), ("lib", "own", "packaging"))
    snapshot = take_snapshot(code, home.artifacts, SnapshotLimits(None, None))
    found = package_versions(home, snapshot, "")
    assert found == {
        "python": platform.python_version(),
        "msgspec": version("msgspec"),
        "packaging": version("packaging"),  # without an __init__.py the installed one is the one that is imported
    }


def test_what_an_own_module_and_a_package_of_another_name_could_be_counts_as_the_package(
    home: Home, tmp_path: Path
) -> None:
    (tmp_path / "code" / "yaml").mkdir(parents=True)
    (tmp_path / "code" / "yaml" / "more.py").write_text("import yaml")
    snapshot = take_snapshot(tmp_path / "code", home.artifacts, SnapshotLimits(None, None))
    assert package_versions(home, snapshot, "").get("PyYAML") == version("PyYAML")


@pytest.mark.parametrize("python", ["", str(Path(sys.executable).parent / "." / ".." / "bin" / "python")])
def test_versions_are_those_of_the_interpreter_that_runs_the_code(home: Home, tmp_path: Path, python: str) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "train.py").write_text("import msgspec, yaml, nothing_like_it")
    snapshot = take_snapshot(tmp_path / "code", home.artifacts, SnapshotLimits(None, None))
    assert package_versions(home, snapshot, python) == {
        "python": platform.python_version(),
        "msgspec": version("msgspec"),
        "PyYAML": version("PyYAML"),
    }


def test_what_an_older_version_kept_of_the_same_code_is_not_believed(home: Home, tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "train.py").write_text("import os; import msgspec")
    snapshot = take_snapshot(tmp_path / "code", home.artifacts, SnapshotLimits(None, None))
    kept = home.path / "cache" / "imports" / f"{snapshot.digest}.json"
    kept.parent.mkdir(parents=True)
    kept.write_text(json.dumps([]))
    assert find_imports(home, snapshot) == Imports(("msgspec",))
    kept.write_text(kept.read_text().replace("msgspec", "kept"))
    assert find_imports(home, snapshot) == Imports(("kept",))


def test_of_code_that_is_partly_gone_nothing_is_kept(home: Home, tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "train.py").write_text("import msgspec")
    snapshot = take_snapshot(tmp_path / "code", home.artifacts, SnapshotLimits(None, None))
    assert home.artifacts.discard(snapshot.files[0].digest, untouched_since=float("inf"))
    assert find_imports(home, snapshot) == Imports()
    assert not (home.path / "cache" / "imports").exists()
