"""`hyperstep best RUN`: the best trial and its files."""

from __future__ import annotations

import click

from hyperstep.cli.documents import FileView, best_document
from hyperstep.cli.exit_codes import NOT_FOUND, OK
from hyperstep.cli.json_output import print_json
from hyperstep.cli.opening import find_target, opened_home, output_path, sweep_in
from hyperstep.cli.printable import printable
from hyperstep.cli.progress import outputs_of
from hyperstep.cli.reading import read_root
from hyperstep.cli.render_tables import best_text
from hyperstep.cli.run_files import files_of
from hyperstep.cli.taking_over import looked_at
from hyperstep.cli.view import SweepView
from hyperstep.cli.wording import why_no_best
from hyperstep.errors import NotFoundError
from hyperstep.runtime.home import Home


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@click.option("--no-resume", is_flag=True, help="Start no runner when the run has lost its own.")
def best(*, run_id: str, as_json: bool, no_resume: bool) -> int:
    """Show the best trial of RUN (a sweep, or a pipeline or step that holds one), so far if it still runs."""
    with opened_home() as home:
        target = find_target(home, run_id)
        looked_at(home, find_target(home, target.root_id).run, resume=not no_resume)
        sweep = sweep_in(target, read_root(home.store, target.root_id, summary_for=target.run.id))
        root_id = home.store.root_of(sweep.id)  # another one than the target's when its step was reused
        files = _files(home, root_id, sweep)
        model = _model(home, root_id, sweep)
    if as_json:
        print_json(best_document(sweep, files, model))
        return OK if sweep.best else NOT_FOUND
    if sweep.best is None:
        rule = f"There is no best trial: {why_no_best(sweep)}."
        raise NotFoundError(rule, received=sweep.id, remedy=f"See hyperstep show {sweep.id}.")
    click.echo("\n".join(best_text(printable(sweep), printable(sweep.best), printable(files), model)))
    return OK


def _files(home: Home, root_id: str, sweep: SweepView) -> list[FileView]:
    """The best trial's files: those that are recorded, which is when it has ended."""
    if sweep.best is None:
        return []
    journal = home.store.journal(root_id)
    try:
        return files_of(home, journal, journal.run(sweep.best.id))
    finally:
        journal.close()


def _model(home: Home, root_id: str, sweep: SweepView) -> str | None:
    """Where the model output lies once it is written; None when none was asked for."""
    journal = home.store.journal(root_id)
    try:
        run = journal.run(sweep.id)
        outputs = [*outputs_of(run), *(outputs_of(journal.run(run.parent_id)) if run.parent_id else ())]
    finally:
        journal.close()
    paths = [output_path(home, run.workspace, output) for output in outputs if output.kind == "model"]
    return next((str(path) for path in paths if path.exists()), None)
