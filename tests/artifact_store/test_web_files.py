"""Kept files of web addresses: whatever the server says of them, what counts is what it has now."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.web_server import WebServer

from hyperstep.artifact_store.web_files import (
    Look,
    News,
    fetch,
    look_again,
    origin_of,
    place_of,
    shown_address,
)
from hyperstep.errors import NotFoundError

KINDS = ["dates", "tags", "deaf", "nothing"]
OLD = time.time() - 3600


@pytest.fixture
def served(tmp_path: Path) -> Path:
    file = tmp_path / "served" / "a.csv"
    file.parent.mkdir()
    file.write_text("1234")
    os.utime(file, (OLD, OLD))
    return file


def keep(server: WebServer, home: Path) -> Path:
    address = f"{server.address}/a.csv?key=secret"
    place = place_of(home, address)
    fetch(address, place)
    return place


def news(place: Path) -> News:
    return look_again(place).news


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_changed_at_the_server_is_fetched_again(kind: str, served: Path, tmp_path: Path) -> None:
    with WebServer(served.parent, kind) as server:
        place = keep(server, tmp_path / "home")
        served.write_text("5678")
        assert news(place) is News.CHANGED
        assert place.read_text() == "5678"


@pytest.mark.parametrize("kind", ["dates", "tags", "deaf"])
def test_a_file_that_is_as_it_was_is_kept(kind: str, served: Path, tmp_path: Path) -> None:
    with WebServer(served.parent, kind) as server:
        place = keep(server, tmp_path / "home")
        before = place.stat()
        assert [news(place), news(place)] == [News.SAME, News.SAME]
        assert place.stat() == before
        assert len(server.asked) == 3
        assert len(server.sent) == (3 if kind == "deaf" else 1)


def test_a_date_that_is_nearly_now_is_not_relied_on(served: Path, tmp_path: Path) -> None:
    now = time.time()
    os.utime(served, (now, now))
    with WebServer(served.parent) as server:
        place = keep(server, tmp_path / "home")
        served.write_text("5678")  # equal in length, and within the second
        os.utime(served, (now, now))
        assert news(place) is News.CHANGED


def test_without_a_network_what_is_kept_counts(served: Path, tmp_path: Path) -> None:
    with WebServer(served.parent) as server:
        place = keep(server, tmp_path / "home")
    look = look_again(place)
    assert (look.news, look.shown) == (News.NO_ANSWER, f"{server.address}/a.csv")
    assert look.reason
    assert look.fetched_at == pytest.approx(time.time(), abs=3600)
    assert place.read_text() == "1234"


def test_a_server_that_refuses_is_one_that_does_not_answer(served: Path, tmp_path: Path) -> None:
    with WebServer(served.parent) as server:
        place = keep(server, tmp_path / "home")
        served.unlink()
        assert news(place) is News.NO_ANSWER


def test_a_file_that_is_gone_from_the_home_is_fetched(served: Path, tmp_path: Path) -> None:
    with WebServer(served.parent) as server:
        place = keep(server, tmp_path / "home")
        place.unlink()
        assert news(place) is News.FETCHED
        assert place.read_text() == "1234"
    place.unlink()
    with pytest.raises(NotFoundError, match="cannot be fetched") as caught:
        look_again(place)
    assert str(place) in str(caught.value)
    assert "secret" not in str(caught.value)


def test_an_answer_that_ends_early_leaves_what_was_there(served: Path, tmp_path: Path) -> None:
    with WebServer(served.parent, "short") as server:
        place = place_of(tmp_path / "home", f"{server.address}/a.csv")
        with pytest.raises(OSError, match="ended after 2 of 4 bytes"):
            fetch(f"{server.address}/a.csv", place)
        assert not list(place.parent.iterdir())
        server.kind = "tags"
        fetch(f"{server.address}/a.csv", place)
        server.kind = "short"
        served.write_text("5678")
        assert news(place) is News.NO_ANSWER
        assert place.read_text() == "1234"


def test_a_file_that_the_user_put_there_is_never_asked_about(served: Path, tmp_path: Path) -> None:
    with WebServer(served.parent) as server:
        place = keep(server, tmp_path / "home")
        place.write_text("mine!")
        assert look_again(place) == Look(News.OWN)
        assert origin_of(place) is None
        assert place.read_text() == "mine!"
        assert len(server.asked) == 1


def test_a_copy_of_the_home_is_still_asked_about(served: Path, tmp_path: Path) -> None:
    with WebServer(served.parent, "tags") as server:
        place = keep(server, tmp_path / "home")
        os.utime(place, (1, 1))
        assert news(place) is News.SAME


_ASK_FOR_EVER = """
import sys
from pathlib import Path
from hyperstep.artifact_store.web_files import look_again
print("going", flush=True)
while True:
    look_again(Path(sys.argv[1]))
"""


def test_a_process_that_is_killed_while_it_fetches_never_leaves_half_a_file_or_an_old_one_that_counts(
    served: Path, tmp_path: Path
) -> None:
    with WebServer(served.parent, "nothing") as server:
        place = keep(server, tmp_path / "home")
        for n in range(5):
            served.write_bytes(bytes([n]) * (1 << 22))
            command = [sys.executable, "-c", _ASK_FOR_EVER, str(place)]
            with subprocess.Popen(command, stdout=subprocess.PIPE) as asking:
                assert asking.stdout is not None
                assert asking.stdout.readline() == b"going\n"
                time.sleep(n * 0.007)
                asking.kill()
            assert place.read_bytes() in ({b"1234"} if n == 0 else {bytes([n - 1]) * (1 << 22)}) | {served.read_bytes()}
            served.write_bytes(bytes([n]) * (1 << 22) + b"new")
            assert look_again(place).news is News.CHANGED
            assert place.read_bytes() == served.read_bytes()
            served.write_bytes(bytes([n]) * (1 << 22))
            assert look_again(place).news is News.CHANGED


def test_what_may_be_secret_is_kept_from_others(served: Path, tmp_path: Path) -> None:
    with WebServer(served.parent) as server:
        place = keep(server, tmp_path / "home")
    (note,) = [file for file in place.parent.iterdir() if file != place]
    assert stat.S_IMODE(note.stat().st_mode) == 0o600
    assert shown_address(f"https://user:pass@{server.host}/a.csv?key=secret#x") == f"https://{server.host}/a.csv"
