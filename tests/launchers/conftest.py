"""A trial host for each test: a short control path of its own, and nothing left of it afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from hyperstep.launchers.host_link import host_pid
from hyperstep.testing.launcher_bench import is_running, wait_until


@pytest.fixture
def control_path() -> Iterator[Path]:
    """Where no host listens yet. tmp_path may be too long for a socket."""
    folder = Path(tempfile.mkdtemp(prefix="hs-", dir="/tmp"))
    path = folder / "host.sock"
    yield path
    pid = host_pid(path)
    if pid is not None:
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not is_running(pid), "the end of the host")
    while folder.exists():
        with suppress(FileNotFoundError):  # a host that was moved aside may be removing its own files just now
            shutil.rmtree(folder)
