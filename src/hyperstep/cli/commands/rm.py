"""`hyperstep rm RUN`: remove a run that has ended."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from hyperstep.cli.exit_codes import OK
from hyperstep.cli.opening import opened_home
from hyperstep.errors import NotFoundError, StoreError
from hyperstep.records.run import RunRecord
from hyperstep.runtime.garbage.dependants import dependants_of, named, still_needed
from hyperstep.runtime.garbage.removal import has_records, remove_run, remove_unknown, run_of_folder
from hyperstep.runtime.home import Home


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--force", is_flag=True, help="Also one whose results others took over, or that cannot be read.")
def rm(*, run_id: str, yes: bool, force: bool) -> int:
    """Remove RUN, which was submitted by itself and has ended: records, logs, working folders.

    Files that nothing else refers to go with the next `hyperstep gc`. A registered model keeps its files. RUN may be
    the name of its folder, for a run whose records are damaged. A run whose results later ones took over stays, unless
    --force is given: these lose what is in its records only, as trials and logs.
    """
    with opened_home(writable=True) as home:
        folder = _folder(home, run_id)
        known = run_of_folder(home, run_id)
        if folder and known is None:
            _ask(f"Remove {folder}, of which the index knows nothing?", yes=yes)
            remove_unknown(home, folder)
            click.echo(f"{folder} was removed")
            return OK
        root = _root(home, known.id if known else run_id)
        losses = _losses(home, root, force=force)
        question = f"Remove {root.kind.value} {root.id} ({root.status.value}) and {home.root_folder(root.id)}?"
        _ask(f"{question}{losses}", yes=yes)
        remove_run(home, root, force=force)
    click.echo(f"{root.id} was removed")
    return OK


def _losses(home: Home, root: RunRecord, *, force: bool) -> str:
    """What others lose, in words.

    Raises:
        ConflictError: They do, and that was not agreed to.
    """
    dependants = dependants_of(home, root.id) if has_records(home, root.id) else []  # else they have lost it already
    if dependants and not force:
        raise still_needed(root.id, dependants)
    return f" {named(dependants)} took results over, and lose what only its records hold." if dependants else ""


def _ask(question: str, *, yes: bool) -> None:
    """Return when it may be done.

    Raises:
        click.Abort: It may not.
        click.UsageError: There was nobody to say so.
    """
    if yes:
        return
    try:
        click.confirm(question, abort=True)
    except click.Abort:
        if sys.stdin is not None and sys.stdin.isatty():
            raise
        rule = (
            "Nothing was removed: nobody has agreed to it, and there is no terminal to ask on. Give --yes to remove it."
        )
        raise click.UsageError(rule) from None


def _folder(home: Home, text: str) -> Path | None:
    """The run's folder of exactly that name, as the system lists it: never what ``..`` or an empty text leads to."""
    runs = home.path / "runs"
    listed = runs.iterdir() if runs.is_dir() else ()
    return next((folder for folder in listed if folder.name == text and folder.is_dir()), None)


def _root(home: Home, text: str) -> RunRecord:
    """The root run as its records have it, or as the index has it when they cannot be read."""
    run_id = home.store.resolve(text)
    known = next((run for run in home.store.roots() if run.id == run_id), None)
    if known is None:
        rule = "Only a run that was submitted by itself can be removed."
        raise NotFoundError(rule, received=run_id, remedy="`hyperstep runs` lists these.")
    try:
        return home.store.journal(run_id).run(run_id)
    except (StoreError, NotFoundError):
        return known
