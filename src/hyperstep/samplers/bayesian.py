"""``BayesianOptimization``: points chosen by what earlier trials reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Self

from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError
from hyperstep.records.goal import Goal
from hyperstep.samplers.base import Observation, Point, Sampler
from hyperstep.samplers.definition import refuse_unknown, require_index, space_from_json, space_to_json
from hyperstep.samplers.history import Excerpt, History, as_history
from hyperstep.samplers.seeding import keyed_generator, require_seed
from hyperstep.samplers.tpe import Coordinates, ParzenModel, Tried
from hyperstep.samplers.unrepeated import shuffled
from hyperstep.search_space.distribution import Distribution
from hyperstep.search_space.space import SearchSpace

STARTUP_TRIALS = 10
"""Until as many trials have ended with a usable value, points are drawn at random."""
TOLD = Excerpt(best=50, recent=300, pending=100)
"""What the model is told at most.

So that a point after 10,000 trials takes less than twice what it takes after 100; with 500 recent ones it took 2.2 to
2.7 times as long. On three test functions, 700 trials and 6 seeds, 300 did as well as 500 on two, and a little worse on
one.
"""
MAX_CATEGORIES = 1000
"""A choice of more options is modelled as if neighbours in its list were alike."""
MAX_REPEATS = 5
"""In a finite space: after as many suggestions that were tried already, a point near the first one is taken."""
MAX_CANDIDATES = 100
"""Among as many untried points that one is sought."""
_SEED_BITS = 32


class BayesianSampler(Sampler):
    """Suggests points by the tree-structured Parzen estimator (see ``tpe``), of which it draws the first ten at random.

    Every proposal is computed anew from the seed, the index and the history, for the same versions of Optuna and NumPy.
    Trials that have not ended are taken into account as pending; trials that ended without a usable value only count
    as tried. What one proposal costs does not grow with the history: see ``TOLD``.

    Each hyperparameter is modelled by its share of draws, so the model starts from the distributions as given; the
    options of a choice are categories. Everything goes by sorted names: the order in which the space is written decides
    that of a point's keys and nothing else.

    Args:
        space: What may be tried. In a finite space no point is proposed twice.
        seed: Any whole number.
        goal: Which way the primary metric is to go.

    Raises:
        InvalidInputError: The seed is not an int.
    """

    name = "BayesianOptimization"
    uses_history = True

    def __init__(self, space: SearchSpace, seed: int, goal: Goal) -> None:
        require_seed(seed)
        self.space = space
        self.seed = seed
        self.goal: Goal = goal
        self._by_name = space.by_name()
        self._axes = {name: _categories(axis) for name, axis in self._by_name.items() if axis.size != 1}
        self._model: ParzenModel | None = None
        self._lineage: object = None
        """Of the history that the following three are of."""
        self._looked_at = 0
        self._tried: set[int] = set()
        """Grid indices of the first ``_looked_at`` points."""
        self._places: dict[int, Coordinates] = {}
        """Of the trials that the model was told of last, by their numbers."""

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Self:
        """The sampler that ``to_json`` wrote.

        Raises:
            InvalidInputError: The space, the seed or the goal is missing or breaks its rules; or another setting was
                given.
        """
        refuse_unknown(data, ("seed", "goal"))
        goals = {goal.value: goal for goal in Goal}
        goal = data.get("goal")
        if not isinstance(goal, str) or goal not in goals:
            rule = "BayesianOptimization needs the goal of the primary metric."
            raise InvalidInputError(rule, received=goal, remedy=f"Give goal as one of: {', '.join(goals)}.")
        seed: int = data.get("seed")  # type: ignore[assignment]  # the constructor checks it
        return cls(space_from_json(data), seed, goals[goal])

    def propose(self, index: int, history: Sequence[Observation]) -> Point | None:
        """The point of trial ``index``; None when every point of a finite space has been tried."""
        require_index(index)
        seen = as_history(history)
        self._keep_what_holds_for(seen)
        suggestions = self._suggestions(index, seen)
        if self.space.size is None:
            return self.space.arranged(next(suggestions))
        tried = self._cells(seen)
        if max(index, len(tried)) >= self.space.size:
            return None
        return self.space.arranged(self._untried(suggestions, tried, index))

    def foreign_to(self, point: Point) -> str:
        """The first hyperparameter that only one of space and ``point`` has, or whose value is none of the space's."""
        for name in dict.fromkeys([*self.space, *point]):
            if name not in self.space or name not in point or not self.space[name].contains(point[name]):
                return str(name)
        return ""

    @property
    def size(self) -> int | None:
        """The number of points of the space; None when it is not finite."""
        return self.space.size

    def to_json(self) -> dict[str, Json]:
        """``{"name", "space", "order", "seed", "goal"}``."""
        return {**space_to_json(self.name, self.space), "seed": self.seed, "goal": self.goal.value}

    def _keep_what_holds_for(self, history: History) -> None:
        lineage = history.lineage
        if lineage is not self._lineage or len(history) < self._looked_at:
            self._lineage, self._looked_at, self._tried, self._places = lineage, 0, set(), {}

    def _suggestions(self, index: int, history: History) -> Iterator[Point]:
        """Points without end, keys in any order, the best one first; what has been tried is not left out."""
        generator = keyed_generator(self.seed, index)
        told = history.excerpt(TOLD, self.goal)
        if sum(observation.ended for observation in told) < STARTUP_TRIALS:
            while True:
                yield self._by_name.draw(generator)
        places = self._places
        self._places = {seen.index: places.get(seen.index) or self._coordinates(seen.point) for seen in told}
        tried = {seen.index: Tried(self._places[seen.index], seen.best if seen.ended else None) for seen in told}
        self._model = self._model or ParzenModel(self._axes, self.goal)
        yield from map(self._point, self._model.suggestions(tried, generator.getrandbits(_SEED_BITS)))

    def _untried(self, suggestions: Iterator[Point], tried: set[int], index: int) -> Point:
        """The first suggestion that was not tried; failing that, the nearest to the first of some untried points."""
        first = next(suggestions)
        for point in (first, *islice(suggestions, MAX_REPEATS - 1)):
            if self._by_name.index_of(point) not in tried:
                return point
        order = shuffled(self.space.size or 0, keyed_generator(self.seed, index, "untried"))
        cells = islice((cell for cell in order if cell not in tried), MAX_CANDIDATES)
        target = self._coordinates(first)
        return min(
            map(self._by_name.point_at, cells), key=lambda point: self._distance(self._coordinates(point), target)
        )

    def _cells(self, history: History) -> set[int]:
        """Grid indices of the points tried; those known from an earlier call are not looked up again."""
        self._tried.update(self._by_name.index_of(seen.point) for seen in history[self._looked_at :])
        self._looked_at = len(history)
        return self._tried

    def _coordinates(self, point: Point) -> Coordinates:
        axes = ((name, self.space[name], categories) for name, categories in self._axes.items())
        return {
            name: axis.share_of(point[name]) if categories is None else axis.position(point[name])
            for name, axis, categories in axes
        }

    def _point(self, coordinates: Coordinates) -> Point:
        return {name: self._value(name, axis, coordinates) for name, axis in self.space.items()}

    def _value(self, name: str, axis: Distribution, coordinates: Coordinates) -> Json:
        if name not in coordinates:
            return axis.value_at(0)
        place = coordinates[name]
        return axis.quantile(place) if self._axes[name] is None else axis.value_at(int(place))

    def _distance(self, left: Coordinates, right: Coordinates) -> float:
        """Squared; two different categories are as far apart as the ends of an ordered axis."""
        return sum(
            (left[name] - right[name]) ** 2 if categories is None else float(left[name] != right[name])
            for name, categories in self._axes.items()
        )


def _categories(distribution: Distribution) -> int | None:
    """How many categories it has; None where it is modelled as ordered."""
    size = distribution.size
    return None if distribution.ordered or size is None or size > MAX_CATEGORIES else size
