"""The parts of a sampler's JSON that all samplers share: its name, its space, and the order of the space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError
from hyperstep.search_space.space import SearchSpace


def space_to_json(name: str, space: SearchSpace) -> dict[str, Json]:
    """``{"name", "space", "order"}``; ``order`` keeps what sorting the keys of ``space`` would lose."""
    return {"name": name, "space": space.to_json(), "order": list(space)}


def space_from_json(data: Mapping[str, Json]) -> SearchSpace:
    """The space in a sampler's JSON; without ``order``, the keys of ``space`` are in the order written.

    Raises:
        InvalidInputError: ``space`` is missing or breaks its rules, or ``order`` is no list of its names.
    """
    order = data.get("order")
    if order is None:
        return SearchSpace.from_json(data.get("space"))
    if not isinstance(order, Sequence) or not all(isinstance(name, str) for name in order):
        rule = "The order of a search space is a list of its names."
        raise InvalidInputError(rule, received=order)
    return SearchSpace.from_json(data.get("space"), [str(name) for name in order])


def require_index(index: int) -> None:
    """Check the position of a trial.

    Raises:
        InvalidInputError: Below 0.
    """
    if index < 0:
        rule = "A trial's index counts from 0."
        raise InvalidInputError(rule, received=index)


def refuse_unknown(data: Mapping[str, Json], known: Sequence[str]) -> None:
    """Check that a sampler's JSON holds nothing else than its name, its space and what ``known`` lists.

    Raises:
        InvalidInputError: It does.
    """
    unknown = sorted(data.keys() - {"name", "space", "order", *known})
    if unknown:
        rule = f"The sampler {data.get('name')} takes {', '.join(known) or 'no settings'}."
        raise InvalidInputError(rule, received=unknown, remedy="Leave the others out.")
