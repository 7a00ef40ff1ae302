"""A search space: a distribution for each hyperparameter, in the order written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from random import Random

from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError
from hyperstep.search_space.distribution import Distribution, Value
from hyperstep.search_space.expression import distribution_from_json


class SearchSpace(Mapping[str, Distribution]):
    """What may be tried. Frozen; iterates over the names in the order written.

    Args:
        distributions: One for each hyperparameter; empty is allowed and holds one point, the empty one.

    Raises:
        InvalidInputError: A name is not text, or empty.
    """

    def __init__(self, distributions: Mapping[str, Distribution]) -> None:
        for name in distributions:
            _check_name(name)
        self._distributions = dict(distributions)
        sizes = [distribution.size for distribution in self._distributions.values()]
        finite = [size for size in sizes if size is not None]
        self.size: int | None = prod(finite) if len(finite) == len(sizes) else None
        """How many different points there are; None when a distribution has no finite list of values."""

    @classmethod
    def from_json(cls, data: Json, order: Sequence[str] | None = None) -> SearchSpace:
        """The space that ``to_json`` wrote.

        Args:
            data: A v1 expression, or a bare constant, for each name.
            order: The names in the order written; needed when the keys of ``data`` may have been sorted since.

        Raises:
            InvalidInputError: Not a mapping, an expression that breaks its rules, or an order with other names.
        """
        if not isinstance(data, Mapping):
            rule = "A search space maps each hyperparameter's name to an expression."
            raise InvalidInputError(rule, received=data, remedy='Write for example {"lr": ["uniform", [0, 1]]}.')
        names = list(data) if order is None else list(order)
        if len(names) != len(data) or set(names) != set(data):
            rule = "The order of a search space holds each of its names once."
            raise InvalidInputError(rule, received=names, remedy=f"Names: {', '.join(map(str, data))}.")
        return cls({name: _named_distribution(name, data[name]) for name in names})

    def to_json(self) -> dict[str, Json]:
        """A v1 expression, or a bare constant, for each name."""
        return {name: distribution.to_json() for name, distribution in self.items()}

    def by_name(self) -> SearchSpace:
        """The same space, its names sorted: one for all orders in which it may have been written."""
        return SearchSpace(dict(sorted(self._distributions.items())))

    def arranged(self, point: Mapping[str, Value]) -> dict[str, Value]:
        """A point of the space with its keys in the order written."""
        return {name: point[name] for name in self}

    def draw(self, generator: Random) -> dict[str, Value]:
        """One point. Uses only ``generator`` for chance, hyperparameter after hyperparameter."""
        return {name: distribution.draw(generator) for name, distribution in self.items()}

    def point_at(self, index: int) -> dict[str, Value]:
        """Point ``index`` (from 0) of the grid: the last hyperparameter varies fastest.

        Raises:
            InvalidInputError: The space is not finite, or has no such index.
        """
        self._check_index(index)
        point: dict[str, Value] = {}
        for name, distribution in reversed(self._distributions.items()):
            index, position = divmod(index, distribution.size or 1)
            point[name] = distribution.value_at(position)
        return self.arranged(point)

    def index_of(self, point: Mapping[str, Value]) -> int:
        """Where ``point`` stands in the grid: the inverse of ``point_at``.

        Raises:
            InvalidInputError: The space is not finite, or the point is not in it.
        """
        if not self.contains(point):
            rule = f"The point is one of the space {self!r}."
            raise InvalidInputError(rule, received=dict(point))
        index = 0
        for name, distribution in self.items():
            index = index * (distribution.size or 1) + distribution.position(point[name])
        return index

    def contains(self, point: Mapping[str, Value]) -> bool:
        """Whether ``point`` has exactly these hyperparameters, each with a value that could have been drawn."""
        return point.keys() == self.keys() and all(self[name].contains(point[name]) for name in self)

    def __getitem__(self, name: str) -> Distribution:
        return self._distributions[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._distributions)

    def __len__(self) -> int:
        return len(self._distributions)

    def __repr__(self) -> str:
        return f"SearchSpace({self._distributions!r})"

    def _check_index(self, index: int) -> None:
        if self.size is None:
            unlisted = [name for name, distribution in self.items() if distribution.size is None]
            rule = "Only a finite space has a grid."
            remedy = f"Use choice, randint or a coarser q for {', '.join(unlisted)}."
            raise InvalidInputError(rule, received=self, remedy=remedy)
        if not 0 <= index < self.size:
            rule = f"An index of the grid is from 0 to {self.size - 1}."
            raise InvalidInputError(rule, received=index)


def _check_name(name: object) -> None:
    if not isinstance(name, str) or not name:
        rule = "The name of a hyperparameter is text of at least one character."
        raise InvalidInputError(rule, received=name, remedy="Name it as the script's argument.")


def _named_distribution(name: str, data: Json) -> Distribution:
    try:
        return distribution_from_json(data)
    except InvalidInputError as error:
        rule = f"Hyperparameter {name!r}: {error}"
        raise InvalidInputError(rule) from error
