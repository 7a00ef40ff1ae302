"""``RANDOM``: points drawn from the space's distributions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError
from hyperstep.samplers.base import Observation, Point, Sampler
from hyperstep.samplers.definition import refuse_unknown, require_index, space_from_json, space_to_json
from hyperstep.samplers.seeding import keyed_generator, require_seed
from hyperstep.samplers.unrepeated import MadeInOrder, unrepeated_indices
from hyperstep.search_space.space import SearchSpace


class RandomSampler(Sampler):
    """Draws each trial's point from the space, without repetition where the space is finite.

    The point of a trial follows from the seed, the index and the space alone. In a finite space the list of points is
    one for all lengths: a shorter sweep tries its beginning. Of the order in which the space is written points take
    that of their keys, and nothing else.

    Args:
        space: What may be tried.
        seed: Any whole number.

    Raises:
        InvalidInputError: The seed is not an int.
    """

    name = "RANDOM"

    def __init__(self, space: SearchSpace, seed: int) -> None:
        require_seed(seed)
        self.space = space
        self.seed = seed
        self._by_name = space.by_name()
        self._order = MadeInOrder(unrepeated_indices(self._by_name, keyed_generator(seed)))

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Self:
        """The sampler that ``to_json`` wrote.

        Raises:
            InvalidInputError: The space or the seed is missing or breaks its rules; ``rule`` is not ``random``; or
                another setting was given.
        """
        refuse_unknown(data, ("seed", "rule"))
        if data.get("rule", "random") != "random":
            rule = "RANDOM sampling knows the rule 'random' only."
            remedy = "Leave the rule out; the quasi-random sequence of Sobol is the sampler SOBOL."
            raise InvalidInputError(rule, received=data["rule"], remedy=remedy)
        seed: int = data.get("seed")  # type: ignore[assignment]  # the constructor checks it
        return cls(space_from_json(data), seed)

    def propose(self, index: int, history: Sequence[Observation]) -> Point | None:
        """The point of trial ``index``, whatever the history; None after the last point of a finite space."""
        del history
        require_index(index)
        if self.space.size is None:
            return self.space.arranged(self._by_name.draw(keyed_generator(self.seed, index)))
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
