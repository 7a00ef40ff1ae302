"""What is known of the code that scripts load from outside their folder."""

from __future__ import annotations

from pathlib import Path

from hyperstep.runtime.outside_code import keep_outside_code, outside_code


def test_what_was_seen_is_kept_beside_what_was_seen_before(tmp_path: Path) -> None:
    assert outside_code(tmp_path, "abc") == ()
    keep_outside_code(tmp_path, "abc", ["/b"])
    keep_outside_code(tmp_path, "abc", {"/a", "/b"})
    keep_outside_code(tmp_path, "abc", [])
    assert outside_code(tmp_path, "abc") == ("/a", "/b")
    assert outside_code(tmp_path, "other") == ()


def test_of_many_places_twenty_are_kept(tmp_path: Path) -> None:
    keep_outside_code(tmp_path, "abc", [f"/{n:03}" for n in range(100)])
    assert outside_code(tmp_path, "abc") == tuple(f"/{n:03}" for n in range(20))


def test_a_damaged_file_or_a_cache_that_cannot_be_written_says_nothing(tmp_path: Path) -> None:
    keep_outside_code(tmp_path, "abc", ["/a"])
    [file] = (tmp_path / "cache" / "outside-code").iterdir()
    file.write_text("{")
    assert outside_code(tmp_path, "abc") == ()
    (tmp_path / "file").touch()
    keep_outside_code(tmp_path / "file", "abc", ["/a"])
    assert outside_code(tmp_path / "file", "abc") == ()
