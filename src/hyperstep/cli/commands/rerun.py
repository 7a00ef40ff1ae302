"""`hyperstep rerun RUN --exact`: the same run once more."""

from __future__ import annotations

import click

from hyperstep.cli.awaiting import watch
from hyperstep.cli.exit_codes import OK
from hyperstep.cli.following import say
from hyperstep.cli.opening import find_target, opened_home, unique_prefix
from hyperstep.runtime.home import Home
from hyperstep.runtime.rerunning import rerun_exactly, steps_of
from hyperstep.sweep.config import SweepConfig


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--exact", is_flag=True, help="The whole run again: same code, inputs, seeds.")
@click.option("--detach", is_flag=True, help="Return at once; the run goes on by itself.")
@click.option("-q", "--quiet", is_flag=True, help="Show nothing of our own.")
@click.option("--plain", is_flag=True, help="Write plain lines on a terminal too.")
def rerun(*, run_id: str, exact: bool, detach: bool, quiet: bool, plain: bool) -> int:
    """Run RUN, which has ended, once more, under a new id; nothing of it is reused.

    The same seeds give the same list of trials. Ctrl-C leaves the run to go on by itself.
    """
    if not exact:
        rule = "say how to run it again: --exact for the whole run, with the code, inputs and seeds that it had"
        raise click.UsageError(rule)
    with opened_home(writable=True) as home:
        source = find_target(home, run_id).root_id
        started = rerun_exactly(home, source)
        if not quiet:
            say(f"{unique_prefix(home, started.id)} runs what {unique_prefix(home, source)} was")
            for words in _promises(home, source):
                say(words)
    if detach:
        click.echo(started.id)
        return OK
    return watch([started.id], quiet=quiet, plain=plain)


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
