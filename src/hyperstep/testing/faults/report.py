"""What came out, as tables of plain text."""

from __future__ import annotations

from collections.abc import Sequence

from hyperstep.testing.faults.campaign import Judged, Tally

_HEAD = ("scenario", "points", "faults done", "equal", "attempts mean", "max", "orphans", "lost", "duplicated")
_SHOWN_FAULTS = 5


def table(tallies: Sequence[Tally]) -> str:
    """One line a scenario."""
    return align([_HEAD, *(_row(tally) for tally in tallies)])


def align(rows: Sequence[Sequence[str]]) -> str:
    """Rows of equal length as columns."""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def failure(judged: Judged, plan_file: str) -> str:
    """What is off with a run, and how it is repeated."""
    plan = judged.result.plan
    lines = [f"{plan.scenario}, seed {plan.seed}, number {plan.number}: NOT EQUAL"]
    lines += [f"  done: {words}" for words in judged.result.done or ("nothing",)]
    lines += [f"  off:  {words}" for words in judged.faults[:_SHOWN_FAULTS]]
    if len(judged.faults) > _SHOWN_FAULTS:
        lines.append(f"  and {len(judged.faults) - _SHOWN_FAULTS} more")
    lines.append(f"  again: python -m hyperstep.testing.faults --plan {plan_file}")
    return "\n".join(lines)


def _row(tally: Tally) -> tuple[str, ...]:
    if tally.refused:
        return (tally.name, f"not tried: {tally.refused}", *[""] * (len(_HEAD) - 2))
    results = [judged.result for judged in tally.judged]
    attempts = tally.attempts
    equal = sum(1 for judged in tally.judged if not judged.faults)
    return (
        tally.name,
        str(len(results)),
        str(sum(len(result.done) for result in results)),
        str(equal) if equal == len(results) else f"{equal} (!)",
        f"{sum(attempts) / len(attempts):.2f}" if attempts else "-",
        str(max(attempts, default=0)),
        str(sum(len(result.orphans) for result in results)),
        str(sum(len(result.accounts.lost) for result in results)),
        str(sum(len(result.accounts.duplicated) for result in results)),
    )
