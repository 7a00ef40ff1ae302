"""How long one proposal takes when 100, 1,000 and 10,000 trials have ended: ``python benchmarks/sampler_growth.py``.

Prints milliseconds a proposal, the median of some, for each sampler over a space that has no end and over a finite one.
The history is the view that the sweep's controller hands over, with 8 trials running beside those that ended.
"""

from __future__ import annotations

from statistics import median
from time import perf_counter

from hyperstep import samplers
from hyperstep.digest import Json
from hyperstep.policies.cohort import Cohort
from hyperstep.records.goal import Goal
from hyperstep.records.status import RunStatus
from hyperstep.samplers.base import Sampler
from hyperstep.samplers.random import RandomSampler
from hyperstep.search_space.space import SearchSpace
from hyperstep.sweep.history import History
from hyperstep.sweep.trial_state import TrialState

LENGTHS = (100, 1_000, 10_000)
RUNNING = 8
REPETITIONS = 15
UNBOUNDED: dict[str, Json] = {
    "rate": ["loguniform", [-9, 0]],
    "momentum": ["uniform", [0, 1]],
    "decay": ["normal", [0, 1]],
    "layers": ["quniform", [1, 30, 1]],
    "units": ["randint", [1000]],
    "solver": ["choice", [["sgd", "adam", "lbfgs"]]],
}
FINITE: dict[str, Json] = {name: UNBOUNDED[name] for name in ("layers", "units", "solver")}
SAMPLERS: dict[str, dict[str, Json]] = {
    "RANDOM": {"seed": 1},
    "SOBOL": {"seed": 1},
    "GRID": {},
    "BayesianOptimization": {"seed": 1, "goal": "minimize"},
}


def history(space: SearchSpace, ended: int) -> History:
    """A sweep's trials with random points and made-up values."""
    generator, cohort, trials = RandomSampler(space, 7), Cohort(Goal.MINIMIZE), list[TrialState]()
    for index in range(ended + RUNNING):
        trial = TrialState(index, generator.propose(index, ()) or {})
        if index < ended:
            trial.status = RunStatus.COMPLETED
            cohort.report(index, float((index * 7919) % 10_007))
        trials.append(trial)
    return History(trials, cohort)


def milliseconds(sampler: Sampler, seen: History) -> float:
    """Median time of a proposal; the first, which fills caches, does not count."""
    times = []
    for _ in range(REPETITIONS + 1):
        start = perf_counter()
        sampler.propose(len(seen), seen)
        times.append((perf_counter() - start) * 1_000)
    return median(times[1:])


def main() -> None:
    """Print the table."""
    print(f"{'ms per proposal':32}" + "".join(f"{length:>10,}" for length in LENGTHS))
    for kind, expressions in (("unbounded", UNBOUNDED), ("finite", FINITE)):
        space = SearchSpace.from_json(expressions)
        histories = [history(space, length) for length in LENGTHS]
        for name, settings in SAMPLERS.items():
            if name == "GRID" and kind == "unbounded":
                continue
            sampler = samplers.from_json({"name": name, "space": expressions, **settings})
            row = "".join(f"{milliseconds(sampler, seen):10.2f}" for seen in histories)
            print(f"{name:22}{kind:10}" + row)


if __name__ == "__main__":
    main()
