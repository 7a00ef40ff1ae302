"""Compares every v1 name in scope with what hyperstep offers under it: is it there, and are its parameters the same?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum

from msgspec import Struct

from hyperstep.compatibility import facts, offered, signatures
from hyperstep.compatibility.facts import NameFacts
from hyperstep.compatibility.inference import RELATED
from hyperstep.compatibility.refused import refusal_of


class State(Enum):
    """How a name of ours stands to v1's."""

    PRESENT = "present"
    """It is there; it has no parameters to compare."""
    EQUAL = "signature-equal"
    """It is there, with the same parameters, order, kinds and defaults."""
    WIDER = "wider"
    """It is there, with other parameters that take every call of v1."""
    DIFFERENT = "different"
    """It is there, and some call of v1 would fail or mean something else."""
    MISSING = "missing"
    REFUSED = "refused"


class Finding(Struct, frozen=True):
    """One name and how it stands.

    Attributes:
        name: ``module.Name``, ``module.Class()`` for a constructor, ``module.Class.member``.
        state: How it stands.
        difference: The two signatures when they are not equal, else empty.
    """

    name: str
    state: State
    difference: str = ""


def compare() -> Iterator[Finding]:
    """All names in scope, in the facts' order."""
    for module, name, known in facts.names_in_scope():
        full_name = f"{module}.{name}"
        state = _state_of_name(module, name)
        yield Finding(full_name, state)
        if known.full_name == full_name:
            yield from _contents(known, state)


def _state_of_name(module: str, name: str) -> State:
    if refusal_of(f"{module}.{name}"):
        return State.REFUSED
    if not offered.offers(module, name) or offered.is_unbuilt(offered.resolve(module, name)):
        return State.MISSING
    return State.PRESENT


def _contents(known: NameFacts, state: State) -> Iterator[Finding]:
    """What is below a name at home: its parameters and members."""
    value = offered.resolve(known.module, known.name) if state is State.PRESENT else None
    if known.parameters is not None:
        yield _constructor(known, known.parameters, value, state)
    for member, parameters in known.methods.items():
        yield _method(f"{known.full_name}.{member}", member, parameters, value, state)
    for member in (*known.properties, *known.attributes, *known.members):
        yield _attribute(f"{known.full_name}.{member}", member, value, state)


def _constructor(known: NameFacts, parameters: Sequence[str], value: object, state: State) -> Finding:
    name = f"{known.full_name}()"
    if state is not State.PRESENT:
        return Finding(name, state)
    classes = offered.classes_behind(value)
    ours = signatures.constructor_of(classes[-1]) if classes else _parameters(value)
    return _compared(name, parameters, [ours])


def _method(name: str, member: str, parameters: Sequence[str], value: object, state: State) -> Finding:
    if refusal_of(name):
        return Finding(name, State.REFUSED)
    if state is not State.PRESENT:
        return Finding(name, state)
    classes = offered.classes_behind(value)
    holders = [cls for cls in classes if hasattr(cls, member)] or _related(name, member)
    defining = [cls for cls in holders if len(holders) == 1 or any(member in base.__dict__ for base in cls.__mro__)]
    if not defining:
        return Finding(name, State.MISSING)
    return _compared(name, parameters, [_parameters(getattr(cls, member)) for cls in defining])


def _related(name: str, member: str) -> list[type]:
    """The classes of what the class's constructor gives, when those have the member."""
    related = RELATED.get(name.removesuffix(f".{member}"), ())
    places = (full_name.rpartition(".") for full_name in related)
    values = (offered.resolve(module, last) for module, _, last in places if offered.offers(module, last))
    return [cls for value in values for cls in offered.classes_behind(value) if hasattr(cls, member)]


def _attribute(name: str, member: str, value: object, state: State) -> Finding:
    if refusal_of(name):
        return Finding(name, State.REFUSED)
    if state is not State.PRESENT:
        return Finding(name, state)
    return Finding(name, State.PRESENT if offered.has_member(value, member) else State.MISSING)


def _parameters(value: object) -> list[str] | None:
    return signatures.parameters_of(value) if callable(value) else None


def _compared(name: str, known: Sequence[str], ours: Sequence[list[str] | None]) -> Finding:
    """The worst of the comparisons with each of ours."""
    found = [_one_compared(name, known, each) for each in ours]
    return max(found, key=lambda finding: [State.EQUAL, State.WIDER, State.DIFFERENT].index(finding.state))


def _one_compared(name: str, known: Sequence[str], ours: list[str] | None) -> Finding:
    if ours is None:
        return Finding(name, State.DIFFERENT, f"v1 {signatures.shown(known)}; here it is not called")
    if ours == list(known):
        return Finding(name, State.EQUAL)
    state = State.WIDER if signatures.takes_every_call(ours, known) else State.DIFFERENT
    return Finding(name, state, f"v1 {signatures.shown(known)}; here {signatures.shown(ours)}")
