"""``RANDOM``: points drawn from the space's distributions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from itertools import islice
from random import Random
from typing import Self

from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError, UnsupportedError
from hyperstep.samplers.base import Observation, Point, Sampler
from hyperstep.samplers.definition import refuse_unknown, require_index, space_from_json, space_to_json
from hyperstep.samplers.unrepeated import unrepeated_indices
from hyperstep.search_space.space import SearchSpace


class RandomSampler(Sampler):
    """Draws each trial's point from the space, without repetition where the space is finite.

    The point of a trial follows from the seed, the index and the space alone. In a finite space the list of points is
    one for all lengths: a shorter sweep tries its beginning.

    Args:
        space: What may be tried.
        seed: Any whole number.

    Raises:
        InvalidInputError: The seed is not an int.
    """

    name = "RANDOM"

    def __init__(self, space: SearchSpace, seed: int) -> None:
        if type(seed) is not int:
            rule = "A seed is a whole number."
            raise InvalidInputError(rule, received=seed, remedy="Give it as an int.")
        self.space = space
        self.seed = seed
        self._taken: list[int] = []
        self._rest = unrepeated_indices(space, _generator(f"{seed}"))

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Self:
        """The sampler that ``to_json`` wrote.

        Raises:
            InvalidInputError: The space or the seed is missing or breaks its rules; or another setting was given.
            UnsupportedError: ``rule`` names another sequence than ``random``.
        """
        refuse_unknown(data, ("seed", "rule"))
        if data.get("rule", "random") != "random":
            rule = "RANDOM sampling knows the rule 'random' only; quasi-random sequences are not built yet."
            raise UnsupportedError(rule, received=data["rule"], remedy="Leave the rule out.")
        seed: int = data.get("seed")  # type: ignore[assignment]  # the constructor checks it
        return cls(space_from_json(data), seed)

    def propose(self, index: int, history: Sequence[Observation]) -> Point | None:
        """The point of trial ``index``, whatever the history; None after the last point of a finite space."""
        del history
        require_index(index)
        if self.space.size is None:
            return self.space.draw(_generator(f"{self.seed}:{index}"))
        if index >= self.space.size:
            return None
        self._taken.extend(islice(self._rest, max(0, index + 1 - len(self._taken))))
        return self.space.point_at(self._taken[index])

    @property
    def size(self) -> int | None:
        """The number of points of the space; None when it is not finite."""
        return self.space.size

    def to_json(self) -> dict[str, Json]:
        """``{"name", "space", "order", "seed"}``."""
        return {**space_to_json(self.name, self.space), "seed": self.seed}


def _generator(key: str) -> Random:
    """A generator of its own for each key, the same in every process and Python version."""
    return Random(int.from_bytes(hashlib.sha256(key.encode("ascii")).digest()))  # noqa: S311 - no secret is made
