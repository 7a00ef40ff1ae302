"""The README tells the truth: its own script tunes, its links and commands are there."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(start: str) -> str:
    """The fenced block that begins with ``start``."""
    blocks = re.findall(r"```\w*\n(.*?)```", README, re.DOTALL)
    return str(next(text for text in blocks if text.startswith(start)))


@pytest.mark.end_to_end
def test_the_own_script_tunes_with_the_command_that_stands_there(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(block("# train.py"))
    command = shlex.split(block("hyperstep tune").replace("\\\n", ""))
    command[command.index("--max") + 1] = "2"
    result = subprocess.run([sys.executable, "-m", *command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "best trial" in result.stderr
    assert "alpha=" in result.stderr


def test_the_two_commands_open_the_readme_and_exist() -> None:
    commands = block("make demo")
    targets = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"make (\w+)", commands):
        assert re.search(rf"^{target}:", targets, re.MULTILINE)
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_every_link_leads_to_a_file() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
