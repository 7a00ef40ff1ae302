"""What every distribution can do; one distribution a file beside this one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from random import Random
from typing import ClassVar

from hyperstep.digest import Json

Value = Json
"""What a hyperparameter may be: any JSON value, so that it can be recorded, compared and handed over as text."""


class Distribution(ABC):
    """One hyperparameter's possible values and how they are drawn."""

    name: ClassVar[str]
    """The v1 name: ``choice``, ``randint``, ``uniform`` …"""

    @abstractmethod
    def draw(self, generator: Random) -> Value:
        """One value. Uses only ``generator`` for chance."""

    @property
    @abstractmethod
    def size(self) -> int | None:
        """How many different values there are; None when there is no practical bound."""

    @abstractmethod
    def values(self) -> list[Value]:
        """All different values in their natural order.

        Raises:
            InvalidInputError: ``size`` is None.
        """

    @abstractmethod
    def contains(self, value: Value) -> bool:
        """Whether ``value`` could have been drawn."""

    @abstractmethod
    def arguments(self) -> list[Json]:
        """The numbers or options that define it, in v1's order."""

    def to_json(self) -> list[Json]:
        """The v1 expression: ``[name, [arguments]]``."""
        return [self.name, self.arguments()]
