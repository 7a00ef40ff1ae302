"""A bare value in a space: always the same."""

from __future__ import annotations

from random import Random

from hyperstep.digest import Json, canonical_json
from hyperstep.errors import InvalidInputError
from hyperstep.search_space.argument_checks import json_value
from hyperstep.search_space.distribution import Distribution, Value


class Constant(Distribution):
    """One value, passed through to every trial.

    Args:
        value: Any JSON value but a list, which would read as an expression.

    Raises:
        InvalidInputError: A list, or a value that JSON cannot say.
    """

    name = "constant"
    argument_names = ("value",)

    def __init__(self, value: Value) -> None:
        if isinstance(value, list | tuple):
            rule = "A list in a search space is an expression such as [name, [arguments]]."
            raise InvalidInputError(rule, received=value, remedy='For one fixed list write ["choice", [[the_list]]].')
        self.value = json_value("A constant", value)

    def draw(self, generator: Random) -> Value:
        """The value; ``generator`` is left alone."""
        del generator
        return self.value

    def quantile(self, share: float) -> Value:
        """The value, whatever the share."""
        del share
        return self.value

    def share_of(self, value: Value) -> float:
        """The middle, 0.5."""
        del value
        return 0.5

    @property
    def size(self) -> int:
        """1."""
        return 1

    def value_at(self, position: int) -> Value:
        """The value."""
        del position
        return self.value

    def position(self, value: Value) -> int:
        """0.

        Raises:
            InvalidInputError: It is another value.
        """
        if not self.contains(value):
            rule = f"The value is the constant {self.value!r}."
            raise InvalidInputError(rule, received=value)
        return 0

    def contains(self, value: Value) -> bool:
        """Whether it is the value, of the same JSON type."""
        return canonical_json(value) == canonical_json(self.value)

    def arguments(self) -> list[Json]:
        """``[value]``."""
        return [self.value]

    def to_json(self) -> Json:
        """The bare value."""
        return self.value
