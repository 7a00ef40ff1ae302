"""Each point of a finite space once, in an order that a seed decides."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from hyperstep.search_space.chance import whole_below
from hyperstep.search_space.space import SearchSpace

MAX_MISSES = 50
"""After as many draws in a row that gave nothing new, the rest follows in shuffled order."""


def unrepeated_indices(space: SearchSpace, generator: Random) -> Iterator[int]:
    """Grid indices of all points of ``space``, which is finite, each once.

    First as the distributions draw them, what came before left out; when new ones get rare, every remaining point is
    equally likely. Made one by one: memory grows with what was taken, not with the space.
    """
    seen: set[int] = set()
    misses = 0
    while misses < MAX_MISSES:
        index = space.index_of(space.draw(generator))
        misses = misses + 1 if index in seen else 0
        if not misses:
            seen.add(index)
            yield index
    yield from (index for index in shuffled(space.size or 0, generator) if index not in seen)


def shuffled(count: int, generator: Random) -> Iterator[int]:
    """0 … ``count``-1 in random order: the shuffle of Fisher and Yates, which remembers only the places it touched."""
    moved: dict[int, int] = {}
    for place in range(count):
        other = place + whole_below(generator, count - place)
        yield moved.get(other, other)
        moved[other] = moved.pop(place, place)
