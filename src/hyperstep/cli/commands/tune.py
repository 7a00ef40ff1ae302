"""`hyperstep tune train.py`: the best hyperparameters of a training script, without a pipeline around it."""

from __future__ import annotations

from pathlib import Path

import click

from hyperstep.cli.awaiting import Wait
from hyperstep.cli.exit_codes import FAILED, INTERRUPTED, OK
from hyperstep.cli.following import report, say
from hyperstep.cli.opening import opened_home
from hyperstep.cli.tuning_options import SAMPLERS, check_metric_pattern, parse_policy, parse_space
from hyperstep.cli.tuning_step import TuningRequest, experiment_name, make_step
from hyperstep.records.goal import Goal
from hyperstep.records.status import RunStatus
from hyperstep.runtime.submission import Label, request_cancel, submit_step

_WORKSPACE = "local"

_EPILOG = """\b
Example:
  hyperstep tune train.py --space lr=loguniform:1e-4,1e-1 --space opt=choice:adam,sgd --metric acc --max 20

Each trial runs `python train.py ARGS --lr … --opt …` in a copy of the script's folder. The script reports its metric
with `Run.get_context().log("acc", value)` (from azureml.core), or prints it: see --metric-pattern. What it writes to
outputs/ is kept. Options that are not listed here go to the script, as does everything after `--`.
"""


@click.command(context_settings={"ignore_unknown_options": True}, epilog=_EPILOG)
@click.argument("script", type=click.Path(path_type=Path))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[ARGS]...")
@click.option("--space", "spaces", multiple=True, metavar="NAME=DIST:ARGS", help="A hyperparameter; bounds are plain.")
@click.option("--metric", required=True, help="Name of the metric to optimize.")
@click.option("--goal", type=click.Choice(["maximize", "minimize"]), default="maximize", show_default=True)
@click.option("--max", "max_total", type=click.IntRange(min=1), help="Trials at most.  [default: 20, or the grid]")
@click.option("--concurrent", type=click.IntRange(min=1), help="Trials at one time.  [default: the cores]")
@click.option("--max-minutes", type=click.FloatRange(min=0, min_open=True), help="End after this time.")
@click.option(
    "--policy", default="none", metavar="KIND[:NAME=N,…]", help="Stop bad trials: bandit, median, truncation."
)
@click.option("--sampler", type=click.Choice(list(SAMPLERS)), default="random", show_default=True)
@click.option("--seed", type=int, help="For the same points again.")
@click.option("--metric-pattern", default="", metavar="REGEX", help="Read the metric from the output; one group.")
@click.option("--model-file", default="", metavar="PATH", help="The best trial's file to hand out: outputs/model.pkl.")
@click.option("--experiment", default="", help="Name to file it under.  [default: the script's]")
@click.option("-q", "--quiet", is_flag=True, help="Show nothing of our own.")
@click.option("--plain", is_flag=True, help="Write plain lines on a terminal too.")
def tune(
    *,
    script: Path,
    arguments: tuple[str, ...],
    spaces: tuple[str, ...],
    metric: str,
    goal: str,
    max_total: int | None,
    concurrent: int | None,
    max_minutes: float | None,
    policy: str,
    sampler: str,
    seed: int | None,
    metric_pattern: str,
    model_file: str,
    experiment: str,
    quiet: bool,
    plain: bool,
) -> int:
    """Find the hyperparameters with which SCRIPT does best."""
    request = TuningRequest(
        script=script,
        arguments=arguments,
        space=parse_space(spaces),
        metric=metric,
        goal=Goal(goal),
        max_total=max_total,
        max_concurrent=concurrent,
        max_minutes=max_minutes,
        policy=parse_policy(policy),
        sampler=sampler,
        seed=seed,
        metric_pattern=check_metric_pattern(metric_pattern) if metric_pattern else "",
        model_file=model_file,
    )
    run_id = _submit(request, experiment or experiment_name(script), quiet=quiet)
    return _watch(run_id, quiet=quiet, plain=plain)


def _submit(request: TuningRequest, experiment: str, *, quiet: bool) -> str:
    with opened_home(writable=True) as home:
        step = make_step(request, home.artifacts, home.settings)
        changed = [new for new, old in zip(step.code.arguments, request.arguments, strict=True) if new != old]
        for argument in changed if not quiet else ():
            say(f"handed to the script as {argument}: trials run in a copy of its folder")
        return submit_step(home, step, Label(_WORKSPACE, experiment)).id


def _watch(run_id: str, *, quiet: bool, plain: bool) -> int:
    """Show the run until it has ended; Ctrl-C cancels it, a second one does not wait for that."""
    interrupts = []

    def interrupted() -> bool:
        interrupts.append(True)
        if len(interrupts) > 1:
            return False
        try:
            _cancel(run_id)
        except KeyboardInterrupt:  # while waiting for the answer to a request that lies there by then
            return False
        return True

    views = Wait([run_id], quiet=quiet, plain=plain).until_end(interrupted)
    if not quiet:
        report(views, canceled=bool(interrupts))
    if interrupts:
        return INTERRUPTED
    return OK if views and views[0].status is RunStatus.COMPLETED else FAILED


def _cancel(run_id: str) -> None:
    say("canceling the sweep; Ctrl-C again does not wait for its end")
    with opened_home() as home:
        request_cancel(home, run_id, "canceled by Ctrl-C")
