"""What all tests share: a home of their own, and no word from the outside environment."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has an empty home of its own and none of the user's settings."""
    monkeypatch.setenv("HYPERSTEP_HOME", str(tmp_path / "home"))
    for name in ("HYPERSTEP_SLOTS", "AML_SNAPSHOT_NO_FILE_LIMIT", "AZUREML_RUN_ID"):
        monkeypatch.delenv(name, raising=False)
