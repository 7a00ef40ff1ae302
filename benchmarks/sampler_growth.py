"""What one proposal costs when 100, 1,000 and 10,000 trials have ended: ``python benchmarks/sampler_growth.py``.

Prints milliseconds of processor time a proposal, the median of some taken in turn, and the ratio of the longest history
to the shortest, for each sampler over a space that has no end, a finite one, and a grid of 10**12 points. The history
is the view that the sweep's controller hands over, with 8 trials running beside those that ended.
"""

from __future__ import annotations

from statistics import median
from time import process_time

from hyperstep import samplers
from hyperstep.digest import Json
from hyperstep.policies.cohort import Cohort
from hyperstep.records.goal import Goal
from hyperstep.records.status import RunStatus
from hyperstep.samplers.base import Sampler
from hyperstep.samplers.random import RandomSampler
from hyperstep.search_space.space import SearchSpace
from hyperstep.sweep.config import Limits
from hyperstep.sweep.history import SweepHistory, learn
from hyperstep.sweep.instructions import EndTrial
from hyperstep.sweep.state import SweepState
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
SPACES: dict[str, dict[str, Json]] = {
    "unbounded": UNBOUNDED,
    "finite": {name: UNBOUNDED[name] for name in ("layers", "units", "solver")},
    "10**12": {f"digit {place}": ["randint", [10]] for place in range(12)},
}
SAMPLERS: dict[str, dict[str, Json]] = {
    "RANDOM": {"seed": 1},
    "SOBOL": {"seed": 1},
    "GRID": {},
    "BayesianOptimization": {"seed": 1, "goal": "minimize"},
}


def history(space: SearchSpace, ended: int) -> SweepHistory:
    """A sweep's trials with random points and made-up values."""
    generator, state = RandomSampler(space, 7), SweepState(Limits(ended + RUNNING, RUNNING), Cohort(Goal.MINIMIZE))
    for index in range(ended + RUNNING):
        trial = TrialState(index, generator.propose(index, ()) or {})
        state.trials.append(trial)
        if index < ended:
            trial.status = RunStatus.COMPLETED
            state.cohort.report(index, float((index * 7919) % 10_007))
            learn(state, [EndTrial(index, trial.status, "")])
        else:
            state.occupied[index] = None
    return SweepHistory(state)


def take_turns(asked: list[Sampler], histories: list[SweepHistory]) -> list[float]:
    """Median milliseconds of processor time of a proposal for each history, in turn; the first one fills caches."""
    times: list[list[float]] = [[] for _ in histories]
    for _ in range(REPETITIONS + 1):
        for taken, sampler, seen in zip(times, asked, histories, strict=True):
            start = process_time()
            sampler.propose(len(seen), seen)
            taken.append((process_time() - start) * 1_000)
    return [median(taken[1:]) for taken in times]


def main() -> None:
    """Print the table."""
    print(f"{'ms per proposal':32}" + "".join(f"{length:>10,}" for length in LENGTHS) + f"{'ratio':>10}")
    for kind, expressions in SPACES.items():
        space = SearchSpace.from_json(expressions)
        histories = [history(space, length) for length in LENGTHS]
        for name, settings in SAMPLERS.items():
            if name == "GRID" and space.size is None:
                continue
            definition: Json = {"name": name, "space": expressions, **settings}
            taken = take_turns([samplers.from_json(definition) for _ in histories], histories)
            row = "".join(f"{each:10.3f}" for each in taken)
            print(f"{name:22}{kind:10}{row}{taken[-1] / taken[0]:10.2f}", flush=True)


if __name__ == "__main__":
    main()
