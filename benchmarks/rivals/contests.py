"""What is measured, and how a figure is read from a run that was watched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from contenders import Contender
from watching import Watched

CONCURRENT = 2
QUICK_SHARE = 10
"""By which everybody is given fewer values in a quick round."""
SLOW_TRIALS = 8
"""What a contender that looks every few seconds is given."""


@dataclass(frozen=True)
class Contest:
    """One of them."""

    name: str
    title: str
    script: str
    """See ``scripts``."""
    figure: Callable[[Watched, Contender, Contest], float]
    unit: str
    more_is_better: bool
    trials: int
    quick_trials: int
    points: int = 0
    """Values that each trial reports, of a contender that is given all."""
    stop_below: float | None = None
    rounds: int = 5
    others_trials: int | None = None
    """How many trials all but ours are given; None for as many."""

    def trials_of(self, contender: Contender, *, quick: bool) -> int:
        """How many trials a contender runs."""
        trials = self.trials if contender.ours or self.others_trials is None else self.others_trials
        trials = min(trials, self.quick_trials) if quick else trials
        return min(trials, SLOW_TRIALS) if contender.slow else trials

    def points_of(self, contender: Contender, *, quick: bool) -> int:
        """How many values each trial reports."""
        return self.points // contender.fewer // (QUICK_SHARE if quick else 1)


def rate(run: Watched, contender: Contender, contest: Contest) -> float:
    """Trials a second, once it runs."""
    del contender, contest
    return run.rate(CONCURRENT)


def ingest(run: Watched, contender: Contender, contest: Contest) -> float:
    """Values a second, from the first trial's begin until the contender has all: its end, where reports do not wait."""
    del contest
    until = run.times("end")[-1] if contender.waits else run.ended
    return run.values / (until - run.times("start")[0])


def stop(run: Watched, contender: Contender, contest: Contest) -> float:
    """Milliseconds from a bad value to the end of its process, median."""
    del contender, contest
    return run.stop_delay_s() * 1e3


def growth(run: Watched, contender: Contender, contest: Contest) -> float:
    """How much longer the last hundred trials took than the second hundred."""
    del contender, contest
    ends = run.times("end")
    return (ends[-1] - ends[-101]) / (ends[199] - ends[99])


def cold(run: Watched, contender: Contender, contest: Contest) -> float:
    """Milliseconds from the start of the command to the first line of the script."""
    del contender, contest
    return (run.times("start")[0] - run.began) * 1e3


def processor(run: Watched, contender: Contender, contest: Contest) -> float:
    """Milliseconds of processor time a trial of what is not a trial, start and end included."""
    del contender, contest
    return run.processor_s * 1e3 / len(run.times("end"))


def memory(run: Watched, contender: Contender, contest: Contest) -> float:
    """Megabytes at most of what is not a trial."""
    del contender, contest
    return run.peak_mb


CONTESTS = (
    Contest("trivial", "1. Trivial scripts", "trivial", rate, "trials/s", True, 300, 30),
    Contest("libraries", "2. Scripts with scikit-learn, pandas", "libraries", rate, "trials/s", True, 24, 8),
    Contest("ingest", "3. Metric ingest", "ingest", ingest, "values/s", True, 2, 2, points=100_000),
    Contest("stop", "4. Bad value to dead process", "stop", stop, "ms", False, 21, 6, stop_below=0.5),
    Contest(
        "growth",
        "5. Last 100 trials of all, against 101-200",
        "trivial",
        growth,
        "x",
        False,
        10_000,
        400,
        rounds=1,  # a figure is a ratio of hundreds of trials to as many of the same run
        others_trials=1_000,
    ),
    Contest("cold", "6. Command to first line", "trivial", cold, "ms", False, 2, 2),
    Contest("threads", "8. Scripts that take all cores", "threads", rate, "trials/s", True, 8, 4),
)
BESIDE = {
    "trivial": (
        Contest("processor", "7. Driver's processor time a trial", "", processor, "ms", False, 0, 0),
        Contest("memory", "7. Driver's memory", "", memory, "MB", False, 0, 0),
    )
}
"""Read from the same runs."""
