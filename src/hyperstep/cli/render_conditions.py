"""What a trial host and its trials have inherited, in words: as far as it differs from what this process has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from hyperstep.digest import Json
from hyperstep.launchers.inherited import Conditions

_UNLIMITED = -1
_ALL_BITS = 1 << 63
"""What some systems have for no limit at all, or more."""


def differences(theirs: Conditions, ours: Conditions) -> list[str]:
    """What a host has that this process has not, each with what this process has: ``nice 10 (here 0)``."""
    words = zip(_words(theirs), _words(ours), strict=True)
    found = [f"{name} {value} (here {here})" for (name, value), (_, here) in words if value != here]
    limits = {name: bounds for name, *bounds in ours.limits}
    for name, *bounds in theirs.limits:
        if bounds != limits.get(name):
            found.append(f"{_limit_name(name)} {_range(bounds)} (here {_range(limits.get(name, []))})")
    return found


def conditions_document(conditions: Conditions) -> Json:
    """The same of one host, in full, for ``--json``."""
    return {
        "umask": f"{conditions.umask:04o}",
        "nice": conditions.nice,
        "groups": list(conditions.groups),
        "cpus": list(conditions.cpus),
        "limits": {_limit_name(name): [_bound(soft), _bound(hard)] for name, soft, hard in conditions.limits},
        "job": conditions.job,
    }


def _words(conditions: Conditions) -> Iterator[tuple[str, str]]:
    yield "umask", f"{conditions.umask:04o}"
    yield "nice", str(conditions.nice)
    yield "groups", ",".join(map(str, conditions.groups))
    yield "CPUs", _spans(conditions.cpus)
    yield "batch job", conditions.job or "none"


def _spans(numbers: Sequence[int]) -> str:
    """Ascending numbers as ``taskset -c`` takes them: ``0-3,6``."""
    if not numbers:
        return "unknown"
    breaks = [0, *(at for at, (low, high) in enumerate(pairwise(numbers), 1) if high != low + 1), len(numbers)]
    spans = [(numbers[first], numbers[after - 1]) for first, after in pairwise(breaks)]
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in spans)


def _limit_name(name: str) -> str:
    """As ``prlimit`` calls it."""
    return name.removeprefix("RLIMIT_").lower()


def _range(bounds: Sequence[int]) -> str:
    """Soft and hard limit as ``prlimit`` takes them."""
    texts = ["unlimited" if (bound := _bound(each)) is None else str(bound) for each in bounds]
    return ":".join(dict.fromkeys(texts)) or "unknown"


def _bound(limit: int) -> int | None:
    return None if limit == _UNLIMITED or limit >= _ALL_BITS - 1 else limit
