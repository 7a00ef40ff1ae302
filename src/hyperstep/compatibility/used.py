"""Names that code uses, and where."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct


class Place(Struct, frozen=True, order=True):
    """A line of code.

    Attributes:
        file: The file.
        line: The line, from 1; in a notebook that of the cell.
        cell: The notebook's cell, from 1; 0 in a script.
    """

    file: Path
    cell: int
    line: int

    def __str__(self) -> str:
        return f"{self.file} cell {self.cell}:{self.line}" if self.cell else f"{self.file}:{self.line}"


class UsedName(Struct, frozen=True, order=True):
    """A name of a library as code uses it.

    Attributes:
        module: The module.
        name: A name of the module; empty when the module itself is meant.
        member: A member of that class; empty when the name itself is meant.
        keyword: A keyword argument of a call of it; empty when none is meant.
    """

    module: str
    name: str = ""
    member: str = ""
    keyword: str = ""

    @property
    def full_name(self) -> str:
        """The name in one text: ``module.Class.member(keyword=)``."""
        dotted = ".".join(part for part in (self.module, self.name, self.member) if part)
        return f"{dotted}({self.keyword}=)" if self.keyword else dotted


class Use(Struct, frozen=True):
    """A name at a place."""

    used: UsedName
    place: Place
