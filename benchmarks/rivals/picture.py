"""The table as a picture: a panel a contest, a bar a contender, in a few lines of SVG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import log10

from contenders import Contender
from contests import Contest

WIDTH, COLUMNS = 900, 2
BAR, GAP, LABEL, NUMBER = 15, 5, 175, 62
OURS, THEIRS, LIMIT, INK = "#d9480f", "#748ca3", "#b8c4ce", "#222"
HUNDRED = 100
SMALLEST = 0.02
"""The shortest bar, as a share of the longest."""


def in_digits(figure: float) -> str:
    """Three digits that count."""
    return f"{figure:,.0f}" if round(figure, 1) >= HUNDRED else f"{figure:.3g}"


def draw(
    contests: Sequence[Contest],
    contenders: Sequence[Contender],
    figure: Callable[[Contest, Contender], float | None],
    note: str,
) -> str:
    """The picture; lengths are logarithmic, and each panel says which way is better."""
    row = (BAR + GAP) * len(contenders) + 48
    rows = -(-len(contests) // COLUMNS)
    height = rows * row + 34
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"',
        ' font-family="sans-serif" font-size="11">',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
    ]
    for place, contest in enumerate(contests):
        x, y = place % COLUMNS * (WIDTH // COLUMNS) + 12, place // COLUMNS * row + 22
        takes_part = [each for each in contenders if contest.name in each.contests]
        parts += _panel(contest, [(each, figure(contest, each)) for each in takes_part], x, y)
    parts.append(f'<text x="12" y="{height - 10}" fill="#666">Logarithmic bars; {note}. Details: benchmarks.md</text>')
    return "\n".join([*parts, "</svg>", ""])


def _panel(contest: Contest, figures: list[tuple[Contender, float | None]], x: int, y: int) -> list[str]:
    way = "more is better" if contest.more_is_better else "less is better"
    parts = [f'<text x="{x}" y="{y}" font-weight="bold" fill="{INK}">{contest.title}, {contest.unit} ({way})</text>']
    known = [number for _, number in figures if number]
    low, high = (log10(min(known)), log10(max(known))) if known else (0.0, 1.0)
    room = WIDTH // COLUMNS - LABEL - NUMBER - 24
    for place, (contender, number) in enumerate(figures):
        top = y + 10 + place * (BAR + GAP)
        share = 0.0 if not number else SMALLEST + (1 - SMALLEST) * (log10(number) - low + 0.3) / (high - low + 0.3)
        colour = OURS if contender.ours else THEIRS if contender.package else LIMIT
        words = in_digits(number) if number else "skipped"
        middle = top + BAR - 4
        parts += [
            f'<text x="{x + LABEL - 6}" y="{middle}" text-anchor="end" fill="{INK}">{contender.name}</text>',
            f'<rect x="{x + LABEL}" y="{top}" width="{share * room:.0f}" height="{BAR}" fill="{colour}"/>',
            f'<text x="{x + LABEL + share * room + 4:.0f}" y="{middle}" fill="{INK}">{words}</text>',
        ]
    return parts
