"""Which of a script's own arguments are sampled, and so give way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any


def without_sampled(arguments: Sequence[Any], names: Iterable[str]) -> tuple[list[Any], list[Any]]:
    """Leave out each pair of arguments whose first item is the name of a hyperparameter.

    Names are compared without leading dashes. As in v1 the items are paired by position (first and second, third and
    fourth …), so a flag without a value shifts the pairing.

    Returns:
        The arguments that stay, and the names that were left out, as written.
    """
    sampled = {_bare(name) for name in names}
    kept: list[Any] = []
    removed: list[Any] = []
    for start in range(0, len(arguments), 2):
        pair = list(arguments[start : start + 2])
        if _bare(pair[0]) in sampled:
            removed.append(pair[0])
        else:
            kept += pair
    return kept, removed


def _bare(name: object) -> object:
    return name.lstrip("-") if isinstance(name, str) else name
