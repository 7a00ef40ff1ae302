"""What every distribution can do; one distribution a file beside this one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from random import Random
from typing import ClassVar, Self

from hyperstep.digest import Json, canonical_json
from hyperstep.errors import InvalidInputError

Value = Json
"""What a hyperparameter may be: any JSON value, so that it can be recorded, compared and handed over as text."""


class Distribution(ABC):
    """One hyperparameter's possible values and how they are drawn.

    Values are compared by their canonical JSON: ``1``, ``1.0`` and ``True`` are three values.
    """

    name: ClassVar[str]
    """The v1 name: ``choice``, ``randint``, ``uniform`` …"""
    argument_names: ClassVar[tuple[str, ...]]
    """What the constructor takes, in v1's order."""
    ordered: ClassVar[bool] = True
    """Whether values that are near each other are alike; options of a choice need not be."""

    @classmethod
    def from_arguments(cls, arguments: Sequence[Json]) -> Self:
        """The distribution whose ``arguments()`` these are.

        Raises:
            InvalidInputError: Their number is wrong, or one breaks the distribution's rules.
        """
        if len(arguments) != len(cls.argument_names):
            rule = f"{cls.name} takes {len(cls.argument_names)} argument(s): {', '.join(cls.argument_names)}."
            raise InvalidInputError(rule, received=arguments)
        constructor: Callable[..., Self] = cls
        return constructor(*arguments)

    @abstractmethod
    def draw(self, generator: Random) -> Value:
        """One value. Uses only ``generator`` for chance."""

    @abstractmethod
    def quantile(self, share: float) -> Value:
        """The value up to which ``share`` of all draws lie, in natural order; ``share`` from 0 to 1.

        Even shares give values as they are drawn, and a greater share never a smaller value.
        """

    @abstractmethod
    def share_of(self, value: Value) -> float:
        """A share in [0, 1] whose ``quantile`` is ``value``, as near as floats allow; in the far tails it saturates.

        Meant for a value that could have been drawn.
        """

    @property
    @abstractmethod
    def size(self) -> int | None:
        """How many different values there are; None when there is no practical bound."""

    def value_at(self, position: int) -> Value:
        """The value at ``position`` (from 0) in natural order; meant for a position below ``size``.

        Raises:
            InvalidInputError: ``size`` is None.
        """
        raise self._not_finite(position)

    def position(self, value: Value) -> int:
        """Where ``value`` stands in natural order: the inverse of ``value_at``.

        Raises:
            InvalidInputError: ``size`` is None, or the value is none of the distribution's.
        """
        raise self._not_finite(value)

    def values(self) -> list[Value]:
        """All different values in their natural order.

        Raises:
            InvalidInputError: ``size`` is None.
        """
        if self.size is None:
            raise self._not_finite(None)
        return [self.value_at(position) for position in range(self.size)]

    @abstractmethod
    def contains(self, value: Value) -> bool:
        """Whether ``value`` could have been drawn."""

    @abstractmethod
    def arguments(self) -> list[Json]:
        """The numbers or options that define it, in v1's order."""

    def to_json(self) -> Json:
        """The v1 expression: ``[name, [arguments]]``; of a constant, the bare value."""
        return [self.name, self.arguments()]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Distribution):
            return NotImplemented
        return type(self) is type(other) and canonical_json(self.to_json()) == canonical_json(other.to_json())

    def __hash__(self) -> int:
        return hash(canonical_json(self.to_json()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(repr(argument) for argument in self.arguments())})"

    def _not_finite(self, asked: object) -> InvalidInputError:
        rule = f"{self!r} has no finite list of values."
        remedy = "Use choice, randint or a coarser q where a list is needed."
        return InvalidInputError(rule, received=asked, remedy=remedy)
