"""What is to be started, and who is told what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from hyperstep.records.attempt import AttemptEnd, AttemptKey
from hyperstep.runtime.runner.context import Unit
from hyperstep.runtime.runner.records_file import Line
from hyperstep.runtime.runner.workplace import Workplace


class AttemptOwner(Protocol):
    """Who started an attempt and is told what becomes of it. Every call comes within a transaction."""

    def attempt_started(self, unit: Unit, key: AttemptKey) -> None:
        """It is recorded as started; the process follows."""

    def attempt_reported(self, unit: Unit, key: AttemptKey, lines: list[Line]) -> None:
        """It wrote lines; they are in the records."""

    def tries_again(self, end: AttemptEnd, fault: str) -> bool:
        """Whether another attempt follows, so that nothing of this one counts. Asked before ``attempt_ended``."""

    def attempt_ended(self, unit: Unit, end: AttemptEnd, fault: str, torn_bytes: int = 0) -> None:
        """It is over. ``fault`` says why it could not even be started, or why it was ended by us.

        ``torn_bytes``: what it had written of a last record that it did not end.
        """


class AttemptOrder(Struct):
    """What a driver has the runner start, as soon as there is a slot."""

    run_id: str
    number: int
    place: Workplace
    owner: AttemptOwner
    extra: tuple[str, ...] = ()
    """Arguments after the step's own."""
    resumed_files: Mapping[str, str] | None = None
    """What an earlier attempt elsewhere wrote, digest by path, when this one is to go on from it."""

    @property
    def key(self) -> AttemptKey:
        """Names the attempt."""
        return AttemptKey(self.run_id, self.number)
