"""What the scripts wrote down outside, held against the records: attempts, metrics lost, metrics counted twice."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from hyperstep.records.run import RunRecord
from hyperstep.run_store.base import AttemptRecord, Journal
from hyperstep.runtime.home import Home
from hyperstep.settings import Settings
from hyperstep.testing.faults.claims import claimed_folders

_PARTS = 2
Logged = tuple[str, str]
"""Name and ``repr`` of the value of one metric."""


class AttemptName(NamedTuple):
    """An attempt as its script knows it."""

    run: str
    """Name of the run's folder."""
    number: int


@dataclass
class Notes:
    """The lines of the file outside."""

    starts: Counter[AttemptName] = field(default_factory=Counter)
    logged: dict[AttemptName, list[Logged]] = field(default_factory=lambda: defaultdict(list))
    ended: set[AttemptName] = field(default_factory=set)

    @property
    def attempts(self) -> Counter[str]:
        """How often the script of each run was started."""
        counts: Counter[str] = Counter()
        for name, starts in self.starts.items():
            counts[name.run] += starts
        return counts


@dataclass(frozen=True, slots=True)
class Accounts:
    """What the comparison says."""

    attempts: Mapping[str, int]
    """By the run's folder."""
    faults: tuple[str, ...] = ()
    """Starts without a cause, in words."""
    lost: tuple[str, ...] = ()
    duplicated: tuple[str, ...] = ()


def read_notes(file: Path) -> Notes:
    """What the shipped scripts wrote down; a line that its writer could not end is passed over."""
    notes = Notes()
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        try:
            facts = json.loads(line)
        except ValueError:
            continue
        name = AttemptName(facts["run"], facts["attempt"])
        if facts["what"] == "start":
            notes.starts[name] += 1
        elif facts["what"] == "logged":
            notes.logged[name].append((facts["name"], facts["value"]))
        else:
            notes.ended.add(name)
    return notes


def account(notes: Notes, home_folder: Path, hits: Mapping[str, int]) -> Accounts:
    """Hold the notes against the records.

    Args:
        notes: What was done.
        home_folder: The records.
        hits: How many faults may have cost an attempt, by the run's folder.
    """
    lost: list[str] = []
    duplicated: list[str] = []
    causes = Counter(hits)
    causes.update(_doubted(home_folder))
    for name, recorded in _recorded(home_folder):
        written = notes.logged.get(name, [])
        if recorded[: len(written)] != written:
            lost.append(f"{name.run} attempt {name.number} logged {written}, on record is {recorded}")
        twice = [item for item, count in Counter(recorded).items() if count > max(1, Counter(written)[item])]
        duplicated += [
            f"{name.run} attempt {name.number}: {item} is on record more often than logged" for item in twice
        ]
    return Accounts(notes.attempts, tuple(_causeless(notes, causes)), tuple(lost), tuple(duplicated))


def count_attempts(home_folder: Path, hits: Mapping[str, int]) -> Accounts:
    """Attempts told by their claims, for scripts that write down nothing outside."""
    counts = Counter(folder.parent.name for folder in claimed_folders(home_folder))
    return Accounts(counts, tuple(_beyond(counts, hits)))


def _causeless(notes: Notes, causes: Mapping[str, int]) -> Iterator[str]:
    for name, starts in notes.starts.items():
        if starts > 1:
            yield f"{name.run} attempt {name.number} was started {starts} times"
    yield from _beyond(notes.attempts, causes)


def _beyond(attempts: Mapping[str, int], causes: Mapping[str, int]) -> Iterator[str]:
    for run, count in attempts.items():
        if count > 1 + causes.get(run, 0):
            yield f"{run} had {count} attempts, and {causes.get(run, 0)} faults or doubts cost it one"


def _recorded(home_folder: Path) -> Iterator[tuple[AttemptName, list[Logged]]]:
    """What counts of each run: the metrics of its last attempt."""
    for journal, run, attempts in _tried_runs(home_folder):
        name = AttemptName(Path(run.folder).name, attempts[-1].key.number)
        yield name, [(record.name, repr(record.value)) for record in journal.metrics(run.id)]


def _doubted(home_folder: Path) -> Iterator[str]:
    """The run's folder, for each warm attempt that was run again cold, as its being warm may have been the cause."""
    for _journal, run, attempts in _tried_runs(home_folder):
        yield from (Path(run.folder).name for attempt in attempts if attempt.end is not None and attempt.end.doubt)


def _tried_runs(home_folder: Path) -> Iterator[tuple[Journal, RunRecord, list[AttemptRecord]]]:
    """All runs of the home that have had attempts."""
    home = Home.open(Settings(home=home_folder), read_only=True)
    try:
        for root in home.store.roots():
            journal = home.store.journal(root.id)
            for run in journal.runs():
                attempts = journal.attempts(run.id)
                if attempts:
                    yield journal, run, attempts
    finally:
        home.close()
