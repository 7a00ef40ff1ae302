"""What a sweep that keeps history takes over: the finished trials of the newest sweep of equal code and inputs."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from hyperstep.codec import from_json, to_json
from hyperstep.digest import Json
from hyperstep.pipeline.plan import HistoryVerdict
from hyperstep.records.names import HISTORY
from hyperstep.run_store.base import Journal
from hyperstep.runtime.runner.reuse.trial_memory import TrialMemory
from hyperstep.sweep.config import SweepConfig
from hyperstep.sweep.earlier import KeptTrial
from hyperstep.sweep.keeping import Keeping, SetAside, fit_trials

_TRIALS = "trials"
_NO_SWEEP = "no sweep of equal code, inputs, environment and metric has ended with finished trials"


def keep_history(memory: TrialMemory, config: SweepConfig, now: float) -> tuple[SweepConfig, HistoryVerdict] | None:
    """A sweep's config with the trials that it keeps, and what is to be told of it; None where it was not asked for.

    Args:
        memory: The sweep's.
        config: As it was submitted.
        now: Seconds since the epoch.
    """
    if config.keep_history is None:
        return None
    if memory.no_history is not None:
        return config, HistoryVerdict(memory.no_history.value)
    found = memory.newest_history(config)
    if found is None:
        return config, HistoryVerdict(_NO_SWEEP)
    sweep_id, trials = found
    usable, refused = _usable(memory, trials, now)
    room = config.limits.max_total - len(config.resumed)
    keeping = fit_trials(config.space, config.keep_history.past, usable, room)
    return replace(config, kept=keeping.kept), _verdict(sweep_id, keeping, refused)


def history_evidence(config: SweepConfig, verdict: HistoryVerdict) -> dict[str, Json]:
    """The decision as the ledger holds it: with the trials, so that the next runner keeps the same."""
    return {**to_json(verdict), _TRIALS: to_json(config.kept)}


def with_recorded(config: SweepConfig, journal: Journal, sweep_id: str) -> SweepConfig:
    """A config with the trials that an earlier runner kept."""
    evidence = _recorded(journal, sweep_id)
    if evidence is None:
        return config
    return replace(config, kept=from_json(tuple[KeptTrial, ...], evidence[_TRIALS]))


def told_history(journal: Journal, sweep_id: str) -> HistoryVerdict | None:
    """What was decided in a sweep that has begun; None where it keeps no history."""
    evidence = _recorded(journal, sweep_id)
    if evidence is None:
        return None
    return from_json(HistoryVerdict, {name: fact for name, fact in evidence.items() if name != _TRIALS})


def _recorded(journal: Journal, sweep_id: str) -> Mapping[str, Json] | None:
    decisions = journal.decisions(sweep_id)
    return next((d.evidence for d in decisions if d.kind == HISTORY and d.subject == sweep_id), None)


def _usable(memory: TrialMemory, trials: list[KeptTrial], now: float) -> tuple[list[KeptTrial], list[SetAside]]:
    """The trials whose records and files may be taken, and how many not for which reason."""
    usable: list[KeptTrial] = []
    refused: dict[str, int] = {}
    for trial in trials:
        objection = memory.objection_to(trial.source, now)
        if objection is None:
            usable.append(trial)
        else:
            refused[objection.value] = refused.get(objection.value, 0) + 1
    return usable, [SetAside("", reason, count) for reason, count in refused.items()]


def _verdict(sweep_id: str, keeping: Keeping, refused: list[SetAside]) -> HistoryVerdict:
    set_aside = keeping.set_aside + sum(aside.trials for aside in refused)
    return HistoryVerdict("", sweep_id, len(keeping.kept), set_aside, (*keeping.because, *refused))
