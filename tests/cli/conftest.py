"""A home for commands that run in the test's own process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.fabricated import fabricate_running_pipeline

from hyperstep.runtime.home import Home


@pytest.fixture(autouse=True)
def _no_takeover(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs that tests make up have no runner; looking at one is not to start any."""
    monkeypatch.setenv("HYPERSTEP_RESUME", "never")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """An empty home, also for the commands that a test calls."""
    monkeypatch.chdir(tmp_path)
    opened = Home.open()
    yield opened
    opened.close()


@pytest.fixture
def running(home: Home) -> Home:
    """A home that holds a pipeline which runs: see ``fabricated``."""
    fabricate_running_pipeline(home)
    return home
