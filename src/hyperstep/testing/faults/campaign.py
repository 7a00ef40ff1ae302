"""Many runs of one scenario, several at a time, each held against the undisturbed one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field

from hyperstep.runtime.cores import usable_cores
from hyperstep.testing.faults.comparing import first_difference
from hyperstep.testing.faults.plan import Plan
from hyperstep.testing.faults.running import Result, run_once
from hyperstep.testing.faults.scenarios import Facts, Scenario
from hyperstep.testing.faults.subject import Subject


class UnfitSubjectError(Exception):
    """The undisturbed runs of a subject say nothing; the message tells why and what to do."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A run, and all that is off with it, in words."""

    result: Result
    faults: tuple[str, ...]


@dataclass
class Tally:
    """What a scenario came to."""

    name: str
    judged: list[Judged] = field(default_factory=list)
    refused: str = ""
    """Why it could not be tried here."""

    @property
    def is_good(self) -> bool:
        """Whether nothing is off."""
        return not any(judged.faults for judged in self.judged)

    @property
    def attempts(self) -> list[int]:
        """Attempts of every trial and step of every run."""
        return [count for judged in self.judged for count in judged.result.accounts.attempts.values()]


class Undisturbed:
    """The undisturbed run of each subject, done once."""

    def __init__(self) -> None:
        self._known: dict[str, Result] = {}

    def of(self, subject: Subject) -> Result:
        """The undisturbed run.

        A subject whose scripts are not ours is run twice: when these two runs differ already, faults can show nothing.

        Raises:
            UnfitSubjectError: It does not end, or not twice the same.
        """
        if subject.name not in self._known:
            first = self._run(subject)
            if not subject.notes_outside and (why := first_difference(first.outcome, self._run(subject).outcome)):
                message = (
                    f"two undisturbed runs of {subject.name} differ: {why}. Give its sampling a seed, have its script "
                    "fix its own, and let it write the same files each time."
                )
                raise UnfitSubjectError(message)
            self._known[subject.name] = first
        return self._known[subject.name]

    @staticmethod
    def _run(subject: Subject) -> Result:
        result = run_once(subject, Plan("undisturbed", 0))
        faults = judge(result, result)
        if faults:
            message = f"the undisturbed run of {subject.name} is not in order: {'; '.join(faults)}"
            raise UnfitSubjectError(message)
        return result


def judge(result: Result, undisturbed: Result) -> tuple[str, ...]:
    """All that is off with a run, in words."""
    if result.trouble:
        return (result.trouble,)
    difference = first_difference(undisturbed.outcome, result.outcome)
    found = [f"it ended otherwise: {difference}"] if difference else []
    if result.exit_code != undisturbed.exit_code:
        found.append(f"the driver's exit code is {result.exit_code} instead of {undisturbed.exit_code}")
    found += result.accounts.faults
    found += [f"lost: {text}" for text in result.accounts.lost]
    found += [f"duplicated: {text}" for text in result.accounts.duplicated]
    found += [f"left behind: {text}" for text in result.orphans]
    return tuple(found)


def facts_of(undisturbed: Result) -> Facts:
    """What plans are drawn from."""
    return Facts(undisturbed.seconds, undisturbed.events)


def workers() -> int:
    """How many runs go on at a time: as many as there are cores for us, two at least."""
    return max(2, usable_cores())


def try_plans(
    subject: Subject, plans: Iterable[Plan], undisturbed: Result, done: Callable[[Judged], None]
) -> Iterator[Judged]:
    """Run a subject under each plan, as many at a time as the machine has cores.

    Args:
        subject: What to run.
        plans: One a run.
        undisturbed: What it must come to.
        done: Called after each run.
    """
    with ThreadPoolExecutor(max_workers=workers()) as pool:
        for future in as_completed([pool.submit(run_once, subject, plan) for plan in plans]):
            result = future.result()
            judged = Judged(result, judge(result, undisturbed))
            done(judged)
            yield judged


def try_scenario(
    scenario: Scenario,
    subject: Subject,
    points: int,
    seed: int,
    undisturbed: Undisturbed,
    done: Callable[[Judged], None],
) -> Tally:
    """Try a scenario with ``points`` plans.

    Raises:
        UnfitSubjectError: The undisturbed runs say nothing.
    """
    reference = undisturbed.of(subject)
    plans = [scenario.plan(seed, number, facts_of(reference)) for number in range(points)]
    return Tally(scenario.name, list(try_plans(subject, plans, reference, done)))
