"""`hyperstep tune train.py`: the best hyperparameters of a training script, without a pipeline around it."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import click
from msgspec.structs import replace

from hyperstep.cli.awaiting import Wait
from hyperstep.cli.display_mode import DisplayMode
from hyperstep.cli.display_options import display_options
from hyperstep.cli.exit_codes import FAILED, INTERRUPTED, OK, SIGNAL_BASE
from hyperstep.cli.following import report, say
from hyperstep.cli.foreground import ForegroundRunners, submitting_to
from hyperstep.cli.opening import opened_home
from hyperstep.cli.tuning_options import check_experiment, check_model_file, near_option
from hyperstep.cli.tuning_request import (
    Execution,
    Objective,
    Search,
    Stopping,
    TuningLimits,
    TuningRequest,
    execution_options,
    limit_options,
    objective_options,
    search_options,
    stopping_options,
)
from hyperstep.cli.tuning_step import experiment_name, make_step
from hyperstep.cli.view import RootView
from hyperstep.pipeline.reuse_rules import EVERY_STEP
from hyperstep.records.status import RunStatus
from hyperstep.runtime.foreground import in_foreground
from hyperstep.runtime.reuse_options import reuse_rules
from hyperstep.runtime.submission import Label, request_cancel, submit_step

_WORKSPACE = "local"
_AFTER_DASHES = "hyperstep.cli.commands.tune.after_dashes"

_EPILOG = """\b
Example:
  hyperstep tune train.py --space lr=loguniform:1e-4,1e-1 --space opt=choice:adam,sgd --metric acc --max 20

Each trial runs `python train.py ARGS --lr … --opt …` in a copy of the script's folder. The script reports its metric
with `Run.get_context().log("acc", value)` (from azureml.core), or prints it: see --metric-pattern. What it writes to
outputs/ is kept. Options that are not listed here go to the script, as does everything after `--`.
"""


class _Tune(click.Command):
    """Remembers what stands after ``--``: that is the script's without a doubt."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[_AFTER_DASHES] = len(args) - args.index("--") - 1 if "--" in args else 0
        return super().parse_args(ctx, args)


@click.command(cls=_Tune, context_settings={"ignore_unknown_options": True}, epilog=_EPILOG)
@click.argument("script", type=click.Path(path_type=Path))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[ARGS]...")
@search_options
@objective_options
@limit_options
@stopping_options
@execution_options
@click.option("--model-file", default="", metavar="PATH", help="The best trial's file to hand out: outputs/model.pkl.")
@click.option("--experiment", default="", help="Name to file it under.  [default: the script's]")
@display_options
def tune(
    *,
    script: Path,
    arguments: tuple[str, ...],
    search: Search,
    objective: Objective,
    limits: TuningLimits,
    stopping: Stopping,
    execution: Execution,
    model_file: str,
    experiment: str,
    mode: DisplayMode,
) -> int:
    """Find the hyperparameters with which SCRIPT does best."""
    model_file = check_model_file(model_file) if model_file else ""
    request = TuningRequest(script, arguments, search, objective, limits, stopping, execution, model_file)
    if not mode.quiet:
        _warn_of_near_options(click.get_current_context(), arguments)
    return _run(request, check_experiment(experiment) if experiment else experiment_name(script), mode)


def _run(request: TuningRequest, name: str, mode: DisplayMode) -> int:
    """Submit, show, tell the end; returns the exit code."""
    runners = ForegroundRunners() if request.execution.foreground or in_foreground() else None
    with submitting_to(runners) if runners else nullcontext():
        run_id = _submit(request, name, quiet=mode.quiet)
        views, interrupted = _watch(run_id, runners, mode)
    if not mode.quiet:
        _tell_end(request, views, canceled=interrupted)
    return _exit_code(views, runners, interrupted=interrupted)


def _exit_code(views: list[RootView], runners: ForegroundRunners | None, *, interrupted: bool) -> int:
    if runners is not None and runners.signal:
        return SIGNAL_BASE + runners.signal
    if interrupted:
        return INTERRUPTED
    return OK if views and views[0].status is RunStatus.COMPLETED else FAILED


def _warn_of_near_options(context: click.Context, arguments: tuple[str, ...]) -> None:
    """Say which of the script's options look like one of ours."""
    ours = [option for parameter in context.command.params for option in parameter.opts if option.startswith("--")]
    for argument in arguments[: len(arguments) - context.meta[_AFTER_DASHES]]:
        near = near_option(argument, ours)
        if near:
            say(f"{argument} goes to the script; was {near} meant? Write what is the script's own after --")


def _tell_end(request: TuningRequest, views: list[RootView], *, canceled: bool) -> None:
    report(views, canceled=canceled)
    _say_what_matched_nothing(request, views)


def _say_what_matched_nothing(request: TuningRequest, views: list[RootView]) -> None:
    """When trials ended well without a value, and a pattern was to find it, the pattern is what to mend."""
    sweeps = [sweep for view in views for sweep in view.sweeps]
    pattern = request.objective.metric_pattern
    if pattern and any(s.completed and not any(t.reports for t in s.trials) for s in sweeps):
        trial = next(t.id for s in sweeps for t in s.trials if t.status is RunStatus.COMPLETED)
        say(f"--metric-pattern {pattern!r} found no number in the output; see hyperstep logs {trial}")


def _submit(request: TuningRequest, experiment: str, *, quiet: bool) -> str:
    with opened_home(writable=True) as home:
        home.require_room()  # for the copy of the folder, too
        step = make_step(request, home.artifacts, home.settings)
        changed = [new for new, old in zip(step.code.arguments, request.arguments, strict=True) if new != old]
        for argument in changed if not quiet else ():
            say(f"handed to the script as {argument}: trials run in a copy of its folder")
        rules = replace(reuse_rules(home.settings), new_seed=request.search.new_seed)
        rules = replace(rules, without=(EVERY_STEP,)) if request.execution.no_reuse else rules
        properties = {"ContentSnapshotId": step.code.snapshot}
        return submit_step(home, step, Label(_WORKSPACE, experiment, properties=properties), rules).id


def _watch(run_id: str, runners: ForegroundRunners | None, mode: DisplayMode) -> tuple[list[RootView], bool]:
    """Show the run until it has ended; returns how it stands, and whether it was interrupted.

    Ctrl-C cancels it; a second one does not wait for that.
    """
    interrupts = []

    def interrupted() -> bool:
        interrupts.append(True)
        if len(interrupts) > 1:
            return False
        if runners is not None and runners.signal:
            return True  # they see to it
        try:
            _cancel(run_id)
        except KeyboardInterrupt:  # while waiting for the answer to a request that lies there by then
            return False
        return True

    views = Wait([run_id], mode).until_end(interrupted)
    return views, bool(interrupts)


def _cancel(run_id: str) -> None:
    say("canceling the sweep; Ctrl-C again does not wait for its end")
    with opened_home(writable=True) as home:
        request_cancel(home, run_id, "canceled by Ctrl-C")
