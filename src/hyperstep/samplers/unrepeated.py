"""Each point of a finite space once, in an order that a seed decides."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice
from random import Random

from hyperstep.search_space.chance import whole_below
from hyperstep.search_space.space import SearchSpace

MAX_MISSES = 50
"""After as many draws in a row that gave nothing new, the rest follows in shuffled order."""


class MadeInOrder:
    """Numbers that are made one after the other, read at any place; what was made is remembered.

    Args:
        numbers: Makes them.
    """

    def __init__(self, numbers: Iterator[int]) -> None:
        self._made: list[int] = []
        self._rest = numbers

    def at(self, place: int) -> int:
        """The number at a place, from 0; there must be that many."""
        self._made.extend(islice(self._rest, max(0, place + 1 - len(self._made))))
        return self._made[place]


def unrepeated_indices(space: SearchSpace, generator: Random) -> Iterator[int]:
    """Grid indices of all points of ``space``, which is finite, each once.

    First as the distributions draw them, what came before left out; when new ones get rare, every remaining point is
    equally likely. Made one by one: memory grows with what was taken, not with the space.
    """
    draws = (space.index_of(space.draw(generator)) for _ in count())
    yield from without_repetition(draws, space.size or 0, generator)


def without_repetition(draws: Iterator[int], size: int, generator: Random) -> Iterator[int]:
    """What ``draws``, which has no end, gives of 0 … ``size``-1, each once; the rest, when it gets rare, shuffled."""
    seen: set[int] = set()
    misses = 0
    while misses < MAX_MISSES:
        index = next(draws)
        misses = misses + 1 if index in seen else 0
        if not misses:
            seen.add(index)
            yield index
    yield from (index for index in shuffled(size, generator) if index not in seen)


def shuffled(size: int, generator: Random) -> Iterator[int]:
    """0 … ``size``-1 in random order: the shuffle of Fisher and Yates, which remembers only the places it touched."""
    moved: dict[int, int] = {}
    for place in range(size):
        other = place + whole_below(generator, size - place)
        yield moved.get(other, other)
        moved[other] = moved.pop(place, place)
