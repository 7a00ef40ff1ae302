"""Whose results would be lost with a run: those of later ones that took its steps or trials over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache

from msgspec import Struct

from hyperstep.errors import ConflictError, HyperstepError, NotFoundError
from hyperstep.records.run import RunRecord
from hyperstep.run_store.resolve import trial_parts
from hyperstep.runtime.home import Home

_NAMED = 3


class Dependant(Struct, frozen=True):
    """A run that took results of another one over."""

    root: RunRecord
    n_steps: int
    """Steps of it that stand on the other run's records: their trials, metrics, files and logs are there only."""
    n_trials: int
    """Trials: these have metrics and files of their own, and a log there only."""

    def __str__(self) -> str:
        """``1 step of pipeline a (experiment 'b')``."""
        counts = ((self.n_steps, "step"), (self.n_trials, "trial"))
        taken = " and ".join(f"{count} {noun}{'s' * (count > 1)}" for count, noun in counts if count)
        return f"{taken} of {self.root.kind.value} {self.root.id} (experiment '{self.root.experiment}')"


def dependants_of(home: Home, root_id: str) -> list[Dependant]:
    """The runs that took results of a root run over, newest first; those that cannot be read are passed over."""
    root_of = _root_finder(home)
    found: list[Dependant] = []
    for root in home.store.roots():
        if root.id == root_id:
            continue
        try:
            sources = home.store.journal(root.id).taken_over().values()
        except HyperstepError:
            continue
        taken = Counter(trial_parts(source) is not None for source in sources if root_of(source) == root_id)
        if taken:
            found.append(Dependant(root, taken[False], taken[True]))
    return found


def named(dependants: Sequence[Dependant]) -> str:
    """The newest few in words, and how many there are besides."""
    more = f", and of {len(dependants) - _NAMED} more" if len(dependants) > _NAMED else ""
    return ", ".join(map(str, dependants[:_NAMED])) + more


def still_needed(root_id: str, dependants: Sequence[Dependant]) -> ConflictError:
    """That a run is not removed because of them, and what they would lose."""
    rule = f"A run stays as long as others stand on its results, and {named(dependants)} took some over."
    steps = any(dependant.n_steps for dependant in dependants)
    losses = ["a step keeps its outputs and has no trials, best, metrics and logs any more"] * steps
    losses += ["a trial keeps its metrics and files and has no log any more"] * any(d.n_trials for d in dependants)
    remedy = f"Nothing was removed. Remove these first, or give --force: then {', and '.join(losses)}."
    return ConflictError(rule, received=root_id, remedy=remedy)


def _root_finder(home: Home) -> Callable[[str], str | None]:
    """Finds the root run above a step or trial by the index alone: the run itself may be damaged."""

    @cache
    def root_of(run_id: str) -> str | None:
        try:
            return home.store.root_of(run_id)
        except NotFoundError:
            return None

    def above(run_id: str) -> str | None:
        parts = trial_parts(run_id)
        return root_of(parts[0]) if parts else root_of(run_id)

    return above
