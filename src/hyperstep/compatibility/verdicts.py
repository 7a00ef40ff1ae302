"""Judges a used azureml name: it works, works differently, or is not supported, and then why and what to do."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Iterable, Iterator
from enum import Enum

from msgspec import Struct

from hyperstep.compatibility import offered, signatures
from hyperstep.compatibility.differences import difference_of
from hyperstep.compatibility.facts import NameFacts, surface, usage
from hyperstep.compatibility.inference import RELATED
from hyperstep.compatibility.refused import refusal_of
from hyperstep.compatibility.used import UsedName
from hyperstep.compatibility.values import class_name, is_known

_NOT_BUILT = "It is not built."
_NOT_IN_V1 = "v1 has no such name either."


class Outcome(Enum):
    """What becomes of a name."""

    WORKS = "works"
    DIFFERS = "works differently"
    UNSUPPORTED = "not supported"


class Verdict(Struct, frozen=True):
    """The outcome for one name.

    Attributes:
        outcome: The outcome.
        explanation: How it differs, or why it is not supported and what to do; empty when it works.
    """

    outcome: Outcome
    explanation: str = ""


def judge(used: UsedName) -> Verdict:
    """The verdict on a name of azureml."""
    why = _why_unsupported(used)
    if why:
        return Verdict(Outcome.UNSUPPORTED, why)
    how = difference_of(used.full_name)
    return Verdict(Outcome.DIFFERS, how) if how else Verdict(Outcome.WORKS)


def _why_unsupported(used: UsedName) -> str:
    """Why a name does not work; empty when it does."""
    refusal = refusal_of(used.full_name) or refusal_of(UsedName(used.module, used.name, used.member).full_name)
    if refusal is not None:
        return str(refusal)
    for why in (_module, _name, _member, _keyword):
        found = why(used)
        if found:
            return found
    return ""


def _module(used: UsedName) -> str:
    if offered.is_module(used.module):
        return ""
    nearest = _nearest(used.module, offered.tables())
    return _NOT_BUILT if used.module in surface() else f"hyperstep has no module {used.module}.{nearest}"


def _name(used: UsedName) -> str:
    if not used.name:
        return ""
    if not offered.offers(used.module, used.name):
        if _facts(used) is not None:
            return _NOT_BUILT
        known = used.module in surface()
        nearest = _nearest(used.name, offered.tables()[used.module])
        return f"{_NOT_IN_V1 if known else 'hyperstep does not offer it.'}{nearest}"
    value = offered.resolve(used.module, used.name)
    return f"{_NOT_BUILT} {getattr(value, 'remedy', '')}".rstrip() if offered.is_unbuilt(value) else ""


def _member(used: UsedName) -> str:
    if not used.member or not isinstance(offered.resolve(used.module, used.name), type):
        return ""
    if any(offered.has_member(value, used.member) for value in _classes(used)):
        return ""
    facts = _facts(used)
    if is_known(used) or facts is None:
        return _NOT_BUILT
    return f"{_NOT_IN_V1}{_nearest(used.member, (*facts.methods, *facts.properties, *facts.attributes))}"


def _keyword(used: UsedName) -> str:
    if not used.keyword:
        return ""
    taken = [parameters for parameters in _parameters(used) if parameters is not None]
    if not taken or any(signatures.accepts_keyword(parameters, used.keyword) for parameters in taken):
        return ""
    if not used.member and f"{used.name}({used.keyword}=)" in usage().keywords and _is_wrapped(used):
        return ""  # an older name that the wrapper takes
    known = _known_parameters(used)
    if known is not None and signatures.accepts_keyword(known, used.keyword):
        return _NOT_BUILT
    names = [text.partition("=")[0] for text in taken[0] if not text.startswith("*")]
    return f"It is no parameter{' in v1 either' if known is not None else ''}.{_nearest(used.keyword, names)}"


def _parameters(used: UsedName) -> Iterator[list[str] | None]:
    for value in _classes(used):
        for cls in offered.classes_behind(value):
            if not used.member:
                yield signatures.constructor_of(cls)
            elif callable(getattr(cls, used.member, None)):
                yield signatures.parameters_of(getattr(cls, used.member))
        if not isinstance(value, type) and callable(value):
            yield signatures.parameters_of(value)


def _is_wrapped(used: UsedName) -> bool:
    """Whether a class's constructor is wrapped, so that it takes more than its signature says."""
    value = offered.resolve(used.module, used.name)
    return isinstance(value, type) and hasattr(inspect.getattr_static(value, "__init__"), "__wrapped__")


def _known_parameters(used: UsedName) -> list[str] | None:
    facts = _facts(used)
    if facts is None:
        return None
    found = facts.methods.get(used.member) if used.member else facts.parameters
    return None if found is None else list(found)


def _classes(used: UsedName) -> Iterator[object]:
    """What the name stands for, and what an object inferred to be of that class may also be."""
    for full_name in (class_name(used), *(RELATED.get(class_name(used), ()) if used.member else ())):
        module, _, name = full_name.rpartition(".")
        if offered.offers(module, name):
            yield offered.resolve(module, name)


def _facts(used: UsedName) -> NameFacts | None:
    return surface().get(used.module, {}).get(used.name)


def _nearest(name: str, known: Iterable[str]) -> str:
    nearest = difflib.get_close_matches(name, list(known), n=1)
    return f" Nearest: {nearest[0]}." if nearest else ""
