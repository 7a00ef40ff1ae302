"""Whose turn it is, when only a few of many are looked at each time."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


class Turns:
    """Chooses some of the present ones, so that each has its turn before any has its second.

    Args:
        most: How many at one time, those that come first not counted.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._seen: dict[Hashable, None] = {}

    def choose(self, present: Iterable[K], comes_first: Callable[[K], bool]) -> list[K]:
        """Those that are looked at now; one that ``comes_first`` always is."""
        keys = list(present)
        first = [key for key in keys if comes_first(key)]
        rest = [key for key in keys if key not in first]
        waiting = [key for key in rest if key not in self._seen]
        if len(waiting) < self._most:
            waiting += [key for key in rest if key in self._seen]
            self._seen = {}
        chosen = waiting[: self._most]
        self._seen.update(dict.fromkeys(chosen))
        return first + chosen
