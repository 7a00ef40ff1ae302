"""What is left of an attempt whose process could not be started."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from hyperstep.launchers.process import AttemptFiles, claimed


@pytest.fixture
def files(tmp_path: Path) -> AttemptFiles:
    return AttemptFiles(*(str(tmp_path / name) for name in ("work", "log.txt", "claim.json", "exit.json")))


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENOSPC, errno.EDQUOT])
def test_nothing_where_there_was_no_room_for_it(files: AttemptFiles, number: int, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no room"), claimed(files):
        raise OSError(number, "no room")
    assert list(tmp_path.iterdir()) == []


def test_an_end_where_it_can_never_be_started(files: AttemptFiles) -> None:
    with pytest.raises(FileNotFoundError), claimed(files):
        raise FileNotFoundError(errno.ENOENT, "no such program")
    assert '"exit_code": 127' in Path(files.exit_file).read_text()
    with pytest.raises(FileExistsError), claimed(files):
        pytest.fail("it was claimed twice")
