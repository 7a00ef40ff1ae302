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
