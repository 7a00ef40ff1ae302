"""``GRID``: every point of a finite space once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError
from hyperstep.samplers.base import Observation, Point, Sampler
from hyperstep.samplers.definition import refuse_unknown, require_index, space_from_json, space_to_json
from hyperstep.search_space.space import SearchSpace


class GridSampler(Sampler):
    """Goes through the grid: hyperparameters as written, the last varies fastest. Equal options count once.

    Args:
        space: Finite; any size, as no more than the asked point is made.

    Raises:
        InvalidInputError: The space is not finite.
    """

    name = "GRID"
    order_counts = True

    def __init__(self, space: SearchSpace) -> None:
        if space.size is None:
            unlisted = [name for name, distribution in space.items() if distribution.size is None]
            rule = "A grid needs a finite list of values for every hyperparameter."
            raise InvalidInputError(rule, received=unlisted, remedy="Use choice for these, or RANDOM sampling.")
        self.space = space
        self._size = space.size

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Self:
        """The sampler that ``to_json`` wrote.

        Raises:
            InvalidInputError: The space is missing, breaks its rules or is not finite; or a setting was given.
        """
        refuse_unknown(data, ())
        return cls(space_from_json(data))

    def propose(self, index: int, history: Sequence[Observation]) -> Point | None:
        """Point ``index`` of the grid, whatever the history; None after the last."""
        del history
        require_index(index)
        return self.space.point_at(index) if index < self._size else None

    @property
    def size(self) -> int:
        """The number of points of the grid."""
        return self._size

    def to_json(self) -> dict[str, Json]:
        """``{"name", "space", "order"}``."""
        return space_to_json(self.name, self.space)
