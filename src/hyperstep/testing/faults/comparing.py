"""The first difference between two outcomes, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hyperstep.digest import Json
from hyperstep.testing.faults.outcome import OUTPUTS, Tree, stopped_trials

_SHOWN = 160


def first_difference(undisturbed: Tree, disturbed: Tree) -> str:
    """What differs first; empty when nothing does.

    Of a trial that a policy stopped in either run, in a sweep that is not deterministic, only the point is compared.
    Which trial is best is a race then, too: of that run's steps only the status is compared, and no output.
    """
    raced = stopped_trials(undisturbed) | stopped_trials(disturbed)
    return next(_differences(_without(undisturbed, raced), _without(disturbed, raced), ""), "")


def _without(outcome: Tree, raced: set[str]) -> dict[str, Json]:
    touched = {label.partition("/")[0] for label in raced}
    return {
        name: _kept(name, root, raced) if name in touched and isinstance(root, Mapping) else root
        for name, root in outcome.items()
    }


def _kept(name: str, root: Mapping[str, Json], raced: set[str]) -> dict[str, Json]:
    kept: dict[str, Json] = {}
    for label, facts in root.items():
        if label == OUTPUTS or not isinstance(facts, Mapping):
            continue
        if f"{name}/{label}" in raced:
            kept[label] = {"point": facts.get("point")}
        else:
            kept[label] = dict(facts) if "point" in facts else {"status": facts.get("status")}
    return kept


def _differences(left: Json, right: Json, where: str) -> Iterator[str]:
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        for key in [*left, *(key for key in right if key not in left)]:
            place = f"{where}, {key}" if where else str(key)
            if key not in right or key not in left:
                yield f"{place}: only in the {'un' if key in left else ''}disturbed run"
            else:
                yield from _differences(left[key], right[key], place)
    elif isinstance(left, list) and isinstance(right, list) and len(left) != len(right):
        yield f"{where}: {len(right)} instead of {len(left)}: {_short(right)} instead of {_short(left)}"
    elif isinstance(left, list) and isinstance(right, list):
        for n, (old, new) in enumerate(zip(left, right, strict=True)):
            yield from _differences(old, new, f"{where} {n}")
    elif left != right:
        yield f"{where}: {_short(right)} instead of {_short(left)}"


def _short(value: Json) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
