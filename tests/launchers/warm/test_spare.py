"""An order reaches a waiting child whole, and once."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from hyperstep.launchers.host.warm.spare import Spare
from hyperstep_trial.warm.order import SpareOrder

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="warm starts need Linux")

LARGE = "x" * (1 << 20)
"""More than a socket takes at once."""


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The host's and the child's."""
    host, child = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    with host, child:
        yield host, child


@pytest.fixture
def log() -> Iterator[int]:
    """A descriptor to hand over."""
    descriptor = os.open(os.devnull, os.O_WRONLY)
    yield descriptor
    os.close(descriptor)


def received(child: socket.socket) -> SpareOrder:
    found = SpareOrder.receive(child)
    assert found is not None
    order, descriptor = found
    os.close(descriptor)
    return order


def test_a_large_order_arrives_in_parts(ends: tuple[socket.socket, socket.socket], log: int) -> None:
    host, child = ends
    found: list[SpareOrder] = []
    reader = threading.Thread(target=lambda: found.append(received(child)))
    reader.start()
    Spare(1, os.getpid(), host).order("/work", log, ["python", "train.py", LARGE], 1, {"NAME": "value"})
    reader.join()
    assert found[0].argv == ["python", "train.py", LARGE]
    assert (found[0].work_folder, found[0].script, found[0].env) == (b"/work", 1, [b"NAME=value"])


def test_a_child_that_has_its_order_and_is_gone_at_once_has_taken_it(
    ends: tuple[socket.socket, socket.socket], log: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were that an error, another child would become the same attempt."""
    host, child = ends
    found: list[SpareOrder] = []
    send_fds = socket.send_fds

    def send_to_a_hasty_one(*arguments: Any) -> int:
        sent = send_fds(*arguments)
        found.append(received(child))
        child.close()
        return sent

    monkeypatch.setattr(socket, "send_fds", send_to_a_hasty_one)
    Spare(1, os.getpid(), host).order("/work", log, ["python", "train.py"], 1, {})
    assert found[0].argv == ["python", "train.py"]
