"""What can befall a run: each scenario draws the plans of its runs by chance, that is by a seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hyperstep.testing.faults.plan import HITS_STARTS, HITS_TRIALS, Fault, FaultKind, Plan, When
from hyperstep.testing.faults.subject import Subject, shipped_pipeline, shipped_sweep

MAX_HITS = 2
"""A trial that is lost more often than it is tried again (twice) fails: no plan goes that far."""
_HOUR_S = 3600.0
_OF_STORAGE = {FaultKind.FULL_DISK, FaultKind.SLOW_STORAGE}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the undisturbed run."""

    seconds: float
    events: int


Draw = Callable[[random.Random, Facts], tuple[Fault, ...]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A kind of misfortune."""

    name: str
    words: str
    subject: Subject
    """The shipped one; the user's own takes its place when there is one."""
    draw: Draw
    variables: Callable[[random.Random, Facts], Mapping[str, str]] = lambda _chance, _facts: {}
    shipped_only: bool = False
    """It is about what the shipped script does."""
    needs_disk: bool = False
    """It needs the right to mount a small disk."""

    def plan(self, seed: int, number: int, facts: Facts) -> Plan:
        """The plan of one run."""
        chance = random.Random(f"{self.name}/{seed}/{number}")  # noqa: S311 - to be repeated, not to be secret
        return Plan(self.name, seed, number, self.draw(chance, facts), dict(self.variables(chance, facts)))


def sometime(chance: random.Random, facts: Facts) -> When:
    """Any moment between the submission and the end, by the clock or by the log."""
    if facts.events and chance.random() < 0.5:
        return When(event=chance.randint(1, facts.events), after_s=chance.uniform(0, 0.02))
    return When(after_s=chance.uniform(0, facts.seconds))


def one_to_three(kind: FaultKind, *, most: int = 3) -> Draw:
    """The same fault up to ``most`` times."""

    def draw(chance: random.Random, facts: Facts) -> tuple[Fault, ...]:
        return tuple(Fault(kind, sometime(chance, facts)) for _ in range(chance.randint(1, most)))

    return draw


def lasting(kind: FaultKind, longest_s: float) -> Draw:
    """A fault that lasts up to ``longest_s`` seconds."""

    def draw(chance: random.Random, facts: Facts) -> tuple[Fault, ...]:
        return (Fault(kind, sometime(chance, facts), lasts_s=chance.uniform(0.05, longest_s)),)

    return draw


def kills_of_trials(chance: random.Random, _facts: Facts) -> tuple[Fault, ...]:
    """A trial early or late in one attempt, perhaps again in the next."""
    trial = chance.randrange(4)
    moments = [chance.uniform(0, 0.1) for _ in range(chance.randint(1, MAX_HITS))]
    return tuple(Fault(FaultKind.KILL_TRIAL, When(trial=trial, attempt=n, after_s=s)) for n, s in enumerate(moments))


def kills_of_anything(chance: random.Random, facts: Facts) -> tuple[Fault, ...]:
    """Runners as often as it likes, and twice what may cost a trial."""
    soft = [kind for kind in FaultKind if kind not in HITS_TRIALS | HITS_STARTS | _OF_STORAGE]
    hard = sorted(HITS_TRIALS | HITS_STARTS, key=lambda kind: kind.name)
    kinds = chance.choices(hard, k=chance.randint(0, MAX_HITS)) + chance.choices(soft, k=chance.randint(1, 2))
    return tuple(Fault(kind, sometime(chance, facts), lasts_s=chance.uniform(0.05, 0.5)) for kind in kinds)


def clock_jumps(chance: random.Random, facts: Facts) -> Mapping[str, str]:
    """Back or forth, by up to a day, while the runner lives."""
    by_s = chance.choice([-24, -1, 1, 24]) * _HOUR_S * chance.random()
    return {"FAULTS_CLOCK": f"{chance.uniform(0, facts.seconds):.3f}:{by_s:.3f}"}


def little_room(_chance: random.Random, _facts: Facts) -> Mapping[str, str]:
    """A small disk will do."""
    return {"HYPERSTEP_MIN_FREE_MB": "2"}


def sometimes_a_kill(chance: random.Random, facts: Facts) -> tuple[Fault, ...]:
    """A kill of the runner in every other run."""
    return (Fault(FaultKind.KILL_RUNNER, sometime(chance, facts)),) if chance.random() < 0.5 else ()


_SWEEP = shipped_sweep()
_HANGING = shipped_sweep("sweep with a hanging trial", variables={"FAULTS_HANG": "1"}, trials=3, limit_s=4, grace_s=0.5)
_ODD = shipped_sweep("sweep with odd metrics", variables={"FAULTS_ODD": "1"})
_PARENTS = shipped_sweep("sweep that leaves children", variables={"FAULTS_CHILD": "1"})
_WARM = shipped_sweep("sweep of many trials", trials=24)
_UNORDERED = shipped_sweep("sweep that is not deterministic", deterministic=0, policy="none")

SCENARIOS = (
    Scenario("runner", "kill -9 of the runner, once to three times", _SWEEP, one_to_three(FaultKind.KILL_RUNNER)),
    Scenario(
        "host",
        "kill -9 of the trial host, which must cost no attempt",
        _SWEEP,
        one_to_three(FaultKind.KILL_HOST, most=MAX_HITS),
    ),
    Scenario(
        "keeper",
        "kill -9 of the trial host and of its keeper",
        _SWEEP,
        one_to_three(FaultKind.KILL_HOST_AND_KEEPER, most=MAX_HITS),
    ),
    Scenario(
        "server",
        "kill -9 of the warm servers, from which trials are forked",
        _WARM,
        one_to_three(FaultKind.KILL_SERVER, most=MAX_HITS),
    ),
    Scenario("trial", "kill -9 of a trial, also of its next attempt", _SWEEP, kills_of_trials),
    Scenario("all", "kill -9 of all of them at once", _SWEEP, one_to_three(FaultKind.KILL_ALL, most=MAX_HITS)),
    Scenario("sleep", "SIGSTOP of the runner, SIGCONT later", _SWEEP, lasting(FaultKind.STOP_RUNNER, 1.0)),
    Scenario("fence", "a stopped runner wakes after a takeover", _SWEEP, lasting(FaultKind.FENCE_RUNNER, 0.5)),
    Scenario("trial-sleep", "SIGSTOP of a trial, SIGCONT later", _SWEEP, lasting(FaultKind.STOP_TRIAL, 0.5)),
    Scenario("mixed", "any of these, several in a run", _UNORDERED, kills_of_anything),
    Scenario(
        "pipeline", "any of these, in a pipeline with a step after the sweep", shipped_pipeline(), kills_of_anything
    ),
    Scenario("children", "any of these; trials leave children in sessions of their own", _PARENTS, kills_of_anything),
    Scenario(
        "odd-metrics",
        "NaN, infinity, None, text and garbage lines; the runner is killed",
        _ODD,
        one_to_three(FaultKind.KILL_RUNNER),
        shipped_only=True,
    ),
    Scenario(
        "hung",
        "a trial ignores SIGTERM and must meet its limit; runner or host are killed",
        _HANGING,
        kills_of_anything,
        shipped_only=True,
    ),
    Scenario(
        "slow",
        "others hold the records' lock, the runner is stopped in pulses",
        _SWEEP,
        lasting(FaultKind.SLOW_STORAGE, 2.0),
    ),
    Scenario("clock", "the runner's clock jumps; the runner is killed", _SWEEP, sometimes_a_kill, clock_jumps),
    Scenario(
        "full-disk",
        "the disk is full for a while",
        _SWEEP,
        lasting(FaultKind.FULL_DISK, 2.0),
        little_room,
        shipped_only=True,
        needs_disk=True,
    ),
)


def find_scenarios(names: list[str]) -> list[Scenario]:
    """Those of these names, or all.

    Raises:
        KeyError: There is none of a name.
    """
    known = {scenario.name: scenario for scenario in SCENARIOS}
    return [known[name] for name in names] if names else list(SCENARIOS)
