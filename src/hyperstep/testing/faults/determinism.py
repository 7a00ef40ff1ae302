"""The determinism table: one decision log a sampler, at any concurrency, whatever is killed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from hyperstep.digest import Json, canonical_json, digest_bytes
from hyperstep.testing.faults.campaign import Judged, Undisturbed, facts_of, judge, try_plans
from hyperstep.testing.faults.outcome import Tree
from hyperstep.testing.faults.plan import Fault, FaultKind, Plan
from hyperstep.testing.faults.report import align
from hyperstep.testing.faults.running import Result
from hyperstep.testing.faults.scenarios import Facts, sometime
from hyperstep.testing.faults.subject import Subject, shipped_sweep

SAMPLERS = ("random", "grid", "sobol", "bayesian")
CONCURRENCIES = (1, 2, 4, 16)
_TRIALS, _DECLARED = 8, 16
_MODEL_TRIALS, _LOOKS_BACK = 18, 4
"""Of Bayesian sampling, whose first ten trials are random: the last four points come from the model."""


@dataclass
class Cell:
    """A sampler at a concurrency."""

    sampler: str
    concurrency: int
    judged: list[Judged] = field(default_factory=list)

    @property
    def hashes(self) -> set[str]:
        """Digests of the decision logs, of the undisturbed run and all others."""
        return {decision_hash(judged.result.outcome) for judged in self.judged}


def subject_of(sampler: str, concurrency: int) -> Subject:
    """The shipped sweep on so many slots. What it declares is the same at each: a model looks back so far."""
    has_model = sampler == "bayesian"
    return shipped_sweep(
        f"{sampler} on {concurrency}",
        variables={"HYPERSTEP_SLOTS": str(concurrency), "FAULTS_EPOCH_S": "0.003"},
        sampler=sampler,
        policy="median",
        trials=_MODEL_TRIALS if has_model else _TRIALS,
        declared=_LOOKS_BACK if has_model else _DECLARED,
    )


def try_cell(sampler: str, concurrency: int, points: int, seed: int, done: Callable[[Judged], None]) -> Cell:
    """An undisturbed run, and one for each of so many kill points."""
    subject = subject_of(sampler, concurrency)
    undisturbed = Undisturbed().of(subject)
    cell = Cell(sampler, concurrency, [Judged(undisturbed, judge(undisturbed, undisturbed))])
    plans = [kill_plan(f"{sampler}/{concurrency}", seed, n, facts_of(undisturbed)) for n in range(points)]
    cell.judged += try_plans(subject, plans, undisturbed, done)
    return cell


def kill_plan(name: str, seed: int, number: int, facts: Facts) -> Plan:
    """A kill of the runner, a host, a trial or all of them at a random moment."""
    chance = random.Random(f"{name}/{seed}/{number}")  # noqa: S311 - to be repeated, not to be secret
    kind = chance.choice([FaultKind.KILL_RUNNER, FaultKind.KILL_HOST, FaultKind.KILL_TRIAL, FaultKind.KILL_ALL])
    return Plan(f"determinism/{name}", seed, number, (Fault(kind, sometime(chance, facts)),))


def decision_hash(outcome: Tree) -> str:
    """The digest of the decision log of a home's one sweep; of all that is there, when there is none."""
    for root in outcome.values():
        for facts in root.values() if isinstance(root, dict) else ():
            if isinstance(facts, dict) and (log := facts.get("decision log")):
                return str(log)[:12]
    empty: Json = dict(outcome)
    return f"none ({digest_bytes(canonical_json(empty).encode())[:8]})"


def table(cells: list[Cell]) -> str:
    """One row a sampler, one column a concurrency: the hash, or how many there are."""
    samplers = list(dict.fromkeys(cell.sampler for cell in cells))
    concurrencies = list(dict.fromkeys(cell.concurrency for cell in cells))
    rows: list[tuple[str, ...]] = [("sampler", *(f"{n} at a time" for n in concurrencies), "hashes")]
    for sampler in samplers:
        of_sampler = {cell.concurrency: cell for cell in cells if cell.sampler == sampler}
        hashes = set().union(*(cell.hashes for cell in of_sampler.values()))
        rows.append((sampler, *(_words(of_sampler[n]) for n in concurrencies), str(len(hashes))))
    return align(rows)


def is_good(cells: list[Cell]) -> bool:
    """One hash a sampler, and nothing off in any run."""
    one_hash = all(
        len(set().union(*(cell.hashes for cell in cells if cell.sampler == sampler))) == 1
        for sampler in {cell.sampler for cell in cells}
    )
    return one_hash and not any(judged.faults for cell in cells for judged in cell.judged)


def results(cell: Cell) -> list[Result]:
    """All runs of a cell."""
    return [judged.result for judged in cell.judged]


def _words(cell: Cell) -> str:
    hashes = cell.hashes
    return f"{next(iter(hashes))} x{len(cell.judged)}" if len(hashes) == 1 else f"{len(hashes)} hashes (!)"
