"""Remembered digests: believed only while nothing can have changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hyperstep.artifact_store.digest_cache import DigestCache

AFTER = 3_000_000_000
"""Nanoseconds: longer than a change takes to settle."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "file"
    file.write_text("content")
    return file


class Ask:
    """Opens the cache anew each time, and counts what had to be read."""

    def __init__(self, cache: Path, now: int) -> None:
        self.cache, self.now, self.reads = cache, now, 0

    def __call__(self, file: Path) -> str:
        cache = DigestCache(self.cache, clock_ns=lambda: self.now)
        digest = cache.digest("file", file.stat(), self._read)
        cache.save()
        return digest

    def _read(self) -> str:
        self.reads += 1
        return f"read {self.reads}"


@pytest.fixture
def ask(file: Path, tmp_path: Path) -> Ask:
    return Ask(tmp_path / "deep" / "cache.json", file.stat().st_ctime_ns + AFTER)


def test_an_unchanged_file_is_read_once(file: Path, ask: Ask) -> None:
    assert [ask(file), ask(file), ask(file)] == ["read 1"] * 3


def test_a_file_changed_just_before_it_was_read_is_not_believed(file: Path, ask: Ask) -> None:
    ask.now = file.stat().st_ctime_ns + 1_000_000
    assert [ask(file), ask(file)] == ["read 1", "read 2"]


def test_a_file_is_believed_once_it_was_read_a_tick_after_its_last_change(file: Path, ask: Ask) -> None:
    os.utime(file, ns=(1, file.stat().st_mtime_ns // 10_000_000 * 10_000_000 + 1))
    fine = file.stat().st_ctime_ns % 10_000_000 != 0
    ask.now = file.stat().st_ctime_ns + 30_000_000
    assert [ask(file), ask(file)] == ["read 1", "read 1" if fine else "read 2"]


def test_coarse_times_are_believed_after_two_seconds_only(file: Path, ask: Ask) -> None:
    os.utime(file, ns=(1, 4_000_000_000_000_000_000))
    ask.now = 4_000_000_001_000_000_000
    assert [ask(file), ask(file)] == ["read 1", "read 2"]
    ask.now += 2_000_000_000
    assert [ask(file), ask(file)] == ["read 3", "read 3"]


def test_a_touched_file_is_read_once_more_only(file: Path, ask: Ask) -> None:
    ask(file)
    os.utime(file)
    ask.now = file.stat().st_ctime_ns + AFTER
    assert [ask(file), ask(file), ask(file)] == ["read 2"] * 3


def test_to_verify_is_to_read_everything_again(file: Path, ask: Ask) -> None:
    ask(file)
    cache = DigestCache(ask.cache, clock_ns=lambda: ask.now, verify=True)
    assert cache.digest("file", file.stat(), lambda: "read again") == "read again"
    cache.save()
    assert ask(file) == "read again"


def test_what_was_made_of_all_files_holds_while_they_are_the_same_and_no_other_is_asked_for(
    file: Path, ask: Ask
) -> None:
    def opened() -> DigestCache:
        return DigestCache(ask.cache, clock_ns=lambda: ask.now)

    cache = opened()
    cache.digest("file", file.stat(), lambda: "digest")
    cache.keep_whole("sum", "of all")
    cache.save()
    cache = opened()
    assert cache.whole("sum") == ""
    cache.known("file", file.stat())
    assert cache.whole("sum") == "of all"
    cache.known("another", file.stat())
    assert cache.whole("sum") == ""
    cache = opened()
    cache.known("another", file.stat())
    assert cache.whole("sum") == ""


def test_a_file_from_the_future_is_not_remembered(file: Path, ask: Ask) -> None:
    os.utime(file, ns=(ask.now * 2, ask.now * 2))
    assert [ask(file), ask(file)] == ["read 1", "read 2"]


def test_a_change_with_the_same_size_and_time_is_seen(file: Path, ask: Ask) -> None:
    before = file.stat()
    ask(file)
    file.write_text("CONTENT")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    ask.now += AFTER
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert ask(file) == "read 2"


def test_another_file_in_its_place_is_seen(file: Path, ask: Ask) -> None:
    ask(file)
    other = file.with_name("other")
    other.write_text("CONTENT")
    os.utime(other, ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns))
    other.replace(file)
    assert ask(file) == "read 2"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format": 99, "files": {}}', '{"format": 1, "files": {"file": 3}}', "\x00ü"]
)
def test_a_torn_or_foreign_cache_is_as_none(file: Path, ask: Ask, text: str) -> None:
    ask.cache.parent.mkdir()
    ask.cache.write_text(text, encoding="utf-8")
    assert [ask(file), ask(file)] == ["read 1", "read 1"]


def test_a_cache_that_cannot_be_kept_is_no_error(file: Path, ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "deep").write_text("a file where the folder should be")
    assert [ask(file), ask(file)] == ["read 1", "read 2"]


def test_files_that_were_not_asked_for_are_forgotten(file: Path, ask: Ask) -> None:
    ask(file)
    cache = DigestCache(ask.cache, clock_ns=lambda: ask.now)
    cache.digest("another", file.stat(), lambda: "digest")
    cache.save()
    assert ask(file) == "read 2"


def test_no_home_remembers_nothing(file: Path) -> None:
    cache = DigestCache.of_folder(None, file.parent)
    assert cache.digest("file", file.stat(), lambda: "digest") == "digest"
    cache.save()
