"""``python -m hyperstep.testing.faults``: options, progress, exit codes."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import click

from hyperstep.testing.faults import determinism, report, storage
from hyperstep.testing.faults.campaign import (
    Judged,
    Tally,
    Undisturbed,
    UnfitSubjectError,
    judge,
    try_scenario,
    workers,
)
from hyperstep.testing.faults.plan import Plan
from hyperstep.testing.faults.running import run_once
from hyperstep.testing.faults.scenarios import SCENARIOS, Scenario, find_scenarios
from hyperstep.testing.faults.subject import Subject, users_driver

OK, OFF, UNFIT = 0, 1, 2
_EPILOG = "The exit code is 1 when anything is off, 2 when the subject cannot be judged."


def main(arguments: list[str]) -> int:
    """Try what is asked for; returns the exit code."""
    ours, driver = _split(arguments)
    options = _parser().parse_args(ours)
    session = _Session(options, driver)
    try:
        if options.plan:
            return session.repeat(options.plan)
        if options.table:
            return session.determinism()
        return session.scenarios()
    except UnfitSubjectError as error:
        click.echo(str(error), err=True)
        return UNFIT
    except KeyError as error:
        known = ", ".join(scenario.name for scenario in SCENARIOS)
        click.echo(f"There is no scenario of that name: {error.args[0]}. There are: {known}.", err=True)
        return UNFIT


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """What is ours, and the user's driver after ``--``."""
    if "--" not in arguments:
        return arguments, []
    at = arguments.index("--")
    return arguments[:at], arguments[at + 1 :]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m hyperstep.testing.faults",
        usage="%(prog)s [OPTIONS] [-- pipeline.py ARGS...]",
        description="Run a sweep under faults, and compare with the undisturbed run.",
        epilog=_EPILOG,
    )
    parser.add_argument("--points", type=int, default=20, help="runs of each scenario; of each cell of the table")
    parser.add_argument("--scenario", action="append", default=[], metavar="NAME", help="only this one; repeatable")
    parser.add_argument("--seed", type=int, default=1, help="of all plans")
    parser.add_argument("--plan", type=Path, metavar="FILE", help="one run under the plan of this file")
    parser.add_argument(
        "--table", choices=["determinism"], help="concurrencies and kill points by samplers: one hash each"
    )
    parser.add_argument("--deterministic", action="store_true", help="ask for deterministic sweeps of your driver")
    parser.add_argument("--list", action="store_true", dest="names", help="say which scenarios there are")
    return parser


class _Session:
    """One call of the command."""

    def __init__(self, options: argparse.Namespace, driver: list[str]) -> None:
        self._options = options
        deterministic: bool = options.deterministic
        self._driver = users_driver(driver, Path.cwd(), deterministic=deterministic) if driver else None
        self._plans = Path(tempfile.gettempdir()) / f"hyperstep-faults-{int(time.time())}"
        self._started = time.monotonic()
        self._done = 0
        self._total = 0

    def scenarios(self) -> int:
        """Try scenarios, and print their table."""
        chosen = [s for s in find_scenarios(self._options.scenario) if not (self._driver and s.shipped_only)]
        if self._options.names:
            click.echo("\n".join(f"{scenario.name:12} {scenario.words}" for scenario in chosen))
            return OK
        self._total = len(chosen) * self._options.points
        undisturbed = Undisturbed()
        self._estimate(undisturbed.of(self._driver or chosen[0].subject).whole_s)
        tallies: list[Tally] = []
        for scenario in chosen:
            tallies.append(self._try(scenario, undisturbed))
            if scenario is not chosen[-1]:
                click.echo(report.table(tallies), err=True)  # a campaign of an hour may be cut short
        click.echo(report.table(tallies))
        return self._end(good=all(tally.is_good for tally in tallies))

    def determinism(self) -> int:
        """Try the determinism table, and print it."""
        points: int = self._options.points
        cells = [(sampler, n) for sampler in determinism.SAMPLERS for n in determinism.CONCURRENCIES]
        self._total = len(cells) * points
        self._estimate(run_once(determinism.subject_of(*cells[0]), Plan("undisturbed", 0)).whole_s)
        tried = [determinism.try_cell(sampler, n, points, self._options.seed, self._tell) for sampler, n in cells]
        click.echo(determinism.table(tried))
        return self._end(good=determinism.is_good(tried))

    def repeat(self, file: Path) -> int:
        """One run under a plan that was kept."""
        plan = Plan.read(file)
        subject = self._subject_of(plan.scenario)
        undisturbed = Undisturbed().of(subject)
        result = run_once(subject, plan)
        judged = Judged(result, judge(result, undisturbed))
        click.echo("\n".join(result.done or ("no fault was done",)))
        click.echo(report.failure(judged, str(file)) if judged.faults else "equal to the undisturbed run")
        return OFF if judged.faults else OK

    def _subject_of(self, name: str) -> Subject:
        if self._driver is not None:
            return self._driver
        if name.startswith("determinism/"):
            _, sampler, concurrency = name.split("/")
            return determinism.subject_of(sampler, int(concurrency))
        return find_scenarios([name])[0].subject

    def _try(self, scenario: Scenario, undisturbed: Undisturbed) -> Tally:
        points: int = self._options.points
        if scenario.needs_disk and (why := storage.can_mount()):
            self._done += points
            return Tally(scenario.name, refused=why)
        subject = self._driver or scenario.subject
        return try_scenario(scenario, subject, points, self._options.seed, undisturbed, self._tell)

    def _estimate(self, one_s: float) -> None:
        """Before anything is tried; later estimates know more."""
        minutes = self._total * one_s / workers() / 60
        click.echo(f"{self._total} runs, {workers()} at a time: about {minutes:.0f} min", err=True)

    def _tell(self, judged: Judged) -> None:
        """Progress, and how to repeat what is off."""
        self._done += 1
        if judged.faults:
            self._plans.mkdir(exist_ok=True)
            plan = judged.result.plan
            file = self._plans / f"{plan.scenario.replace('/', '-')}-{plan.number}.json"
            plan.write(file)
            click.echo(report.failure(judged, str(file)), err=True)
        spent = time.monotonic() - self._started
        left = spent / self._done * (self._total - self._done)
        name, done = judged.result.plan.scenario, f"{self._done} of {self._total} runs"
        click.echo(f"{name}: {done}, {spent:.0f} s, about {left / 60:.0f} min left", err=True)

    def _end(self, *, good: bool) -> int:
        minutes = (time.monotonic() - self._started) / 60
        click.echo(f"{self._done} runs in {minutes:.1f} min: {'all equal' if good else 'NOT all equal, see above'}")
        return OK if good else OFF
