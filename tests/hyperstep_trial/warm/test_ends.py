"""Exit files as a warm server without a host writes them: in full or not at all, and as soon as that can be."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from hyperstep.errors import means_busy_machine, means_disk_refuses
from hyperstep.launchers.marker import read_exit
from hyperstep_trial.warm.ends import _PASSING, Ended, write_exit

ENDED = Ended("code", 3)


@pytest.fixture
def leader() -> Iterator[int]:
    """Of a group of its own, and nobody else's."""
    with subprocess.Popen(["true"], start_new_session=True) as process:
        yield process.pid


@pytest.mark.parametrize(
    "number",
    [
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EROFS,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOMEM,
        errno.EAGAIN,
    ],
)
def test_what_passes_by_itself_is_waited_for(
    tmp_path: Path, leader: int, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refused(file: bytes, *_: int) -> int:
        raise OSError(number, "refused", file)

    file = tmp_path / "exit.json"
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refused)
        assert not write_exit(bytes(file), leader, ENDED)
    assert write_exit(bytes(file), leader, ENDED)
    marker = read_exit(file)
    assert marker is not None
    assert marker.exit_code == 3


def test_what_a_trial_host_waits_for_is_waited_for_and_nothing_else() -> None:
    errors = [OSError(number, "refused") for number in errno.errorcode]
    assert frozenset(e.errno for e in errors if means_disk_refuses(e) or means_busy_machine(e)) == _PASSING


def test_nobody_waits_for_a_folder_that_was_removed(tmp_path: Path, leader: int) -> None:
    assert write_exit(bytes(tmp_path / "removed" / "exit.json"), leader, ENDED)


def test_what_the_system_takes_a_part_of_at_a_time_is_written_in_full(
    tmp_path: Path, leader: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    file = tmp_path / "exit.json"
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:7]))
        assert write_exit(bytes(file), leader, ENDED)
    marker = read_exit(file)
    assert marker is not None
    assert marker.exit_code == 3
