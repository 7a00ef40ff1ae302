"""The error tree: every error the engine raises on purpose.

HyperstepError
├── InvalidInputError    (ValueError)           what the user gave breaks a rule
├── NotFoundError        (LookupError)          no run, artifact or name like that
├── ConflictError                               it exists already, or somebody else owns it
├── UnsupportedError     (NotImplementedError)  known, but not built or not possible here
├── StoreError                                  the records cannot be read or written
│   ├── NotOwnerError                           a write or command by an owner whose epoch has passed
│   ├── StoreBusyError                          another process holds the records for too long
│   └── DiskFullError                           there is no room for the records
└── LaunchError          (RuntimeError)         a process could not be started
    ├── BusyMachineError                        there are no processes, memory or open files left just now
    └── NoHostError                             no trial host lived long enough to start it

A message says the rule that was broken, the value received, and what to do.
"""

from __future__ import annotations

import errno

_UNSET = object()
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
"""What the operating system says of a disk that is full, or of a quota that is used up."""
_NO_THREAD = "can't start new thread"
"""All that Python says where the system gives none: the error has no number."""
_BUSY = frozenset({errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE})


class HyperstepError(Exception):
    """Root of the tree.

    Args:
        rule: What must hold, as a sentence.
        received: The value that broke it; shown by ``repr``.
        remedy: What the user can do about it.
    """

    def __init__(self, rule: str, *, received: object = _UNSET, remedy: str = "") -> None:
        self.rule = rule
        self.remedy = remedy
        parts = [rule]
        if received is not _UNSET:
            parts.append(f"Received: {received!r}.")
        if remedy:
            parts.append(remedy)
        super().__init__(" ".join(parts))


class InvalidInputError(HyperstepError, ValueError):
    """A value given by the user breaks a rule."""


class NotFoundError(HyperstepError, LookupError):
    """Nothing is recorded under that name or id."""


class ConflictError(HyperstepError):
    """The name is taken, or another process owns the run."""


class UnsupportedError(HyperstepError, NotImplementedError):
    """A known feature that is not built, or not possible on this machine."""


class StoreError(HyperstepError):
    """The run store cannot be read or written."""


class NotOwnerError(StoreError):
    """A write, or a command to a trial host, that carries an epoch older than the run's present owner."""


class StoreBusyError(StoreError):
    """Another process held the records longer than one waits. Nothing was written; trying again later may do."""


class StoreDeniedError(StoreError):
    """The records are there, and we may not open them as they must be opened; nothing says that they are damaged."""


class DiskFullError(StoreError):
    """There was no room to write. Nothing was recorded in part; with free space, trying again will do."""


class LaunchError(HyperstepError, RuntimeError):
    """A process could not be started."""


class BusyMachineError(LaunchError):
    """The system gave no process, memory or open file now. Nothing was started; trying again later may do."""


class NoHostError(LaunchError):
    """No trial host lived long enough to start the process, each was killed: the next one may get further."""


def means_no_room(error: BaseException) -> bool:
    """Whether an error, of ours or of the operating system, says that a disk is full or a quota used up."""
    return isinstance(error, DiskFullError) or (isinstance(error, OSError) and error.errno in NO_ROOM)


def means_disk_refuses(error: BaseException) -> bool:
    """Whether an error says that a disk takes nothing now: it is full, a quota is used up, or it can only be read."""
    return means_no_room(error) or (isinstance(error, OSError) and error.errno == errno.EROFS)


def means_busy_machine(error: BaseException) -> bool:
    """Whether an error says that the system has no process, thread, memory or open file left."""
    if isinstance(error, OSError):
        return error.errno in _BUSY
    return isinstance(error, BusyMachineError) or (isinstance(error, RuntimeError) and str(error) == _NO_THREAD)


USER_FAULTS = (InvalidInputError, NotFoundError, UnsupportedError)
"""What ends the step that it concerns, and not the process that drives it."""
