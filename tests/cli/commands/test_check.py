"""`hyperstep check`: the summary first, reasons below it, an exit code for scripts, every key described."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from hyperstep.cli.main import main

Captured = pytest.CaptureFixture[str]
ROOT = Path(__file__).parents[3]

MIXED = """from azureml.core import Workspace
from azureml.pipeline.steps import KustoStep
import numpy as np
ws = Workspace.from_config()
x = np.float(1)
"""


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    (tmp_path / "mixed.py").write_text(MIXED, encoding="utf-8")
    (tmp_path / "old.py").write_text("print 'x'\n", encoding="utf-8")
    return tmp_path


def test_the_examples_work(capsys: Captured) -> None:
    assert main(["check", str(ROOT / "examples")]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert re.fullmatch(r"\d+ files, \d+ azureml names: \d+ work, \d+ works? differently, 0 not supported", first)


def test_the_summary_comes_first_then_what_needs_attention(mixed: Path, capsys: Captured) -> None:
    assert main(["check", str(mixed)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "2 files, 3 azureml names: 1 works, 1 works differently, 1 not supported"
    assert lines[1] == "1 name gone from current numpy, pandas or scikit-learn"
    assert lines[2].startswith(f"cannot be read: {mixed / 'old.py'}:1: not Python 3")
    text = "\n".join(lines)
    assert f"not supported\n  azureml.pipeline.steps.KustoStep  {mixed / 'mixed.py'}:2\n    It belongs" in text
    assert f"works differently\n  azureml.core.Workspace.from_config  {mixed / 'mixed.py'}:4\n" in text
    assert f"  numpy.float  {mixed / 'mixed.py'}:5\n    Gone since 1.24; now: float" in text
    assert "azureml.core.Workspace  " not in text


def test_all_lists_what_works_too(mixed: Path, capsys: Captured) -> None:
    assert main(["check", "--all", str(mixed / "mixed.py")]) == 1
    assert f"works\n  azureml.core.Workspace  {mixed / 'mixed.py'}:1, {mixed / 'mixed.py'}:4" in capsys.readouterr().out


def test_json_says_the_same(mixed: Path, capsys: Captured) -> None:
    assert main(["check", str(mixed), "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["works"] is False
    assert [Path(file).name for file in document["files"]] == ["mixed.py", "old.py"]
    assert {name["name"]: name["outcome"] for name in document["names"]} == {
        "azureml.pipeline.steps.KustoStep": "not supported",
        "azureml.core.Workspace.from_config": "works differently",
        "azureml.core.Workspace": "works",
    }
    assert document["gone"][0]["places"] == [{"file": str(mixed / "mixed.py"), "cell": None, "line": 5}]
    assert document["unreadable"][0]["line"] == 1


def test_every_key_is_described(mixed: Path, capsys: Captured) -> None:
    main(["check", str(mixed), "--json"])
    document = json.loads(capsys.readouterr().out)
    described = set(re.findall(r"`([^`]+)`", (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")))
    entries = [document, *document["names"], *document["gone"], *document["unreadable"], *document["gone"][0]["places"]]
    assert {key for entry in entries for key in entry} - described == set()


def test_a_path_that_is_not_there_is_a_usage_error(tmp_path: Path, capsys: Captured) -> None:
    assert main(["check", str(tmp_path / "nothing")]) == 2
    assert "does not exist" in capsys.readouterr().err
