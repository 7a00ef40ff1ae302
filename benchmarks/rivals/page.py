"""The page and the picture, from what was measured."""

from __future__ import annotations

import re
from pathlib import Path

from contenders import CONTENDERS, Contender
from contests import Contest
from picture import draw, in_digits
from results import Held, columns, known, middle

ROOT = Path(__file__).resolve().parents[2]
PAGE, PICTURE = ROOT / "docs" / "benchmarks.md", ROOT / "docs" / "benchmarks.svg"
BEGIN, END = "<!-- measured -->", "<!-- end -->"


def table(found: dict[str, Held]) -> list[str]:
    """In Markdown: a contender a row."""
    shown = list(columns(found))
    titles = " | ".join(f"{read.title} ({read.unit})" for read, _ in shown)
    lines = [f"| | {titles} |", "|---|" + "---|" * len(shown)]
    for contender in CONTENDERS:
        cells = [_cell(read, held, contender) for read, held in shown]
        lines.append(f"| {contender.name} | " + " | ".join(cells) + " |")
    return lines


def write() -> None:
    """Bring both up to date with the file of results."""
    found = known()
    held = [f"* {read.title}: {each.in_words()}" for read, each in columns(found) if read.name in found]
    skipped = [
        f"* {contender}, *{name}*: {reason}"
        for name, each in found.items()
        for contender, reason in each.skipped.items()
    ]
    reasons = ["", "Skipped, and why:", "", *skipped] if skipped else []
    text = "\n".join([BEGIN, *table(found), "", "How each contest was held:", "", *held, *reasons, END])
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(re.sub(f"{BEGIN}.*{END}", lambda _: text, page, flags=re.DOTALL), encoding="utf-8")
    PICTURE.write_text(_picture(found), encoding="utf-8")


def _cell(read: Contest, held: Held, contender: Contender) -> str:
    figure = middle(read, held, contender)
    if figure is not None:
        return in_digits(figure)
    return "skipped" if contender.name in held.skipped else ""


def _picture(found: dict[str, Held]) -> str:
    shown = [(read, held) for read, held in columns(found) if read.name in found]
    of = {read.name: held for read, held in shown}
    quick = any(held.quick for _, held in shown)
    return draw(
        [read for read, _ in shown],
        CONTENDERS,
        lambda read, contender: middle(read, of[read.name], contender),
        note="medians; some of one quick round only" if quick else "medians over the rounds",
    )
