"""A runner lists its inbox when that has changed, and misses nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hyperstep.runtime.inbox import InboxWatch, open_inbox, pending, post

_LONG_AGO_S = 10.0
_BODY = {"run_id": "r", "reason": "enough"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    open_inbox(tmp_path)
    return tmp_path


@pytest.fixture
def age(folder: Path) -> Callable[[float], None]:
    """Puts the inbox's last change so many seconds back."""

    def put_back(seconds: float) -> None:
        at = time.time() - seconds
        os.utime(folder / "inbox", (at, at))

    return put_back


def test_without_an_inbox_it_is_looked_for_each_time(tmp_path: Path) -> None:
    watch = InboxWatch(tmp_path)
    assert [watch.has_news(), watch.has_news()] == [True, True]


def test_one_that_has_long_been_as_it_is_is_looked_at_once(folder: Path, age: Callable[[float], None]) -> None:
    age(_LONG_AGO_S)
    watch = InboxWatch(folder)
    assert [watch.has_news(), watch.has_news()] == [True, False]


def test_one_that_has_just_changed_is_looked_at_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next request may come within the same step of the file system's clock."""
    watch = InboxWatch(folder)
    post(folder, "cancel", _BODY)
    changed_at_ns = (folder / "inbox").stat().st_mtime_ns
    monkeypatch.setattr(time, "time_ns", lambda: changed_at_ns + 1_000_000_000)
    assert [watch.has_news(), watch.has_news()] == [True, True]


def test_a_change_in_the_future_settles_nothing(folder: Path, age: Callable[[float], None]) -> None:
    age(-_LONG_AGO_S)
    watch = InboxWatch(folder)
    assert [watch.has_news(), watch.has_news()] == [True, True]


def test_whatever_is_posted_is_found_by_who_lists_only_at_news(folder: Path, age: Callable[[float], None]) -> None:
    age(_LONG_AGO_S)
    watch = InboxWatch(folder)
    posted, found = [], []
    watch.has_news()  # nothing is there, and that is settled
    for _ in range(50):
        posted.append(post(folder, "cancel", _BODY))
        if watch.has_news():
            found += [request.id for request in pending(folder) if request.id not in found]
    assert found == posted
