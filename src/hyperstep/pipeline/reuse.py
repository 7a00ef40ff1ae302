"""Whether an earlier step run stands for this one: HIT with the source, or MISS with each part that differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from hyperstep.digest import Json


class Reason(Enum):
    """Why a step is computed, or not."""

    HIT = "equal to an earlier run"
    FIRST = "no earlier run of this step"
    CHANGED = "differs from the nearest earlier run"
    FORBIDDEN = "allow_reuse is False"
    REGENERATE = "regenerate_outputs is True"
    OUTPUTS_GONE = "the earlier run's outputs are gone or changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One part that is not as it was. For code, inputs, outputs and parameters one difference an entry."""

    part: str
    """``code: train.py``, ``arguments``, ``inputs: data``, ``space: lr`` …"""
    old: Json
    new: Json


@dataclass(frozen=True, slots=True)
class ReuseDecision:
    """The answer for one step."""

    reason: Reason
    source_run: str | None = None
    """The run whose outputs are taken; on a miss the one it was compared with, if any."""
    differences: tuple[Difference, ...] = ()


def differences(old: Mapping[str, Json], new: Mapping[str, Json]) -> tuple[Difference, ...]:
    """All parts that differ, sorted by name; parts that are mappings are compared entry by entry."""
    found: list[Difference] = []
    for part in sorted({*old, *new}):
        before, after = old.get(part), new.get(part)
        if before == after:
            continue
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            found.extend(_entries(part, before, after))
        else:
            found.append(Difference(part, before, after))
    return tuple(found)


def _entries(part: str, old: Mapping[str, Json], new: Mapping[str, Json]) -> list[Difference]:
    return [
        Difference(f"{part}: {name}", old.get(name), new.get(name))
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]
