"""Facts about the v1 API: its names, parameters and default values, and how many public projects use each name.

The facts lie beside this file: ``v1_surface.json`` (the names in scope) and ``v1_usage.json`` (counts of cases).
A parameter is a text: ``name``, ``name=<repr of its default>``, ``*name``, ``**name``; a lone ``*`` begins those that
are given by keyword only. A name that stands for one of another module is that one's full name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct, field

_FOLDER = Path(__file__).resolve().parent


class NameFacts(Struct, frozen=True):
    """A class, function or enum of the v1 API.

    Attributes:
        module: Where it is offered; where it is at home when several modules offer it.
        name: Its name there.
        kind: ``class``, ``function`` or ``enum``.
        parameters: Of the function, or of the class's constructor; None when it takes the base's.
        methods: Method to its parameters, without ``self`` and ``cls``.
        properties: Names of properties, without the mark of those that can be set.
        attributes: Class attribute to the repr of its value.
        members: Member of an enum to its value.
        inherited: Names that come from bases.
    """

    module: str
    name: str
    kind: str
    parameters: Sequence[str] | None = None
    methods: Mapping[str, Sequence[str]] = field(default_factory=dict)
    properties: Sequence[str] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, str] = field(default_factory=dict)
    inherited: frozenset[str] = frozenset()

    @property
    def full_name(self) -> str:
        """The name with its module."""
        return f"{self.module}.{self.name}"

    def knows(self, member: str) -> bool:
        """Whether the class has such a member in v1."""
        own = (*self.methods, *self.properties, *self.attributes, *self.members)
        return member in own or member in self.inherited


class UsageFacts(Struct, frozen=True):
    """How many of the public cases use each name.

    Attributes:
        names: Imported classes, functions and constants.
        members: ``Receiver.member``, the receiver's class being inferred.
        keywords: ``Class(keyword=)``.
    """

    names: Mapping[str, int]
    members: Mapping[str, int]
    keywords: Mapping[str, int]


@cache
def surface() -> Mapping[str, Mapping[str, NameFacts]]:
    """Module to name to facts, for all names in scope; a name offered by several modules has one NameFacts."""
    modules: dict[str, dict[str, Any]] = json.loads((_FOLDER / "v1_surface.json").read_text(encoding="utf-8"))[
        "modules"
    ]
    return {
        module: {name: _read(*_home(modules, module, name), modules) for name in names}
        for module, names in modules.items()
    }


def names_in_scope() -> Iterator[tuple[str, str, NameFacts]]:
    """Module, name and facts, one for each place where a name is offered."""
    for module, names in surface().items():
        for name, facts in names.items():
            yield module, name, facts


@cache
def usage() -> UsageFacts:
    """The counts of use."""
    counts = json.loads((_FOLDER / "v1_usage.json").read_text(encoding="utf-8"))
    return UsageFacts(names=counts["names"], members=counts["members"], keywords=counts["keywords"])


def _home(modules: dict[str, dict[str, Any]], module: str, name: str) -> tuple[str, str]:
    stands_for = modules[module][name]
    if not isinstance(stands_for, str):
        return module, name
    home, _, there = stands_for.rpartition(".")
    return _home(modules, home, there)


def _read(module: str, name: str, modules: dict[str, dict[str, Any]]) -> NameFacts:
    entry = modules[module][name]
    return NameFacts(
        module=module,
        name=name,
        kind=entry["kind"],
        parameters=entry.get("parameters"),
        methods=entry.get("methods", {}),
        properties=tuple(text.rstrip("=") for text in entry.get("properties", ())),
        attributes=entry.get("attributes", {}),
        members=entry.get("members", {}),
        inherited=frozenset(entry.get("inherited", ())),
    )
