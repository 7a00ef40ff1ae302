"""``choice``: one of the listed options."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from random import Random

from hyperstep.digest import Json, canonical_json
from hyperstep.errors import InvalidInputError
from hyperstep.search_space.argument_checks import json_value
from hyperstep.search_space.chance import whole_below
from hyperstep.search_space.distribution import Distribution, Value


class Choice(Distribution):
    """Each entry of ``options`` is equally likely, so an option listed twice is drawn twice as often.

    Args:
        options: At least one JSON value.

    Raises:
        InvalidInputError: Not a list, empty, or an option that JSON cannot say.
    """

    name = "choice"
    argument_names = ("options",)
    ordered = False

    def __init__(self, options: Sequence[Value]) -> None:
        if not isinstance(options, list | tuple) or not options:
            rule = "choice takes one list of at least one option."
            raise InvalidInputError(rule, received=options, remedy='Write ["choice", [[first, second]]].')
        self.options = tuple(json_value("An option of choice", option) for option in options)

    def draw(self, generator: Random) -> Value:
        """One of the options."""
        return self.options[whole_below(generator, len(self.options))]

    def quantile(self, share: float) -> Value:
        """The options as listed, each with an equal part of [0, 1]."""
        return self.options[min(int(share * len(self.options)), len(self.options) - 1)]

    def share_of(self, value: Value) -> float:
        """The middle of the part that the option has where it is listed first.

        Raises:
            InvalidInputError: It is no option.
        """
        return (self._places[self.position(value)] + 0.5) / len(self.options)

    @property
    def size(self) -> int:
        """The number of different options."""
        return len(self._different)

    def value_at(self, position: int) -> Value:
        """The option at ``position``, duplicates left out."""
        return self._different[position]

    def position(self, value: Value) -> int:
        """Where the option stands, duplicates left out.

        Raises:
            InvalidInputError: It is no option.
        """
        if not self.contains(value):
            rule = "The value is one of the options."
            raise InvalidInputError(rule, received=value, remedy=f"Options: {self.values()!r}.")
        return self._positions[canonical_json(value)]

    def contains(self, value: Value) -> bool:
        """Whether it is an option, of the same JSON type."""
        return canonical_json(value) in self._positions

    def arguments(self) -> list[Json]:
        """``[options]``."""
        return [list(self.options)]

    @cached_property
    def _positions(self) -> dict[str, int]:
        keys = dict.fromkeys(canonical_json(option) for option in self.options)
        return {key: position for position, key in enumerate(keys)}

    @cached_property
    def _places(self) -> list[int]:
        """Where each different option is listed first."""
        first = {canonical_json(option): place for place, option in reversed(list(enumerate(self.options)))}
        return [first[key] for key in self._positions]

    @cached_property
    def _different(self) -> list[Value]:
        first = {canonical_json(option): option for option in reversed(self.options)}
        return [first[key] for key in self._positions]
