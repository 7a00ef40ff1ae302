"""Numbers in order, of which any may come and go."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from typing import overload

BLOCK = 1000
"""A block is split when it holds twice as many numbers."""


class SortedNumbers(Sequence[float]):
    """A sorted list in blocks. To add or remove a number shifts one block only, whatever the length.

    To look one up by its place passes over the blocks before it: O(n / 1000) at some nanoseconds each.
    """

    def __init__(self) -> None:
        self._blocks: list[list[float]] = []
        """None is empty."""
        self._largest: list[float] = []
        """Of each block."""
        self._length = 0

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
        for block in self._blocks:
            if place < len(block):
                return block[place]
            place -= len(block)
        raise IndexError(index)

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, SortedNumbers) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # it grows

    def add(self, number: float) -> None:
        """Take a number in, also one that is there already."""
        self._length += 1
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
        del block[within]
        if block:
            self._largest[place] = block[-1]
        else:
            del self._blocks[place], self._largest[place]
