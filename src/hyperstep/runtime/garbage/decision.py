"""Which files go and which stay, and why. Pure: facts and the present come in as arguments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field

from hyperstep.artifact_store.base import HeldObject
from hyperstep.errors import InvalidInputError

GRACE_S = 24 * 3600.0
"""What was stored or changed since then may belong to something that is not recorded yet: it stays."""
ENVIRONMENT_GRACE_S = 30 * 24 * 3600.0
"""The same for built environments, which cost more to make again."""

OBJECTS, WORKING, REQUESTS, STRAYS, TEMPORARY, ENVIRONMENTS, DAMAGED = (
    "stored files",
    "working folders",
    "requests",
    "folders of submissions that never came to be",
    "temporary files",
    "environments",
    "damaged stored files",
)
"""The categories of what goes."""


class KeepRules(Struct, frozen=True):
    """Which old runs give up their files. Without any of the first three, none does.

    Raises:
        InvalidInputError: A number is negative.
    """

    keep_best: int | None = None
    """Of each sweep of a run that gives up files, this many trials keep theirs; the best always does."""
    keep_last: int | None = None
    """The newest so many runs give up nothing."""
    older_than_s: float | None = None
    """Runs that ended later than so long ago give up nothing."""
    keep_tags: tuple[str, ...] = ()
    """``name`` or ``name=value``: runs with such a tag give up nothing."""
    forget_sources: bool = False
    """Runs and trials that later ones may reuse give up files too."""

    def __post_init__(self) -> None:
        for value in (self.keep_best, self.keep_last, self.older_than_s):
            if value is not None and value < 0:
                rule = "What is to be kept is counted from 0."
                raise InvalidInputError(rule, received=value)

    @property
    def any(self) -> bool:
        """Whether some run gives up files at all."""
        return (self.keep_best, self.keep_last, self.older_than_s) != (None, None, None)


class RootFacts(Struct, frozen=True):
    """What matters of one root run."""

    id: str
    created_at: float
    ended_at: float | None
    """None while it goes on, or may."""
    tags: Mapping[str, str] = field(default_factory=dict)
    is_source: bool = False
    """A later run may take its results."""
    ranked: tuple[tuple[str, ...], ...] = ()
    """Ids of the trials that have a value, of each sweep, best first."""
    reusable: frozenset[str] = frozenset()
    """Ids of the trials that may stand for equal ones of later sweeps, as long as their files are there."""
    files: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Digests of each run's files, by its id."""


class Leftover(Struct, frozen=True):
    """A file or folder that is not under a digest."""

    category: str
    path: str
    """Below the home."""
    size: int
    changed_at: float
    root_id: str = ""
    """The root run that it belongs to; empty when it belongs to none."""
    run_id: str = ""
    """The trial or step that it belongs to."""


class Facts(Struct, frozen=True):
    """All that the decision rests on."""

    roots: Sequence[RootFacts]
    objects: Sequence[HeldObject]
    leftovers: Sequence[Leftover]
    mentioned: frozenset[str]
    """Digests that records speak of, other than as a run's files: code, inputs, models, datasets."""
    unreadable: Sequence[str] = ()
    """Folders of runs whose records cannot be read: what they refer to is not known."""


class Plan(Struct, frozen=True):
    """What goes, and how much stays for which reason."""

    objects: tuple[HeldObject, ...]
    leftovers: tuple[Leftover, ...]
    kept: Mapping[str, int]
    """How many, by reason."""
    run_again: int = 0
    """Trials that could have stood for equal ones of later sweeps, and whose files go."""

    def totals(self) -> dict[str, tuple[int, int]]:
        """Number and bytes of what goes, by category."""
        found: dict[str, tuple[int, int]] = {}
        for category, size in self._sizes():
            count, total = found.get(category, (0, 0))
            found[category] = (count + 1, total + size)
        return found

    def _sizes(self) -> Iterator[tuple[str, int]]:
        yield from ((OBJECTS, held.size) for held in self.objects)
        yield from ((leftover.category, leftover.size) for leftover in self.leftovers)


