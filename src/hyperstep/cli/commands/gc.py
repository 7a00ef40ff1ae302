"""`hyperstep gc`: remove what no run refers to."""

from __future__ import annotations

import time
from collections.abc import Iterator

import click

from hyperstep.cli.documents import Document
from hyperstep.cli.exit_codes import FAILED, OK
from hyperstep.cli.json_output import print_json
from hyperstep.cli.opening import opened_home
from hyperstep.cli.wording import file_size, how_many
from hyperstep.runtime.garbage.decision import KeepRules, Plan, decide
from hyperstep.runtime.garbage.inventory import take_inventory
from hyperstep.runtime.garbage.removal import Removed, carry_out
from hyperstep.runtime.home import make_writable
from hyperstep.settings.file import seconds_in


class _Age(click.ParamType):  # type: ignore[type-arg]  # not generic at run time
    """``30d``, ``12h``, ``2w``: seconds."""

    name = "AGE"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        seconds = seconds_in(str(value))
        if seconds is None:
            self.fail(f"{value!r} is no age; write for example 30d, 12h or 2w", param, ctx)
        return seconds


@click.command()
@click.option("--yes", is_flag=True, help="Remove it; without this nothing is touched.")
@click.option("--keep-best", type=click.IntRange(min=0), help="Old runs keep the files of this many trials a sweep.")
@click.option("--keep-last", type=click.IntRange(min=0), help="The newest so many runs keep all their files.")
@click.option("--older-than", type=_Age(), help="Only runs that ended longer ago give up files: 30d, 12h.")
@click.option("--keep-tag", multiple=True, metavar="NAME[=VALUE]", help="Runs with this tag keep all their files.")
@click.option("--forget-sources", is_flag=True, help="Also runs and trials that later ones may reuse give up files.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def gc(
    *,
    yes: bool,
    keep_best: int | None,
    keep_last: int | None,
    older_than: float | None,
    keep_tag: tuple[str, ...],
    forget_sources: bool,
    as_json: bool,
) -> int:
    """Remove what no run refers to; say what that would be, unless told to do it.

    With --keep-best, --keep-last or --older-than, old runs give up their files too. Records stay, and so do the files
    of each sweep's best trial, of runs that go on, of what later runs may reuse (see --forget-sources), and what a
    model or dataset needs.
    """
    rules = KeepRules(keep_best, keep_last, older_than, keep_tag, forget_sources)
    with opened_home() as home:  # for reading: on a full disk its databases can be opened in no other way
        if yes:
            make_writable(home.path)
        now = time.time()
        plan = decide(take_inventory(home), rules, now)
        done = carry_out(home, plan, now) if yes else None
    if as_json:
        print_json(_document(plan, done))
    else:
        click.echo("\n".join(_text(plan, done)))
    return FAILED if done and done.failures else OK


def _document(plan: Plan, done: Removed | None) -> Document:
    totals = plan.totals() if done is None else done.totals
    return {
        "removed": done is not None,
        "categories": [{"category": c, "count": n, "bytes": size} for c, (n, size) in totals.items()],
        "kept": [{"reason": reason, "count": count} for reason, count in plan.kept.items()],
        "run_again": plan.run_again,
        "failures": list(done.failures) if done else [],
    }


def _text(plan: Plan, done: Removed | None) -> Iterator[str]:
    totals = plan.totals() if done is None else done.totals
    verb = "would remove" if done is None else "removed"
    for category, (count, size) in totals.items():
        yield f"{verb} {_counted(count, category)}{f', {file_size(size)}' if size else ''}"
    if not totals:
        yield "there is nothing to remove"
    for reason, count in plan.kept.items():
        what, _, why = reason.partition(": ")
        yield f"kept {_counted(count, what)}: {why}"
    if plan.run_again:
        verb, whose = "would run" if done is None else "run", "its" if plan.run_again == 1 else "their"
        yield f"{how_many(plan.run_again, 'trial')} {verb} again if the same sweep is submitted again: {whose} files go"
    for failure in done.failures if done else ():
        yield f"could not be removed: {failure}"
    if done is None and totals:
        yield "Nothing was touched; add --yes to do it."


def _counted(count: int, plural: str) -> str:
    """``1 run``, ``2 runs``, of what is named by its plural: ``folders of something``."""
    noun, of, whose = plural.partition(" of ")
    return f"{how_many(count, noun.removesuffix('s'))}{of}{whose}"
