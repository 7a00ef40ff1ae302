"""What the tests of models share: a workspace, and files to register."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def project(project: Path) -> Path:
    """Holds ``model/`` with three files."""
    folder = project / "model"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.txt", "b.txt", "sub/c.txt"):
        (folder / name).write_text(name, encoding="utf-8")
    return project
