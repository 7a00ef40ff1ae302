"""What `hyperstep tune` is asked for, read: records, each with the options that it is made of."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import click
from msgspec import Struct, field

from hyperstep.cli.option_group import OptionGroup
from hyperstep.cli.reuse_flags import warm_option
from hyperstep.cli.tuning_options import SAMPLERS, check_metric_pattern, parse_past, parse_policy, parse_space
from hyperstep.digest import Json
from hyperstep.records.goal import Goal
from hyperstep.search_space.space import SearchSpace


class Search(Struct, frozen=True):
    """Which points are tried."""

    space: SearchSpace
    sampler: str = "random"
    """``random``, ``grid``, ``sobol`` or ``bayesian``."""
    seed: int | None = None
    new_seed: bool = False
    """Not that of an earlier sweep with the same code, space and sampler."""
    history: str | None = None
    """``keep`` or ``none``; None for what the settings say."""
    past: Mapping[str, Json] = field(default_factory=dict)
    """With which values of new hyperparameters kept trials ran."""


class Objective(Struct, frozen=True):
    """What makes a trial a good one."""

    metric: str
    goal: Goal = Goal.MAXIMIZE
    metric_pattern: str = ""
    """Finds the metric in a trial's output; empty when it is logged."""


class TuningLimits(Struct, frozen=True):
    """How far the sweep goes; None for what the settings say, or without a limit."""

    max_total: int | None = None
    max_concurrent: int | None = None
    max_minutes: float | None = None
    max_silence_s: float | None = None
    max_failed: int | None = None
    retries: int | None = None


class Stopping(Struct, frozen=True):
    """Which trials are stopped early."""

    policy: dict[str, Json]
    deterministic: bool = False
    """Asked for here; else the settings say."""


class Execution(Struct, frozen=True):
    """How the trials come to their results."""

    no_reuse: bool = False
    warm: str = ""
    """``auto``, ``always`` or ``off``; empty for what the settings say."""
    foreground: bool = False


class TuningRequest(Struct, frozen=True):
    """All that the user asked for."""

    script: Path
    arguments: tuple[str, ...]
    search: Search
    objective: Objective
    limits: TuningLimits
    stopping: Stopping
    execution: Execution
    model_file: str = ""


def _search(
    *,
    spaces: tuple[str, ...],
    sampler: str,
    seed: int | None,
    new_seed: bool,
    history: str | None,
    past: tuple[str, ...],
) -> Search:
    return Search(parse_space(spaces), sampler, seed, new_seed, history, parse_past(past))


search_options = OptionGroup(
    "search",
    _search,
    click.option(
        "--space", "spaces", multiple=True, metavar="NAME=DIST:ARGS", help="A hyperparameter; bounds are plain."
    ),
    click.option("--sampler", type=click.Choice(list(SAMPLERS)), default="random", show_default=True),
    click.option("--seed", type=int, help="For the same points again."),
    click.option("--new-seed", is_flag=True, help="Draw a seed, instead of taking that of an equal sweep."),
    click.option(
        "--history", type=click.Choice(["none", "keep"]), help="Keep the last sweep's trials in a changed space."
    ),
    click.option("--past", multiple=True, metavar="NAME=VALUE", help="A new hyperparameter's value in kept trials."),
)


def _objective(*, metric: str, goal: str, metric_pattern: str) -> Objective:
    return Objective(metric, Goal(goal), check_metric_pattern(metric_pattern) if metric_pattern else "")


objective_options = OptionGroup(
    "objective",
    _objective,
    click.option("--metric", required=True, help="Name of the metric to optimize."),
    click.option("--goal", type=click.Choice(["maximize", "minimize"]), default="maximize", show_default=True),
    click.option("--metric-pattern", default="", metavar="REGEX", help="Read the metric from the output; one group."),
)


class _SomeTime(click.FloatRange):
    """A finite time above 0."""

    def __init__(self) -> None:
        super().__init__(min=0, min_open=True)

    def convert(self, value: float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """As in the base, which takes ``nan`` and ``inf`` for numbers of the range."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a finite number; leave the option out for no limit.", param, ctx)
        return number


_SOME_TIME = _SomeTime()

limit_options = OptionGroup(
    "limits",
    TuningLimits,
    click.option("--max", "max_total", type=click.IntRange(min=1), help="Trials at most.  [default: 20, or the grid]"),
    click.option(
        "--concurrent", "max_concurrent", type=click.IntRange(min=1), help="Trials at one time.  [default: the cores]"
    ),
    click.option("--max-minutes", type=_SOME_TIME, help="End after this time."),
    click.option("--max-silence", "max_silence_s", type=_SOME_TIME, help="Seconds a trial may write nothing."),
    click.option("--max-failed", type=click.IntRange(min=0), metavar="N", help="End when more than N trials failed."),
    click.option(
        "--retries", type=click.IntRange(min=0), metavar="N", help="Start a failed trial again, N times at most."
    ),
)


def _stopping(*, policy: str, deterministic: bool) -> Stopping:
    return Stopping(parse_policy(policy), deterministic)


stopping_options = OptionGroup(
    "stopping",
    _stopping,
    click.option(
        "--policy", default="none", metavar="KIND[:NAME=N,…]", help="Stop bad trials: bandit, median, truncation."
    ),
    click.option("--deterministic", is_flag=True, help="The same stops and points at any concurrency, after any kill."),
)


def _execution(*, no_reuse: bool, warm: str | None, foreground: bool) -> Execution:
    return Execution(no_reuse, warm or "", foreground)


execution_options = OptionGroup(
    "execution",
    _execution,
    click.option("--no-reuse", is_flag=True, help="Run every trial, whatever finished ones there are."),
    warm_option,
    click.option("--foreground", is_flag=True, help="Drive the sweep from here; leave no process."),
)
