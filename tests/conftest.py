"""What all tests share: a home of their own, and no word from the outside environment."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

_OF_THE_TERMINAL = (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP)
_MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a folder of the user's own there
_ROOM = 8 * 2**30
"""Bytes; all tests together leave less than half of it."""


def pytest_configure() -> None:
    """Tests and all that they start are free of what the shell is for: with CI set, warm servers wait for nobody."""
    os.environ.pop("CI", None)
    _heed_the_terminal()
    if _has_room(_MEMORY):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))


def _has_room(place: Path) -> bool:
    """Whether temporary folders may be in memory: thousands of homes, each synced to a disk, take most of the time."""
    try:
        free = os.statvfs(place)
    except (OSError, AttributeError):
        return False
    return os.access(place, os.W_OK) and free.f_bavail * free.f_frsize > _ROOM < psutil.virtual_memory().available


def _heed_the_terminal() -> None:
    """A shell has what it starts in the background ignore Ctrl-C, and ``nohup`` the end of the terminal."""
    for number in _OF_THE_TERMINAL:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number is signal.SIGINT else signal.SIG_DFL)


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has an empty home of its own and none of the user's settings."""
    for name in [name for name in os.environ if name.startswith(("HYPERSTEP_", "AZUREML_"))]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("AML_SNAPSHOT_NO_FILE_LIMIT", raising=False)
    monkeypatch.setenv("HYPERSTEP_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="session", autouse=True)
def _hosts_of_this_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No trial host is shared with the user, nor with tests that run side by side: some tests kill theirs."""
    tmp_path_factory.getbasetemp()  # chosen before there is another folder for what is temporary
    with pytest.MonkeyPatch.context() as patch, _hosts_elsewhere(patch):
        yield


@pytest.fixture
def own_hosts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Trial hosts of the test's own: no other test's processes belong to them, before or after it."""
    with _hosts_elsewhere(monkeypatch):
        yield


@contextlib.contextmanager
def _hosts_elsewhere(patch: pytest.MonkeyPatch) -> Iterator[None]:
    from hyperstep.launchers.glance import live_hosts  # noqa: PLC0415 - only where hosts are

    folder = tempfile.mkdtemp(prefix="hs-", dir="/tmp")  # tmp_path may be too long for a socket
    patch.setenv("TMPDIR", folder)
    patch.setattr(tempfile, "tempdir", None)
    yield
    for pid in live_hosts().values():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    shutil.rmtree(folder, ignore_errors=True)
