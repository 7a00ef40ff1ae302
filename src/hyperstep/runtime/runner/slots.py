"""Who may start now: a queue in front of a fixed number of slots."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from hyperstep.records.attempt import AttemptKey


class Slots:
    """Each started attempt holds one slot until it is released.

    Args:
        count: Attempts at one time, at least 1.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._holders: set[AttemptKey] = set()
        self._closed = False
        self._waiting: OrderedDict[AttemptKey, Callable[[], None]] = OrderedDict()

    def request(self, key: AttemptKey, start: Callable[[], None]) -> None:
        """Call ``start`` as soon as a slot is free, perhaps at once."""
        self._waiting[key] = start
        self._serve()

    def hold(self, key: AttemptKey) -> None:
        """Count an attempt that runs already."""
        self._holders.add(key)

    def withdraw(self, key: AttemptKey) -> bool:
        """Stop waiting; returns whether it was still waiting."""
        return self._waiting.pop(key, None) is not None

    def release(self, key: AttemptKey) -> None:
        """Free the attempt's slot, and start who waits longest."""
        self._holders.discard(key)
        self._serve()

    def close(self) -> None:
        """Start nobody until ``open``; who holds a slot keeps it."""
        self._closed = True

    def open(self) -> None:
        """Start whom there is room for."""
        self._closed = False
        self._serve()

    def _serve(self) -> None:
        while not self._closed and self._waiting and len(self._holders) < self.count:
            key, start = self._waiting.popitem(last=False)
            self._holders.add(key)
            start()
