"""A home with runners, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.runtime.bench import Bench

from hyperstep.runtime.home import Home
from hyperstep.runtime.submission import Label


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    home = Home.open()
    yield Bench(home, tmp_path)
    home.close()


@pytest.fixture
def label() -> Label:
    return Label("local", "experiment")


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that the scripts wait for."""
    path = tmp_path / "gate"
    monkeypatch.setenv("GATE", str(path))
    return path


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A home in which runs are recorded and none is driven."""
    monkeypatch.setattr("hyperstep.runtime.submission.start_runner", lambda *_: None)
    opened = Home.open()
    yield opened
    opened.close()
