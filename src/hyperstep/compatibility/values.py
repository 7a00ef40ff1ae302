"""What expressions are known to be while code is read: modules, classes, objects of a class, members."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from msgspec import Struct

from hyperstep.compatibility import offered
from hyperstep.compatibility.facts import surface
from hyperstep.compatibility.inference import EXPERIMENT_SUBMITS, RELATED, given_by
from hyperstep.compatibility.used import UsedName

_AZUREML = "azureml"
_FRAME = "pandas.DataFrame"
_GIVE_FRAMES = {
    _FRAME,
    "pandas.concat",
    "pandas.merge",
    "pandas.read_csv",
    "pandas.read_excel",
    "pandas.read_json",
    "pandas.read_parquet",
}


class Kind(Enum):
    """What an expression is."""

    MODULE = auto()
    """A module; also a function of another library than azureml, under its full name."""
    CLASS = auto()
    """A class or function of azureml."""
    INSTANCE = auto()
    MEMBER = auto()
    """A method or property of a class."""
    SEVERAL = auto()
    """A collection of objects of a class."""


class Value(Struct, frozen=True):
    """What an expression is, and the name of that."""

    kind: Kind
    used: UsedName


def root_of(module: str) -> str:
    """The package that a module belongs to."""
    return module.partition(".")[0]


def is_azureml(used: UsedName) -> bool:
    """Whether a name is one of the v1 API."""
    return root_of(used.module) == _AZUREML


def class_name(used: UsedName) -> str:
    """The full name of a class."""
    return f"{used.module}.{used.name}"


def named(kind: Kind, full_name: str) -> Value:
    """A class, or an object of it, by its full name."""
    module, _, name = full_name.rpartition(".")
    return Value(kind, UsedName(module, name))


def thing(module: str, name: str) -> Value:
    """What ``module.name`` is. A name that several modules of azureml offer is taken to its home."""
    full_name = f"{module}.{name}"
    if root_of(module) != _AZUREML:
        return Value(Kind.MODULE, UsedName(full_name))
    if not offered.offers(module, name) and (offered.is_module(full_name) or full_name in surface()):
        return Value(Kind.MODULE, UsedName(full_name))
    known = surface().get(module, {}).get(name)
    if known is not None and offered.offers(module, name) and offered.offers(known.module, known.name):
        return Value(Kind.CLASS, UsedName(known.module, known.name))
    return Value(Kind.CLASS, UsedName(module, name))


def object_of(kind: object) -> Value | None:
    """An object of the class that an annotation names."""
    return Value(Kind.INSTANCE, kind.used) if isinstance(kind, Value) and kind.kind is Kind.CLASS else None


def one_of(value: object) -> Value | None:
    """One of several; None when the value is not known to be several."""
    several = result_of(value, []) if isinstance(value, Value) and value.kind is Kind.MEMBER else value
    if isinstance(several, Value) and several.kind is Kind.SEVERAL:
        return Value(Kind.INSTANCE, several.used)
    return None


def result_of(function: Value, arguments: Sequence[object]) -> Value | None:
    """What a call gives, or what a property holds."""
    used = function.used
    if function.kind is Kind.CLASS:
        return Value(Kind.INSTANCE, used)
    if function.kind is Kind.MODULE:
        return _of_library(used.module)
    if function.kind is not Kind.MEMBER:
        return None
    given = _submitted(arguments) if used.full_name == "azureml.core.Experiment.submit" else None
    given = given or given_by(class_name(used), used.member)
    if given is None:
        return None
    return named(Kind.SEVERAL, given[1:]) if given.startswith("*") else named(Kind.INSTANCE, given)


def is_known(used: UsedName) -> bool:
    """Whether a class has the member, in v1 or here."""
    facts = surface().get(used.module, {}).get(used.name)
    if facts is not None and facts.knows(used.member):
        return True
    return any(_offers_member(name, used.member) for name in (class_name(used), *RELATED.get(class_name(used), ())))


def _offers_member(full_name: str, member: str) -> bool:
    module, _, name = full_name.rpartition(".")
    return offered.offers(module, name) and offered.has_member(offered.resolve(module, name), member)


def _of_library(full_name: str) -> Value | None:
    """What a call of a library's function gives: a data frame, or an object of a class."""
    if full_name in _GIVE_FRAMES:
        return named(Kind.INSTANCE, _FRAME)
    _, _, last = full_name.rpartition(".")
    return named(Kind.INSTANCE, full_name) if last[:1].isupper() else None


def _submitted(arguments: Sequence[object]) -> str | None:
    first = arguments[0] if arguments else None
    if not isinstance(first, Value) or first.kind is not Kind.INSTANCE:
        return None
    return EXPERIMENT_SUBMITS.get(class_name(first.used))
