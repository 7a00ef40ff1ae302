"""How a child ended, and its exit file, as the trial host writes it."""

from __future__ import annotations

import errno
import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

_KILL = 9
_PASSING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN})
"""Errors with which a file can be written later; the trial host, whose modules are not loaded here, takes the same."""


class Ended:
    """How a process ended."""

    def __init__(self, how: str, status: int) -> None:
        self.how = how
        """``code`` or ``signal``; ``lost`` when nobody can tell any more."""
        self.status = status

    @classmethod
    def from_waitid(cls, ended: os.waitid_result) -> Self:
        """What the system tells of a child."""
        return cls("code" if ended.si_code == os.CLD_EXITED else "signal", ended.si_status)

    def words(self) -> tuple[str, str]:
        """As a packet has it."""
        return self.how, str(self.status)


def peek(pid: int) -> Ended | None:
    """How a child has ended; None while it lives. Its process id stays taken."""
    try:
        ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:  # a library reaps whatever it finds
        return Ended("lost", 0)
    return None if ended is None else Ended.from_waitid(ended)


def write_exit(exit_file: bytes, leader: int, ended: Ended) -> bool:
    """Do what the host, which has gone, would have done: end what is left of the group, write the exit file.

    There is none for an end that is lost: that is how it is known to be. Returns whether that is settled; not while
    the disk has no room, or can only be read, or there is no open file left.
    """
    _kill_group(leader)
    if ended.how == "lost" or os.path.exists(exit_file):  # noqa: PTH110 - the host's last deed
        return True
    code, number = (ended.status, "null") if ended.how == "code" else ("null", ended.status)
    text = (
        f'{{"exit_code": {code}, "signal": {number}, "ended_at": {time.time()!r}, '
        f'"out_of_memory": null, "timed_out": false}}'
    )
    temporary = exit_file + b".%d.tmp" % os.getpid()
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            _write_whole(descriptor, text.encode("ascii"))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(temporary, exit_file)  # noqa: PTH105
    except OSError as error:
        _remove(temporary)
        return error.errno not in _PASSING  # with a removed folder it is lost, as it would be without us
    return True


def _write_whole(descriptor: int, data: bytes) -> None:
    """On a disk that is about to be full, the system may take a part and be silent about the rest."""
    while data:
        data = data[os.write(descriptor, data) :]


def _remove(file: bytes) -> None:
    try:
        os.unlink(file)  # noqa: PTH108
    except OSError:
        return


def _kill_group(leader: int) -> None:
    try:
        os.killpg(leader, _KILL)
    except OSError:
        return  # nothing is left
