"""Which launcher is chosen, and what choosing costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hyperstep import launchers
from hyperstep.launchers import local_launcher
from hyperstep.launchers.inline import InlineLauncher
from hyperstep.launchers.local import LocalLauncher


def test_a_host_is_used_where_the_system_can(control_path: Path) -> None:
    launcher = local_launcher(lambda: None, control_path=control_path)
    assert isinstance(launcher, LocalLauncher)
    assert launcher.control_path == control_path


def test_no_host_is_used_when_told_so() -> None:
    assert isinstance(local_launcher(lambda: None, use_host=False), InlineLauncher)


def test_no_host_is_used_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hyperstep.launchers.sys.platform", "win32")
    assert isinstance(local_launcher(lambda: None), InlineLauncher)


def test_what_the_host_loads_is_small() -> None:
    program = "import sys, hyperstep.launchers.host.server; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-S", "-c", program], capture_output=True, text=True, check=True, env=_env()
    )
    heavy = {"dataclasses", "inspect", "psutil", "msgspec", "asyncio", "hashlib", "logging", "tempfile", "shutil"}
    assert not heavy & set(loaded.stdout.split())


def _env() -> dict[str, str]:
    return {"PYTHONPATH": str(Path(launchers.__file__).parents[2])}
