"""One trial host for all cases of a file: warm servers are shared by the cases that can share one."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.launchers.warm.comparing import WarmBench

from hyperstep.launchers.host_link import host_pid
from hyperstep.testing.launcher_bench import is_running, wait_until


@pytest.fixture(scope="module")
def warm_bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmBench]:
    """A launcher; its host and the warm servers are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="hs-", dir="/tmp"))
    path = folder / "host.sock"
    bench = WarmBench(tmp_path_factory.mktemp("attempts"), path)
    yield bench
    bench.close()
    pid = host_pid(path)
    if pid is not None:
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not is_running(pid), "the end of the host")
    assert not (folder / "host.log").exists(), (folder / "host.log").read_text()
    shutil.rmtree(folder)


@pytest.fixture
def bench(tmp_path: Path, control_path: Path) -> Iterator[WarmBench]:
    """A launcher whose host is the test's own."""
    bench = WarmBench(tmp_path, control_path)
    yield bench
    bench.close()
