"""What `hyperstep check` found, as text and as a JSON document."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from hyperstep.compatibility.checking import CheckResult, NameFinding
from hyperstep.compatibility.used import Place
from hyperstep.compatibility.verdicts import Outcome
from hyperstep.digest import Json

_PLACES_SHOWN = 4
_WIDTH = 100


def summary(result: CheckResult) -> str:
    """The first line: how many files and names, and what becomes of them."""
    work, differ, unsupported = (
        len(result.with_outcome(outcome)) for outcome in (Outcome.WORKS, Outcome.DIFFERS, Outcome.UNSUPPORTED)
    )
    files = _counted(len(result.files), "file", "files")
    names = _counted(len(result.names), "azureml name", "azureml names")
    works = f"{work} {'works' if work == 1 else 'work'}"
    differs = f"{differ} {'works' if differ == 1 else 'work'} differently"
    return f"{files}, {names}: {works}, {differs}, {unsupported} not supported"


def check_text(result: CheckResult, *, show_all: bool) -> list[str]:
    """The summary, then what needs attention.

    Args:
        result: What was found.
        show_all: List the names that work with their places too, instead of their number alone.
    """
    lines = [summary(result)]
    if result.gone:
        lines.append(f"{_counted(len(result.gone), 'name', 'names')} gone from current numpy, pandas or scikit-learn")
    lines += [f"cannot be read: {each.place}: {each.message}" for each in result.unreadable]
    lines += _section("not supported", result.with_outcome(Outcome.UNSUPPORTED))
    lines += _section("works differently", result.with_outcome(Outcome.DIFFERS))
    if result.gone:
        lines += ["", "gone from current libraries (nothing is patched)"]
    for gone in result.gone:
        lines += [f"  {gone.name}  {_places(gone.places)}", f"    Gone since {gone.since}; now: {gone.replacement}"]
    if show_all:
        lines += _section("works", result.with_outcome(Outcome.WORKS))
    return lines


def check_document(result: CheckResult) -> Json:
    """The keys are described in ``docs/cli.md``."""
    return {
        "summary": summary(result),
        "works": result.works,
        "files": [str(file) for file in result.files],
        "names": [
            {
                "name": finding.name,
                "outcome": finding.verdict.outcome.value,
                "explanation": finding.verdict.explanation,
                "places": [_place(place) for place in finding.places],
            }
            for finding in result.names
        ],
        "gone": [
            {
                "name": gone.name,
                "since": gone.since,
                "replacement": gone.replacement,
                "places": [_place(place) for place in gone.places],
            }
            for gone in result.gone
        ],
        "unreadable": [{"message": each.message, **_place(each.place)} for each in result.unreadable],
    }


def _section(title: str, findings: Sequence[NameFinding]) -> Iterator[str]:
    if findings:
        yield ""
        yield title
    for finding in findings:
        yield f"  {finding.name}  {_places(finding.places)}"
        if finding.verdict.explanation:
            yield textwrap.fill(
                finding.verdict.explanation,
                _WIDTH,
                initial_indent="    ",
                subsequent_indent="    ",
                break_long_words=False,
                break_on_hyphens=False,
            )


def _places(places: Sequence[Place]) -> str:
    more = len(places) - _PLACES_SHOWN
    return ", ".join([*map(str, places[:_PLACES_SHOWN]), *([f"{more} more"] if more > 0 else [])])


def _place(place: Place) -> dict[str, Json]:
    return {"file": str(place.file), "cell": place.cell or None, "line": place.line}


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
