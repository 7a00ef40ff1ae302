"""The command `hyperstep`: its list of commands, and how errors leave it."""

from __future__ import annotations

from collections.abc import Sequence

import click

from hyperstep import __version__
from hyperstep.cli import exit_codes
from hyperstep.cli.lazy_group import LazyGroup
from hyperstep.errors import HyperstepError, means_no_room

_COMMANDS = {
    "run": ("hyperstep.cli.commands.run:run", "Run a script that uses the azureml API, with ours in its place."),
    "plan": ("hyperstep.cli.commands.plan:plan", "Say which steps a script would reuse or run, and why."),
    "tune": ("hyperstep.cli.commands.tune:tune", "Find the best hyperparameters of a training script."),
    "runs": ("hyperstep.cli.commands.runs:runs", "List what was submitted, newest first."),
    "show": ("hyperstep.cli.commands.show:show", "Show a run: its steps, its trials, its best."),
    "why": ("hyperstep.cli.commands.why:why", "Say why each step of a run was reused or ran."),
    "best": ("hyperstep.cli.commands.best:best", "Show the best trial of a sweep, and its files."),
    "logs": ("hyperstep.cli.commands.logs:logs", "Print what a run's processes wrote."),
    "cancel": ("hyperstep.cli.commands.cancel:cancel", "End a run, a step or a trial."),
    "resume": ("hyperstep.cli.commands.resume:resume", "Take over a run whose runner is gone."),
    "rerun": ("hyperstep.cli.commands.rerun:rerun", "Run what has ended once more, with the same seeds."),
    "gc": ("hyperstep.cli.commands.gc:gc", "Remove what no run refers to; old files by rules."),
    "rm": ("hyperstep.cli.commands.rm:rm", "Remove a run that has ended."),
    "schedule": ("hyperstep.cli.commands.schedule:schedule", "Submit published pipelines when they are due."),
    "check": ("hyperstep.cli.commands.check:check", "Say which azureml names a script, folder or notebook uses."),
    "hosts": ("hyperstep.cli.commands.hosts:hosts", "List or end what starts trials: hosts and warm servers."),
    "doctor": ("hyperstep.cli.commands.doctor:doctor", "Say what hyperstep finds on this machine."),
}

_HELP = """Hyperparameter tuning as a pipeline step, on this machine.

RUN is a run's id, the beginning of one, or `latest`. Every command that reads takes --json.
"""


@click.group(
    cls=LazyGroup,
    commands_at=_COMMANDS,
    help=_HELP,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="hyperstep")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def cli(context: click.Context, *, debug: bool) -> None:
    """The root command; commands find ``debug`` in the context's object."""
    context.obj = {"debug": debug}


def run_command(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit code.

    Args:
        arguments: What follows `hyperstep`.
    """
    debug = _debug_wanted(arguments)
    try:
        result = cli.main(list(arguments), prog_name="hyperstep", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return exit_codes.INTERRUPTED
    except HyperstepError as error:
        if debug:
            raise
        _say(str(error))
        return exit_codes.exit_code_of(error)
    except OSError as error:
        if debug or not means_no_room(error):
            raise
        _say(f"There is no room left on a disk: {error}. Free some space; `hyperstep gc` shows what can go.")
        return exit_codes.UNAVAILABLE
    return result if isinstance(result, int) else exit_codes.OK


def _debug_wanted(arguments: Sequence[str]) -> bool:
    """Whether ``--debug`` stands before the command's name."""
    options = []
    for argument in arguments:
        if not argument.startswith("-"):
            break
        options.append(argument)
    return "--debug" in options


def _say(message: str) -> None:
    from hyperstep.cli.escaping import escape_lines  # noqa: PLC0415 - for an error only

    click.echo(f"hyperstep: {escape_lines(message)}", err=True)
