"""What the end of a connection says of requests that were not answered: a host may still do them, or will not."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import suppress

import pytest

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


def test_what_a_host_that_reads_nothing_more_was_asked_before_it_may_still_do(
    ends: tuple[HostLink, socket.socket],
) -> None:
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
