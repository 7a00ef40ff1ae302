"""Files that are kept for a later look."""

from __future__ import annotations

import os
from pathlib import Path

from hyperstep.artifact_store.kept_files import keep_file


def test_the_newest_stay_and_what_a_killed_process_left_goes_with_the_oldest(tmp_path: Path) -> None:
    left = tmp_path / "1234-a.json"
    left.write_bytes(b"half")
    os.utime(left, (1.0, 1.0))
    for number, name in enumerate("abc"):
        keep_file(tmp_path / f"{name}.json", name.encode(), most=2)
        os.utime(tmp_path / f"{name}.json", (10.0 + number, 10.0 + number))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["b.json", "c.json"]


def test_where_none_can_be_written_it_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    keep_file(tmp_path / "file" / "a.json", b"a", most=2)
    assert (tmp_path / "file").is_file()
