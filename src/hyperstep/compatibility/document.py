"""Writes the generated parts of ``docs/compatibility.md``: counts, differences, refusals, gone names, covered uses.

``python -m hyperstep.compatibility.document docs/compatibility.md tests/conformance/uses.json`` brings them up to date.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from hyperstep.compatibility.conformance import State
from hyperstep.compatibility.differences import DIFFERENCES
from hyperstep.compatibility.gone import gone_names
from hyperstep.compatibility.refused import REFUSALS
from hyperstep.compatibility.report import make_report

_PART = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def with_parts(text: str, parts: Mapping[str, str]) -> str:
    """The document's text with its generated parts replaced.

    Args:
        text: The document; a part stands between ``<!-- generated: name -->`` and ``<!-- end -->``.
        parts: Name of the part to its text.

    Raises:
        KeyError: The document asks for a part that there is not.
    """
    return _PART.sub(lambda found: f"{found[1]}{parts[found[2]]}\n{found[3]}", text)


def parts(uses: Sequence[Mapping[str, object]]) -> Mapping[str, str]:
    """All generated parts.

    Args:
        uses: Each kind of use (``use``) with the tests that cover it (``tests``: ``file::name``).
    """
    return {
        "counts": _counts(),
        "differences": _table(("Name", "How it differs"), ((_names(each.names), each.how) for each in DIFFERENCES)),
        "refused": _refused(),
        "gone": _table(
            ("Name", "Gone since", "Now"),
            (
                (f"`{name}`", since, f"`{now}`" if " " not in now else now)
                for name, (since, now) in gone_names().items()
            ),
        ),
        "uses": _table(("Use", "Tests"), ((str(use["use"]), _tests(use["tests"])) for use in uses)),
    }


def main(arguments: Sequence[str]) -> int:
    """Bring the document up to date.

    Args:
        arguments: Path of the document, path of the uses.
    """
    document, uses = map(Path, arguments)
    text = with_parts(document.read_text(encoding="utf-8"), parts(json.loads(uses.read_text(encoding="utf-8"))))
    document.write_text(text, encoding="utf-8")
    return 0


def _counts() -> str:
    report = make_report()
    there = report.in_state(State.PRESENT, State.EQUAL, State.WIDER, State.DIFFERENT)
    rows = (
        ("names in scope", len(report.findings)),
        ("present", len(there)),
        ("refused, with a reason", len(report.in_state(State.REFUSED))),
        ("missing", len(report.in_state(State.MISSING))),
        ("used by two public projects or more, and missing", len(report.missing_in_use)),
    )
    return _table(("Count", "Names"), ((name, str(number)) for name, number in rows))


def _refused() -> str:
    """One row for all names that share a reason and a remedy."""
    rows: dict[tuple[str, str], list[str]] = {}
    for refusal in REFUSALS:
        names = (f"{refusal.below}.{name}".removesuffix(".*") for name in refusal.names)
        rows.setdefault((refusal.reason, refusal.remedy), []).extend(names)
    return _table(("Name", "Why", "What to do"), ((_names(names), *why) for why, names in rows.items()))


def _names(full_names: Iterable[str]) -> str:
    """Names in code type; those below one module or class follow its name."""
    below: dict[str, list[str]] = {}
    for full_name in full_names:
        dotted, bracket, keyword = full_name.partition("(")
        outer, _, last = dotted.rpartition(".")
        below.setdefault(outer, []).append(f"{last}{bracket}{keyword}")
    return "; ".join(
        f"`{outer}.{lasts[0]}`" if len(lasts) == 1 else f"`{outer}`: {', '.join(f'`{last}`' for last in lasts)}"
        for outer, lasts in below.items()
    )


def _tests(tests: object) -> str:
    return ", ".join(f"`{test}`" for test in tests) if isinstance(tests, list) else ""


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