def decide(facts: Facts, rules: KeepRules, now_s: float) -> Plan:
    """What goes under these rules at that time.

    What a run that goes on refers to never goes, nor a file of a sweep's best trial, nor what else records speak of.
    The files of trials that later sweeps may reuse go only if sources are forgotten.
    """
    kept: Counter[str] = Counter()
    if facts.unreadable:
        kept[f"runs: records not readable ({', '.join(facts.unreadable)})"] = len(facts.unreadable)
    needed = set(facts.mentioned)
    for root, reason in _reasons(facts.roots, rules, now_s):
        if reason:
            kept[f"runs: {reason}"] += 1
            needed.update(*root.files.values())
            continue
        best, reusable = _best(root, rules), set() if rules.forget_sources else _with_files(root, root.reusable)
        needed.update(*(root.files.get(run_id, ()) for run_id in best | reusable))
        if reusable - best:
            kept["trials: with files that later sweeps may reuse"] += len(reusable - best)
    objects = [held for held in facts.objects if not _stays(_object_reason(held, needed, facts, now_s), kept)]
    protected = {trials[0] for root in facts.roots for trials in root.ranked if trials}
    ended = {root.id for root in facts.roots if root.ended_at is not None}
    leftovers = [
        found for found in facts.leftovers if not _stays(_leftover_reason(found, ended, protected, facts, now_s), kept)
    ]
    return Plan(tuple(objects), tuple(leftovers), dict(kept), _run_again(facts, objects))


def _reasons(roots: Sequence[RootFacts], rules: KeepRules, now_s: float) -> Iterator[tuple[RootFacts, str]]:
    """Each run with why it gives up nothing; empty for one that does."""
    newest = sorted(roots, key=lambda root: root.created_at, reverse=True)[: rules.keep_last or 0]
    last = {root.id for root in newest}
    yield from ((root, _reason(root, rules, now_s, last)) for root in roots)


def _reason(root: RootFacts, rules: KeepRules, now_s: float, last: set[str]) -> str:
    if root.ended_at is None:
        return "still going on"
    is_young = rules.older_than_s is not None and now_s - root.ended_at < rules.older_than_s
    reasons = {
        "no rule says that old runs give up files": not rules.any,
        f"among the newest {rules.keep_last}": root.id in last,
        "not old enough": is_young,
        "with a tag that is kept": any(_has_tag(root.tags, tag) for tag in rules.keep_tags),
        "later runs may reuse what they did": root.is_source and not rules.forget_sources,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _has_tag(tags: Mapping[str, str], wanted: str) -> bool:
    name, equals, value = wanted.partition("=")
    return name in tags and (not equals or tags[name] == value)


def _best(root: RootFacts, rules: KeepRules) -> set[str]:
    """The trials that keep their files whatever the rules say."""
    return {trial for trials in root.ranked for trial in trials[: max(1, rules.keep_best or 1)]}


def _with_files(root: RootFacts, runs: Iterable[str]) -> set[str]:
    return {run_id for run_id in runs if root.files.get(run_id)}


def _run_again(facts: Facts, objects: Sequence[HeldObject]) -> int:
    """How many trials are no longer there for later sweeps once these objects are gone."""
    gone = {held.digest for held in objects}
    return sum(not gone.isdisjoint(root.files.get(trial, ())) for root in facts.roots for trial in root.reusable)


def _object_reason(held: HeldObject, needed: set[str], facts: Facts, now_s: float) -> str:
    if held.digest in needed:
        return "stored files: runs or names refer to what they hold"
    if facts.unreadable:
        return f"stored files: {_not_known(facts)}"
    return "stored files: younger than a day" if now_s - held.changed_at < GRACE_S else ""


def _not_known(facts: Facts) -> str:
    return f"what {', '.join(facts.unreadable)} refers to cannot be read"


def _leftover_reason(found: Leftover, ended: set[str], protected: set[str], facts: Facts, now_s: float) -> str:
    if found.run_id in protected:
        return f"{found.category}: of the best trial"
    if found.root_id:
        return "" if found.root_id in ended else f"{found.category}: of a run that goes on"
    if found.category == ENVIRONMENTS and facts.unreadable:
        return f"{found.category}: {_not_known(facts)}"
    grace_s = ENVIRONMENT_GRACE_S if found.category == ENVIRONMENTS else GRACE_S
    return f"{found.category}: still young" if now_s - found.changed_at < grace_s else ""


def _stays(reason: str, kept: Counter[str]) -> bool:
    if reason:
        kept[reason] += 1
    return bool(reason)
