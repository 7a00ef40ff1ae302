"""``SOBOL``: points spread evenly over the space, instead of drawn at random."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Self

from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError
from hyperstep.samplers.base import Observation, Point, Sampler
from hyperstep.samplers.definition import refuse_unknown, require_index, space_from_json, space_to_json
from hyperstep.samplers.seeding import keyed_generator, require_seed
from hyperstep.samplers.sobol_numbers import MAX_DIMENSIONS
from hyperstep.samplers.sobol_sequence import SobolSequence
from hyperstep.samplers.unrepeated import MadeInOrder, without_repetition
from hyperstep.search_space.space import SearchSpace


class SobolSampler(Sampler):
    """Maps the scrambled Sobol sequence through each distribution's quantiles.

    The point of a trial follows from the seed, the index and the space alone; a shorter sweep tries the beginning of a
    longer one. In a finite space points that came before are left out, and all are proposed in the end. A
    hyperparameter with one value takes no dimension; the others take theirs by their sorted names, so that the order
    in which the space is written decides that of a point's keys and nothing else.

    Args:
        space: What may be tried; at most 64 hyperparameters with more than one value.
        seed: Any whole number.

    Raises:
        InvalidInputError: The seed is not an int, or the space has too many dimensions.
    """

    name = "SOBOL"

    def __init__(self, space: SearchSpace, seed: int) -> None:
        require_seed(seed)
        self._by_name = space.by_name()
        self._axes = [name for name, distribution in self._by_name.items() if distribution.size != 1]
        if len(self._axes) > MAX_DIMENSIONS:
            rule = f"The Sobol sequence has {MAX_DIMENSIONS} dimensions, one a hyperparameter with more than one value."
            raise InvalidInputError(rule, received=len(self._axes), remedy="Fix some of them, or use RANDOM sampling.")
        self.space = space
        self.seed = seed
        self._sequence = SobolSequence(len(self._axes), seed)
        cells = (self._by_name.index_of(self._point(index)) for index in count())
        self._order = MadeInOrder(without_repetition(cells, space.size or 0, keyed_generator(seed, "rest")))

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Self:
        """The sampler that ``to_json`` wrote.

        Raises:
            InvalidInputError: The space or the seed is missing or breaks its rules; or another setting was given.
        """
        refuse_unknown(data, ("seed",))
        seed: int = data.get("seed")  # type: ignore[assignment]  # the constructor checks it
        return cls(space_from_json(data), seed)

    def propose(self, index: int, history: Sequence[Observation]) -> Point | None:
        """The point of trial ``index``, whatever the history; None after the last point of a finite space."""
        del history
        require_index(index)
        if self.space.size is None:
            return self._point(index)
        if index >= self.space.size:
            return None
        return self.space.arranged(self._by_name.point_at(self._order.at(index)))

    @property
    def size(self) -> int | None:
        """The number of points of the space; None when it is not finite."""
        return self.space.size

    def to_json(self) -> dict[str, Json]:
        """``{"name", "space", "order", "seed"}``."""
        return {**space_to_json(self.name, self.space), "seed": self.seed}

    def _point(self, index: int) -> Point:
        shares = dict(zip(self._axes, self._sequence.point(index), strict=True))
        return {name: distribution.quantile(shares.get(name, 0.5)) for name, distribution in self.space.items()}
