"""Checks code below a path: every azureml name with its verdict, names gone from current libraries, unreadable code."""

from __future__ import annotations

import ast
import warnings
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from hyperstep.compatibility.gone import replacement_of
from hyperstep.compatibility.reading import Reader
from hyperstep.compatibility.sources import Part, Unit, units_below
from hyperstep.compatibility.used import Place, Use, UsedName
from hyperstep.compatibility.values import is_azureml
from hyperstep.compatibility.verdicts import Outcome, Verdict, judge


class NameFinding(Struct, frozen=True):
    """An azureml name that is used.

    Attributes:
        name: Its full name.
        verdict: What becomes of it.
        places: Where it is used, in order.
    """

    name: str
    verdict: Verdict
    places: Sequence[Place]


class GoneFinding(Struct, frozen=True):
    """A name of another library that its current version does not have.

    Attributes:
        name: Its full name.
        since: The version that it is gone since.
        replacement: What to write instead.
        places: Where it is used, in order.
    """

    name: str
    since: str
    replacement: str
    places: Sequence[Place]


class Unreadable(Struct, frozen=True):
    """A piece of code that could not be read.

    Attributes:
        place: The file and line.
        message: Why.
    """

    place: Place
    message: str


class CheckResult(Struct, frozen=True):
    """All that was found.

    Attributes:
        files: The files that were read, in order.
        names: The azureml names: not supported ones first, then those that work differently.
        gone: Names gone from current libraries, by place.
        unreadable: What could not be read.
    """

    files: Sequence[Path]
    names: Sequence[NameFinding]
    gone: Sequence[GoneFinding]
    unreadable: Sequence[Unreadable]

    def with_outcome(self, outcome: Outcome) -> list[NameFinding]:
        """The names with one outcome."""
        return [finding for finding in self.names if finding.verdict.outcome is outcome]

    @property
    def works(self) -> bool:
        """Whether every name is supported and everything could be read."""
        return not self.unreadable and not self.with_outcome(Outcome.UNSUPPORTED)


def check(path: Path) -> CheckResult:
    """Check a script, a notebook, or all of them below a folder. Nothing is run.

    Raises:
        FileNotFoundError: The path is not there.
    """
    units = list(units_below(path))
    unreadable = [Unreadable(Place(unit.path, 0, 1), unit.unreadable) for unit in units if unit.unreadable]
    uses: list[Use] = []
    for unit in units:
        uses += _read(unit, unreadable)
    places = _places(uses)
    return CheckResult(
        files=list(dict.fromkeys(unit.path for unit in units)),
        names=_judged({used: where for used, where in places.items() if is_azureml(used)}),
        gone=_gone({used: where for used, where in places.items() if not is_azureml(used)}),
        unreadable=unreadable,
    )


def _read(unit: Unit, unreadable: list[Unreadable]) -> list[Use]:
    reader = Reader(unit.path)
    for part in unit.parts:
        reader.cell = part.cell or 0
        tree = _parsed(part, unit.path, unreadable)
        if tree is not None:
            reader.visit(tree)
    return reader.uses


def _parsed(part: Part, path: Path, unreadable: list[Unreadable]) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what the compiler thinks of the code's style is not our subject
            return ast.parse(part.code)
    except (SyntaxError, ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None) or 1
        unreadable.append(Unreadable(Place(path, part.cell or 0, line), f"not Python 3: {_reason(error)}"))
        return None


def _reason(error: Exception) -> str:
    return error.msg if isinstance(error, SyntaxError) else str(error)


def _places(uses: Iterable[Use]) -> Mapping[UsedName, list[Place]]:
    """Each used name's places, in order, each once."""
    found: defaultdict[UsedName, dict[Place, None]] = defaultdict(dict)
    for use in uses:
        found[use.used][use.place] = None
    return {used: sorted(places) for used, places in found.items()}


def _judged(places: Mapping[UsedName, list[Place]]) -> list[NameFinding]:
    findings = [
        NameFinding(used.full_name, judge(used), where) for used, where in places.items() if not _hidden(used, places)
    ]
    order = [Outcome.UNSUPPORTED, Outcome.DIFFERS, Outcome.WORKS]
    return sorted(findings, key=lambda finding: (order.index(finding.verdict.outcome), finding.name))


def _hidden(used: UsedName, places: Mapping[UsedName, list[Place]]) -> bool:
    """Whether a name says nothing of its own: a member or keyword of a name that is not supported anyway."""
    outer = {UsedName(used.module, used.name), UsedName(used.module, used.name, used.member)} - {used}
    return any(name in places and judge(name).outcome is Outcome.UNSUPPORTED for name in outer)


def _gone(places: Mapping[UsedName, list[Place]]) -> list[GoneFinding]:
    found: defaultdict[tuple[str, str, str], set[Place]] = defaultdict(set)
    for used, where in places.items():
        gone = replacement_of(used)
        if gone is not None:
            found[gone] |= set(where)
    findings = [GoneFinding(*gone, sorted(where)) for gone, where in found.items()]
    return sorted(findings, key=lambda finding: (finding.places[0], finding.name))
