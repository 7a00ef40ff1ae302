"""An environment is built once, and jobs in it find hyperstep."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from hyperstep.errors import LaunchError
from hyperstep.runtime.environments.build import build_environment

SETUP = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "tiny"
version = "1.0"
"""
BACKEND = """
import zipfile
def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(f"{folder}/{name}", "w") as wheel:
        wheel.writestr("tiny.py", "answer = 42")
        wheel.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1.0\\n")
        wheel.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("tiny-1.0.dist-info/RECORD", "")
    return name
"""


def _definition(*pip: str) -> dict[str, Any]:
    return {"name": "e", "python": {"condaDependencies": {"dependencies": [{"pip": ["azureml-defaults", *pip]}]}}}


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A package that needs nothing from a network."""
    folder = tmp_path / "tiny-source"
    folder.mkdir()
    (folder / "pyproject.toml").write_text(SETUP, encoding="utf-8")
    (folder / "backend.py").write_text(BACKEND, encoding="utf-8")
    return folder


def test_nothing_is_built_when_nothing_is_asked_for(tmp_path: Path) -> None:
    assert build_environment(tmp_path / "environments", _definition()) == ""
    assert not (tmp_path / "environments").exists()


@pytest.mark.end_to_end
def test_an_environment_is_built_once_and_finds_hyperstep(
    tmp_path: Path, tiny: Path, caplog: pytest.LogCaptureFixture
) -> None:
    python = build_environment(tmp_path / "environments", _definition(str(tiny)))
    imports = "import tiny, hyperstep_trial, hyperstep.runtime.home, importlib.util as u"
    code = f"{imports}; print(tiny.answer, u.find_spec('numpy'))"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["42", "None"], done.stderr
    made = Path(python).parent.parent / "pyvenv.cfg"
    before = made.stat().st_mtime_ns
    assert build_environment(tmp_path / "environments", _definition(str(tiny))) == python
    assert made.stat().st_mtime_ns == before
    assert caplog.text.count("Building an environment of 1 packages, once") == 1


@pytest.mark.end_to_end
def test_a_build_that_fails_names_its_log_and_is_tried_again(tmp_path: Path) -> None:
    missing = _definition("./no-such-folder-here")
    for _ in range(2):
        with pytest.raises(LaunchError, match=r"build\.log"):
            build_environment(tmp_path / "environments", missing)
