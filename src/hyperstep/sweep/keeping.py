"""Which finished trials of an earlier sweep fit a changed search space, and why the others do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import Enum

from msgspec import Struct

from hyperstep.errors import InvalidInputError
from hyperstep.samplers.base import Point
from hyperstep.search_space.choice import Choice
from hyperstep.search_space.distribution import Value
from hyperstep.search_space.space import SearchSpace
from hyperstep.sweep.earlier import KeptTrial


class Objection(Enum):
    """Why a finished trial is set aside, for people."""

    OUT_OF_RANGE = "out of range"
    NO_OPTION = "no option any more"
    NO_PAST = "new, without a default for the past"
    GONE = "no hyperparameter any more"
    NO_ROOM = "more than max_total"


class SetAside(Struct, frozen=True):
    """How many finished trials one reason sets aside."""

    hyperparameter: str
    """Which does not fit; empty for a reason that lies elsewhere."""
    reason: str
    trials: int


class Keeping(Struct, frozen=True):
    """What is kept of an earlier sweep."""

    kept: tuple[KeptTrial, ...]
    """In the order of that sweep's list."""
    set_aside: int
    """How many of its finished trials are not."""
    because: tuple[SetAside, ...]
    """A trial that does not fit for several reasons is counted at each."""


def check_past(space: SearchSpace, past: Mapping[str, Value]) -> dict[str, Value]:
    """The defaults for the past as values of the space: a whole number may stand for a float.

    Raises:
        InvalidInputError: A name that is no hyperparameter, or a value that the space does not have.
    """
    return {name: _value_of(space, name, value) for name, value in past.items()}


def fit_trials(space: SearchSpace, past: Mapping[str, Value], trials: Sequence[KeptTrial], room: int) -> Keeping:
    """Hold finished trials against a space.

    Args:
        space: The new one.
        past: For hyperparameters that the earlier sweep did not have: the value with which its trials ran.
        trials: Those of the earlier sweep, in list order.
        room: How many may be kept; the first ones are.
    """
    kept: list[KeptTrial] = []
    because: Counter[tuple[str, str]] = Counter()
    for trial in trials:
        full = {**{name: past[name] for name in space if name in past}, **trial.point}
        found = _objections(space, full)
        if not found and len(kept) == room:
            found = [("", Objection.NO_ROOM.value)]
        because.update(found)
        if not found:
            kept.append(KeptTrial({name: full[name] for name in space}, trial.source))
    told = tuple(SetAside(name, reason, count) for (name, reason), count in because.items())
    return Keeping(tuple(kept), len(trials) - len(kept), told)


def _objections(space: SearchSpace, point: Point) -> list[tuple[str, str]]:
    gone = [(name, Objection.GONE.value) for name in point if name not in space]
    return gone + [(name, _objection(space, point, name).value) for name in space if not _fits(space, point, name)]


def _fits(space: SearchSpace, point: Point, name: str) -> bool:
    return name in point and space[name].contains(point[name])


def _objection(space: SearchSpace, point: Point, name: str) -> Objection:
    if name not in point:
        return Objection.NO_PAST
    return Objection.NO_OPTION if isinstance(space[name], Choice) else Objection.OUT_OF_RANGE


def _value_of(space: SearchSpace, name: str, value: Value) -> Value:
    if name not in space:
        rule = f"A default for the past is that of a hyperparameter of the space: {', '.join(space)}."
        raise InvalidInputError(rule, received=name, remedy="Remove it, or add the hyperparameter.")
    whole = isinstance(value, int) and not isinstance(value, bool)
    for candidate in (value, float(value)) if whole and isinstance(value, int) else (value,):
        if space[name].contains(candidate):
            return candidate
    rule = f"The default for the past of {name!r} is a value of its distribution, {space[name]!r}."
    raise InvalidInputError(rule, received=value, remedy="Widen the distribution, or leave the default out.")
