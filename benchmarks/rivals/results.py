"""What was measured, kept in a file: a contest that is held again replaces what is known of it, and no other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median

import msgspec
from contenders import Contender
from contests import BESIDE, CONTESTS, Contest

FILE = Path(__file__).with_name("results.json")


class Held(msgspec.Struct):
    """One contest as it was held."""

    quick: bool
    """With few trials: an indication, no more."""
    when: str = ""
    """On what machine and when, in words."""
    rivals: str = ""
    """Their versions."""
    loads: list[float] = []
    """Of the machine, after each turn."""
    figures: dict[str, dict[str, list[float]]] = {}
    """One a round, by what was read from the turns and by contender."""
    skipped: dict[str, str] = {}
    """Why a contender has no figure."""

    def add(self, read: Contest, contender: Contender, figure: float) -> None:
        """What was read from a turn."""
        self.figures.setdefault(read.name, {}).setdefault(contender.name, []).append(figure)

    def skip(self, contender: Contender, why: str) -> None:
        """It did not do one turn as it should: what it did in others is no figure of this contest."""
        self.skipped[contender.name] = why
        for found in self.figures.values():
            found.pop(contender.name, None)

    @property
    def rounds(self) -> int:
        """How many there were."""
        return max((len(found) for each in self.figures.values() for found in each.values()), default=0)

    def in_words(self) -> str:
        """When, how often, and on what machine."""
        kind = "one quick round" if self.quick else "one round" if self.rounds == 1 else f"{self.rounds} rounds"
        return f"{kind}, load {min(self.loads):.1f} to {max(self.loads):.1f}, {self.when} Rivals: {self.rivals}."


def known() -> dict[str, Held]:
    """All contests that have been held, by name."""
    return msgspec.json.decode(FILE.read_bytes(), type=dict[str, Held]) if FILE.exists() else {}


def keep(contest: Contest, held: Held) -> None:
    """Put one contest into the file."""
    found = {**known(), contest.name: held}
    FILE.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")


def columns(found: dict[str, Held]) -> Iterator[tuple[Contest, Held]]:
    """What there is to show, in the order of the contests."""
    for contest in CONTESTS:
        if contest.name in found:
            for read in (contest, *BESIDE.get(contest.name, ())):
                yield read, found[contest.name]


def middle(read: Contest, held: Held, contender: Contender) -> float | None:
    """The median over the rounds; None without a figure."""
    figures = held.figures.get(read.name, {}).get(contender.name)
    return median(figures) if figures else None
