"""What the end of a connection says of requests that were not answered: a host may still do them, or will not."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from hyperstep.launchers import host_link
from hyperstep.launchers.host_link import HostGoneError, HostLink, HostSilentError, HostSocket

_SEND_S = struct.pack("ll", 0, 100_000)


@pytest.fixture
def ends() -> Iterator[tuple[HostLink, socket.socket]]:
    """A link, and the host's end of it."""
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _SEND_S)
    connection = HostSocket(fileno=ours.detach())
    connection.host = 0
    link = HostLink(connection, lambda _message: None, lambda _link: None)
    yield link, theirs
    link.close()
    theirs.close()


def test_what_a_host_that_stands_still_was_asked_before_it_may_still_do(
    ends: tuple[HostLink, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host_link, "is_stopped", lambda _pid: True)
    link, _theirs = ends
    launch = link.ask_for_reply("launch", None)
    with suppress(HostGoneError):
        while link.is_open:
            link.tell("hello", lambda _answer: None, filler="x" * 100_000)
    with pytest.raises(HostSilentError):
        launch.wait()


def test_what_a_host_that_has_left_was_asked_it_will_not_do(ends: tuple[HostLink, socket.socket]) -> None:
    link, theirs = ends
    launch = link.ask_for_reply("launch", None)
    theirs.close()
    with pytest.raises(HostGoneError) as gone:
        launch.wait()
    assert not isinstance(gone.value, HostSilentError)


def test_a_host_that_gets_on_is_sent_all_though_it_reads_late(ends: tuple[HostLink, socket.socket]) -> None:
    link, theirs = ends
    teller = threading.Thread(target=link.tell, args=("hello", print), kwargs={"filler": "x" * 2_000_000})
    teller.start()
    teller.join(0.5)  # several times as long as one attempt to send
    with theirs.makefile("rb") as lines:
        message = json.loads(next(iter(lines)))
    teller.join()
    assert (message["do"], len(message["filler"])) == ("hello", 2_000_000)
    assert link.is_open


def test_a_host_that_answers_one_request_after_the_other_is_not_given_up(
    ends: tuple[HostLink, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host_link, "_ANSWER_S", 100.0)
    link, theirs = ends
    first, second = link.ask_for_reply("launch", None), link.ask_for_reply("launch", None)
    for asked in link._asked_at:
        link._asked_at[asked] -= 200.0
    theirs.sendall(b'{"id": 1, "ok": true}\n')
    assert first.wait()["ok"]
    link.give_up_if_silent()
    theirs.sendall(b'{"id": 2, "ok": true}\n')
    assert second.wait()["ok"]
    assert not link.was_silent
