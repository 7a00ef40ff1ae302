"""One look at all trial hosts of this user, with one patience for all: one that stands still keeps nobody waiting."""

from __future__ import annotations

import json
import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, NamedTuple

from hyperstep.launchers.control_path import control_folder
from hyperstep.launchers.host.address import stopped_holder

PATIENCE_S = 3.0
"""A host that lives answers within milliseconds, on a busy machine within tenths of a second."""
_CHUNK_BYTES = 65536


class Look(NamedTuple):
    """All trial hosts of this user as they were found, by their control sockets."""

    answers: dict[Path, list[dict[str, Any]]]
    """Of those that answered in time."""
    stopped: dict[Path, int]
    """Process ids of those that did not, since their processes stand still."""


class _Asked:
    """A host that was asked, and what it has answered so far."""

    def __init__(self, path: Path, connection: socket.socket, questions: tuple[str, ...]) -> None:
        self.path = path
        self.connection = connection
        self._open = set(range(len(questions)))
        self._data = b""
        self.answers: list[dict[str, Any]] = [{} for _ in questions]
        lines = [json.dumps({"id": number, "do": question}) + "\n" for number, question in enumerate(questions)]
        connection.sendall("".join(lines).encode("ascii"))

    @property
    def is_done(self) -> bool:
        """Whether it has answered all."""
        return not self._open

    def take(self) -> bool:
        """Take in what has come; False when nothing will come any more."""
        with suppress(OSError, ValueError, LookupError, TypeError):
            data = self.connection.recv(_CHUNK_BYTES)
            *lines, self._data = (self._data + data).split(b"\n")
            for line in lines:
                answer = json.loads(line)
                self.answers[answer["id"]] = answer
                self._open.discard(answer["id"])
            return bool(data) and not self.is_done
        return False


def ask_all(*questions: str) -> dict[Path, list[dict[str, Any]]]:
    """The answers of each live host, by its control socket; one that does not answer all in time is left out.

    Args:
        *questions: As the hosts' protocol has them, without a body.

    Raises:
        LaunchError: The folder of the control sockets is not usable.
    """
    return look_at_all(*questions).answers


def look_at_all(*questions: str) -> Look:
    """The answers as ``ask_all`` has them, and who stands still.

    Args:
        *questions: As the hosts' protocol has them, without a body.

    Raises:
        LaunchError: The folder of the control sockets is not usable.
    """
    deadline = time.monotonic() + PATIENCE_S
    paths = sorted(control_folder().glob("*.sock"))
    with ExitStack() as stack, selectors.DefaultSelector() as selector:
        asked = list(_ask(paths, stack, questions))
        for each in asked:
            selector.register(each.connection, selectors.EVENT_READ, each)
        while selector.get_map() and (patience := deadline - time.monotonic()) > 0:
            for key, _ in selector.select(patience):
                if not key.data.take():
                    selector.unregister(key.fileobj)
        answers = {each.path: each.answers for each in asked if each.is_done}
        stopped = {path: stopped_holder(path) for path in paths if path not in answers}
        return Look(answers, {path: pid for path, pid in stopped.items() if pid is not None})


def live_hosts() -> dict[Path, int]:
    """Control socket and process id of each trial host of this user on this machine.

    Raises:
        LaunchError: The folder of the control sockets is not usable.
    """
    return {path: int(hello["pid"]) for path, (hello,) in ask_all("hello").items() if "pid" in hello}


def _ask(paths: list[Path], stack: ExitStack, questions: tuple[str, ...]) -> Iterator[_Asked]:
    for path in paths:
        connection = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        connection.settimeout(PATIENCE_S)
        with suppress(OSError):  # nobody listens there, or it has too much to do
            connection.connect(str(path))
            yield _Asked(path, connection, questions)
