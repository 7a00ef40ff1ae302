"""README and pages tell the truth: the README's own script tunes, links lead somewhere, the map names what is there."""

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


PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for target in re.findall(r"\]\(([^):\s]+)\)", page.read_text(encoding="utf-8")):
        path, _, heading = target.partition("#")
        file = page.parent / path if path else page
        assert file.exists(), target
        assert not heading or heading in headings(file), target


def headings(page: Path) -> set[str]:
    """The page's headings as links name them."""
    texts = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).strip().replace(" ", "-") for text in texts}


ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
HOMES = [ROOT, ROOT / "src", ROOT / "src" / "hyperstep", ROOT / "src" / "hyperstep" / "runtime"]


def test_the_map_names_only_files_that_exist() -> None:
    """A bare name lies in a folder that the line has named before it."""
    for line in ARCHITECTURE.splitlines():
        folders = list(HOMES)
        for name in re.findall(r"`([\w./]+(?:\.py|/))`", line):
            found = [folder / name for folder in folders if (folder / name).exists()]
            assert found or name in {"claims/", "secrets/", "outputs/"}, (name, line)
            folders += [path if path.is_dir() else path.parent for path in found]


def test_the_map_names_every_package() -> None:
    house = ROOT / "src" / "hyperstep"
    parts = [path.parent for path in house.glob("*/__init__.py")] + [
        path
        for area in ("azureml_v1", "runtime")
        for path in (house / area).iterdir()
        if (path / "__init__.py").exists()
    ]
    assert len(parts) > len(HOMES)
    for part in parts:
        assert re.search(rf"\b{part.name}\b", ARCHITECTURE), part
