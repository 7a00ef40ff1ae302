"""A home that cannot be used is refused, with what to do, before anything is submitted."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.forked import NOBODY, said_in_child
from tests.runtime.bench import Bench, sweep_config
from tests.runtime.small_disk import small_disk

from hyperstep import file_systems
from hyperstep.cli.main import main
from hyperstep.errors import DiskFullError, StoreError
from hyperstep.records.status import RunStatus
from hyperstep.runtime import submission
from hyperstep.runtime.home import Home
from hyperstep.runtime.submission import Label, submit_step
from hyperstep.settings import load_settings


def _tune(folder: Path) -> int:
    (folder / "train.py").write_text("print('acc=1')")
    options = ["--space", "x=choice:1", "--metric", "acc", "--metric-pattern", "acc=(.)"]
    return main(["tune", str(folder / "train.py"), *options])


@pytest.mark.parametrize(("home", "words"), [("file", "and it is a file"), ("file/below", "and it lies below a file")])
def test_a_home_that_is_a_file_is_refused_before_anything_is_submitted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: str, words: str
) -> None:
    (tmp_path / "file").write_text("mine")
    monkeypatch.setenv("HYPERSTEP_HOME", str(tmp_path / home))
    assert _tune(tmp_path) == 4
    said = capsys.readouterr().err
    assert words in said
    assert "Nothing was submitted. Set HYPERSTEP_HOME to another folder" in said
    assert (tmp_path / "file").read_text() == "mine"


def test_a_home_on_a_disk_mounted_for_reading_only_is_refused_and_works_again_once_it_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with small_disk(tmp_path / "disk", "32m") as disk:
        monkeypatch.setenv("HYPERSTEP_HOME", str(disk))
        monkeypatch.setenv("HYPERSTEP_MIN_FREE_MB", "1")
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        assert _tune(tmp_path) == 4
        assert "its disk is mounted for reading only. Received" in capsys.readouterr().err
        assert list(disk.iterdir()) == []
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
        assert _tune(tmp_path) == 0


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can become somebody else")
def test_a_home_without_permission_to_write_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o755)
    said = said_in_child(Home.open, user=NOBODY)
    assert "you have no permission to write there. Received" in said
    assert list(home.iterdir()) == []


def test_nothing_is_submitted_where_too_little_is_free(bench: Bench, label: Label) -> None:
    step = bench.tuning_step("print()", sweep_config(total=1))
    poor = replace(bench.home, settings=replace(bench.home.settings, min_free_bytes=10**18))
    with pytest.raises(DiskFullError, match=r"min_free_mb.*MB free at .*Free some space"):
        submit_step(poor, step, label)
    assert bench.home.store.roots() == []
    run = submit_step(bench.home, step, label)
    bench.wait(run.id)


@pytest.fixture
def _on_nfs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(f"1 0 0:1 / / rw - ext4 a rw\n2 1 0:2 / {tmp_path.resolve()} rw - nfs4 b rw\n")
    monkeypatch.setattr(file_systems, "_MOUNTS", table)


@pytest.mark.usefixtures("_on_nfs")
@pytest.mark.parametrize("read_only", [False, True])
def test_a_home_on_a_network_file_system_is_refused_with_the_setting_to_change(*, read_only: bool) -> None:
    with pytest.raises(StoreError, match=r'network file system \(nfs4\).*HYPERSTEP_HOME.*network_home = "allow"'):
        Home.open(read_only=read_only)
    assert not load_settings().home.exists()


@pytest.mark.usefixtures("_on_nfs")
def test_a_network_home_that_the_settings_allow_is_written_without_shared_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, label: Label
) -> None:
    monkeypatch.setenv("HYPERSTEP_NETWORK_HOME", "allow")
    home = Home.open()
    bench = Bench(home, tmp_path)
    monkeypatch.setattr(submission, "start_runner", lambda _home, _root_id: True)
    run = submit_step(home, bench.tuning_step("print()", sweep_config(total=1)), label)
    assert bench.read(run.id).status is RunStatus.NOT_STARTED
    assert not list(home.path.rglob("*-wal"))
    assert home.settings.as_environment()["HYPERSTEP_NETWORK_HOME"] == "allow"  # so the runner's home is allowed too
    home.close()


@pytest.mark.usefixtures("_on_nfs")
def test_doctor_tells_of_a_network_home(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["doctor"]) == 1
    assert "problem: The home lies on a network file system (nfs4)" in capsys.readouterr().out
    monkeypatch.setenv("HYPERSTEP_NETWORK_HOME", "allow")
    assert main(["doctor"]) == 0
    assert "warning: The home lies on a network file system (nfs4)" in capsys.readouterr().out
