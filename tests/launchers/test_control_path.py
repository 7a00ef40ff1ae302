"""Control sockets: short paths, in a folder of the user's own."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from hyperstep.errors import InvalidInputError, LaunchError
from hyperstep.launchers.control_path import (
    MAX_PATH_BYTES,
    check_control_path,
    control_folder,
    default_control_path,
)
from hyperstep.launchers.glance import live_hosts
from hyperstep.launchers.host_link import host_pid
from hyperstep.launchers.local import LocalLauncher
from hyperstep.testing.behaviour import Behaviour
from hyperstep.testing.launcher_bench import Bench, is_running, wait_until


@pytest.fixture
def temporary(control_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder of this test's own, short enough for sockets."""
    monkeypatch.setattr(tempfile, "tempdir", str(control_path.parent))
    return control_path.parent


def test_the_folder_is_made_for_the_user_alone(temporary: Path) -> None:
    folder = control_folder()
    assert folder == temporary / f"hyperstep-{os.getuid()}"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert default_control_path().parent == control_folder()


def test_the_path_is_the_same_each_time(temporary: Path) -> None:
    assert default_control_path() == default_control_path()
    assert default_control_path().is_relative_to(temporary)


def test_a_long_temporary_folder_does_not_make_a_long_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/" + "x" * 200)
    assert len(os.fsencode(default_control_path())) <= MAX_PATH_BYTES


def test_a_folder_that_others_may_enter_is_refused(temporary: Path) -> None:
    (temporary / f"hyperstep-{os.getuid()}").mkdir(mode=0o755)
    (temporary / f"hyperstep-{os.getuid()}").chmod(0o755)
    with pytest.raises(LaunchError, match="nobody else may enter"):
        control_folder()


def test_a_link_in_place_of_the_folder_is_refused(temporary: Path) -> None:
    (temporary / "elsewhere").mkdir(mode=0o700)
    (temporary / f"hyperstep-{os.getuid()}").symlink_to(temporary / "elsewhere")
    with pytest.raises(LaunchError):
        control_folder()


def test_a_temporary_folder_that_is_missing_is_refused(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(temporary / "missing"))
    with pytest.raises(LaunchError, match="TMPDIR"):
        control_folder()


def test_a_path_too_long_for_a_socket_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="at most 100 bytes"):
        check_control_path(Path("/" + "x" * 100))
    with pytest.raises(InvalidInputError):
        LocalLauncher(lambda: None, Path("/" + "ü" * 50))


def test_live_hosts_are_listed(tmp_path: Path, temporary: Path) -> None:
    assert live_hosts() == {}
    (control_folder() / "leftover.sock").touch()
    bench = Bench(tmp_path, lambda notify: LocalLauncher(notify, idle_s=0.0))
    bench.run(Behaviour())
    path = default_control_path()
    assert path.is_relative_to(temporary)
    pid = host_pid(path)
    assert pid is not None
    assert live_hosts() == {path: pid}
    bench.clear()
    wait_until(lambda: not is_running(pid), "the end of the idle host")
    assert live_hosts() == {}
