"""Claims and exit files, whole, torn and missing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperstep.launchers.marker import (
    Claim,
    ExitMarker,
    VoidClaimError,
    bar_launch,
    create_claim,
    fill_claim,
    lift_bar,
    read_claim,
    read_exit,
    void_claim,
    write_exit,
)
from hyperstep.testing.launcher_bench import wait_until

MARKERS = st.one_of(
    st.builds(ExitMarker, st.integers(0, 255), st.none(), st.floats(0, 1e10)),
    st.builds(ExitMarker, st.none(), st.integers(1, 64), st.floats(0, 1e10)),
)


def _claim_for(pid: int, folder: Path) -> Claim:
    file = folder / "claim.json"
    descriptor = create_claim(file)
    fill_claim(descriptor, pid, parent=os.getpid())
    os.close(descriptor)
    claim = read_claim(file)
    assert claim is not None
    return claim


@given(marker=MARKERS)
def test_an_exit_marker_is_read_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, marker: ExitMarker) -> None:
    file = tmp_path_factory.getbasetemp() / "exit.json"
    write_exit(file, marker)
    assert read_exit(file) == marker


def test_writing_an_exit_file_leaves_no_other_file(tmp_path: Path) -> None:
    write_exit(tmp_path / "exit.json", ExitMarker(0, None, 1.0))
    assert [file.name for file in tmp_path.iterdir()] == ["exit.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b"\xff", b'{"pid": null, "started_at": null}'])
def test_a_torn_file_says_nothing(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "file.json"
    assert read_claim(file) is None
    assert read_exit(file) is None
    file.write_bytes(content)
    assert read_claim(file) is None
    assert read_exit(file) is None


def test_a_claim_is_made_once(tmp_path: Path) -> None:
    os.close(create_claim(tmp_path / "claim.json"))
    with pytest.raises(FileExistsError):
        create_claim(tmp_path / "claim.json")


def test_of_a_claim_that_is_filled_and_one_that_is_void_the_first_counts(tmp_path: Path) -> None:
    filled = _claim_for(os.getpid(), tmp_path)
    assert void_claim(tmp_path / "claim.json") == filled
    assert read_claim(tmp_path / "claim.json") == filled
    late = create_claim(tmp_path / "late.json")
    assert void_claim(tmp_path / "late.json") is None
    with pytest.raises(VoidClaimError):
        fill_claim(late, os.getpid(), parent=os.getpid())
    os.close(late)
    assert read_claim(tmp_path / "late.json") is None
    assert void_claim(tmp_path / "nowhere.json") is None


def test_what_is_barred_is_claimed_by_nobody_until_the_bar_is_lifted(tmp_path: Path) -> None:
    file = tmp_path / "claim.json"
    assert bar_launch(file)
    assert bar_launch(file)
    assert read_claim(file) is None
    with pytest.raises(FileExistsError):
        create_claim(file)
    lift_bar(file)
    lift_bar(file)
    os.close(create_claim(file))
    lift_bar(file)
    assert not bar_launch(file)
    assert file.exists()
    assert bar_launch(tmp_path / "nowhere" / "claim.json")


def test_a_claim_of_a_live_process_is_alive(tmp_path: Path) -> None:
    claim = _claim_for(os.getpid(), tmp_path)
    assert claim.is_alive()
    assert not claim._replace(started_at=claim.started_at - 0.01).is_alive()
    assert not claim._replace(boot="another boot").is_alive()


def test_a_claim_holds_at_least_the_documented_keys(tmp_path: Path) -> None:
    _claim_for(os.getpid(), tmp_path)
    assert json.loads((tmp_path / "claim.json").read_text()).keys() >= {"pid", "started_at"}


def test_an_ended_process_counts_as_alive_until_the_parent_that_writes_its_end_lets_go(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE)
    claim = _claim_for(process.pid, tmp_path)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert claim.is_alive()
    assert not claim._replace(parent=1).is_alive()
    assert claim._replace(parent=1, heir=os.getpid()).is_alive()
    process.communicate()
    wait_until(lambda: not claim.is_alive(), "the process id to be gone")
