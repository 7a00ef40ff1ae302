"""Numbers in order, of which any may come and go."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, chain
from typing import overload

BLOCK = 1000
"""A block is split when it holds twice as many numbers."""
MERGED = 20_000
"""Of as many numbers in all, lists are merged to find one of them; that is quicker than to search in each."""


class SortedNumbers(Sequence[float]):
    """A sorted list in blocks. To add or remove a number shifts one block only, whatever the length.

    What is asked for after a change counts the blocks once: O(n / 1000) at some nanoseconds each.
    """

    def __init__(self) -> None:
        self._blocks: list[list[float]] = []
        """None is empty."""
        self._largest: list[float] = []
        """Of each block."""
        self._length = 0
        self._starts: list[int] = []
        """At which place each block begins; empty when that is not known."""

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[float]:
        for block in self._blocks:
            yield from block

    @overload
    def __getitem__(self, index: int) -> float: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[float]: ...

    def __getitem__(self, index: int | slice) -> float | Sequence[float]:
        if isinstance(index, slice):
            return list(self)[index]
        place = range(self._length)[index]
        starts = self._block_starts()
        block = bisect_right(starts, place) - 1
        return self._blocks[block][place - starts[block]]

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, SortedNumbers) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # it grows

    def add(self, number: float) -> None:
        """Take a number in, also one that is there already."""
        self._length += 1
        self._starts = []
        if not self._blocks:
            self._blocks.append([number])
            self._largest.append(number)
            return
        place = min(bisect_left(self._largest, number), len(self._blocks) - 1)
        block = self._blocks[place]
        insort(block, number)
        self._largest[place] = block[-1]
        if len(block) >= 2 * BLOCK:
            self._blocks[place : place + 1] = [block[:BLOCK], block[BLOCK:]]
            self._largest[place : place + 1] = [block[BLOCK - 1], block[-1]]

    def remove(self, number: float) -> None:
        """Take a number out, once.

        Raises:
            ValueError: It is not there.
        """
        place = bisect_left(self._largest, number)
        block = self._blocks[place] if place < len(self._blocks) else []
        within = bisect_left(block, number)
        if within == len(block) or block[within] != number:
            raise ValueError(number)
        self._length -= 1
        self._starts = []
        del block[within]
        if block:
            self._largest[place] = block[-1]
        else:
            del self._blocks[place], self._largest[place]

    def ranks(self, number: float) -> tuple[int, int]:
        """How many numbers are less than this one, and how many are not greater."""
        return self._rank(number, bisect_left), self._rank(number, bisect_right)

    def _rank(self, number: float, search: Callable[[list[float], float], int]) -> int:
        place = search(self._largest, number)
        if place == len(self._blocks):
            return self._length
        return self._block_starts()[place] + search(self._blocks[place], number)

    def _block_starts(self) -> list[int]:
        if not self._starts:
            self._starts = [0, *accumulate(map(len, self._blocks[:-1]))]
        return self._starts


def number_at(parts: Sequence[SortedNumbers], place: int) -> float:
    """What would stand at a place (from 0) if all parts were one sorted list.

    Takes the middle of what may still be it, and leaves out what lies on its other side: O(k^2 log n) for k parts.

    Raises:
        IndexError: There are not so many.
    """
    if not 0 <= place < sum(map(len, parts)):
        raise IndexError(place)
    if sum(map(len, parts)) <= MERGED:
        return sorted(chain.from_iterable(parts))[place]
    ranges = [(0, len(part)) for part in parts]
    while True:
        (first, last), widest = max(zip(ranges, parts, strict=True), key=lambda each: each[0][1] - each[0][0])
        pivot = widest[(first + last) // 2]
        ranks = [part.ranks(pivot) for part in parts]
        if place < sum(less for less, _ in ranks):
            ranges = [(low, min(high, less)) for (low, high), (less, _) in zip(ranges, ranks, strict=True)]
        elif place >= sum(upto for _, upto in ranks):
            ranges = [(max(low, upto), high) for (low, high), (_, upto) in zip(ranges, ranks, strict=True)]
        else:
            return pivot
