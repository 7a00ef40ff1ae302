"""`hyperstep rerun RUN`: the same run once more, or what of it failed, or further trials."""

from __future__ import annotations

import click

from hyperstep.cli import wording
from hyperstep.cli.awaiting import watch
from hyperstep.cli.display_mode import DisplayMode
from hyperstep.cli.display_options import display_options
from hyperstep.cli.exit_codes import OK
from hyperstep.cli.following import say
from hyperstep.cli.opening import find_target, opened_home, unique_prefix
from hyperstep.cli.reuse_flags import warm_option
from hyperstep.pipeline.reuse import trials_switched_off
from hyperstep.runtime.home import Home
from hyperstep.runtime.rerunning import Again, rerun_exactly, rerun_partly, steps_of
from hyperstep.runtime.reuse_options import reuse_rules
from hyperstep.sweep.config import SweepConfig

_TOLD_NOTHING = (
    "say how to run it again: --exact for the whole run, with the code, inputs and seeds that it had; --failed for the "
    "trials that failed; --canceled for those that were canceled; --max N to go on to N trials"
)
_TOLD_BOTH = "--exact runs everything anew; leave it out, or --failed, --canceled and --max"


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--exact", is_flag=True, help="The whole run again: same code, inputs, seeds.")
@click.option("--failed", is_flag=True, help="The trials that failed; all that ended well is taken over.")
@click.option("--canceled", is_flag=True, help="The trials that were canceled, likewise.")
@click.option("--max", "max_total", type=click.IntRange(min=1), metavar="N", help="Go on to N trials in all.")
@warm_option
@click.option("--detach", is_flag=True, help="Return at once; the run goes on by itself.")
@display_options
def rerun(
    *,
    run_id: str,
    exact: bool,
    failed: bool,
    canceled: bool,
    max_total: int | None,
    warm: str | None,
    detach: bool,
    mode: DisplayMode,
) -> int:
    """Run RUN, which has ended, once more, under a new id: all of it, or what is to be run again.

    With --exact nothing of it is reused, and the same seeds give the same list of trials. With the others, finished
    trials and steps are taken over. Ctrl-C leaves the run to go on by itself.
    """
    again = Again(failed=failed, canceled=canceled, max_total=max_total)
    if exact == (again != Again()):
        raise click.UsageError(_TOLD_BOTH if exact else _TOLD_NOTHING)
    with opened_home(writable=True) as home:
        source = find_target(home, run_id).root_id
        started = rerun_exactly(home, source, warm) if exact else rerun_partly(home, source, again, warm)
        if not mode.quiet:
            old = unique_prefix(home, source)
            say(f"{unique_prefix(home, started.id)} {f'runs what {old} was' if exact else _what(again, old)}")
            for words in _promises(home, source) if exact else _parts(home, source, started.id):
                say(words)
    if detach:
        click.echo(started.id)
        return OK
    return watch([started.id], mode)


def _what(again: Again, source: str) -> str:
    """What a run does that goes through an earlier one again."""
    asked = {"failed": again.failed, "canceled": again.canceled}
    kinds = " and ".join(name for name, wanted in asked.items() if wanted)
    further = f"goes on with {source}, to {wording.how_many(again.max_total, 'trial')}" if again.max_total else ""
    repeated = f"runs the {kinds} trials of {source} again" if kinds else ""
    return ", and ".join(words for words in (further, repeated) if words)


def _parts(home: Home, source: str, started: str) -> list[str]:
    """For each sweep what is gone through again; and where nothing can be taken over, why."""
    lines = []
    for step in steps_of(home, started):
        if step.tuning is None or not step.tuning.points:
            continue
        off = trials_switched_off(step, reuse_rules(home.settings), regenerate=False)
        points = wording.how_many(len(step.tuning.points), "trial")
        taken = "the finished ones are taken over" if off is None else f"all run again: {off.value}"
        lines.append(f"{step.name}: {points} of {unique_prefix(home, source)}; {taken}")
    return lines


def _promises(home: Home, root_id: str) -> list[str]:
    """What will be the same, for each sweep; the weaker promises with the reason."""
    tuned = [(step.name, step.tuning.config) for step in steps_of(home, root_id) if step.tuning is not None]
    return [f"{name}: {_promise(SweepConfig.from_json(dict(config)))}" for name, config in tuned]


def _promise(config: SweepConfig) -> str:
    if config.deterministic:
        return "deterministic, so the same trials with the same stops, if the script logs the same values"
    if config.sampler.uses_history:
        return "not deterministic: points that rest on results can differ, and stops too"
    if config.policy.may_stop:
        return "the same list of trials; not deterministic: which of them are stopped early can differ"
    return "the same list of trials"
