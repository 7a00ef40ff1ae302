"""The decisions of a sweep in logical order, and one digest of them.

The ledger has decisions as they were taken. The log has those that say what the sweep is, trial by trial: its point,
then why it was stopped; at last the end. Left out is what depends on the machine and the moment: attempts that were
repeated, halts, texts for people, and trials past a limit of failures. Of a deterministic sweep the log is the same at
any concurrency and whatever was killed.
"""

from __future__ import annotations

from collections.abc import Sequence

from hyperstep.digest import Json, digest_json
from hyperstep.sweep.instructions import RecordDecision

_KINDS = ("sample", "take up", "keep", "stop", "exhausted", "finish")
_FOR_PEOPLE = "reason"


def decision_log(decisions: Sequence[RecordDecision]) -> list[dict[str, Json]]:
    """The log's entries, each with ``kind``, ``trial`` and ``evidence``.

    Args:
        decisions: The ledger, in the order in which it was written.
    """
    counted = next((d.evidence.get("counted_trials") for d in decisions if d.kind == "finish"), None)
    kept = [decision for decision in decisions if decision.kind in _KINDS and _counts(decision, counted)]
    ordered = sorted(kept, key=lambda d: (d.trial is None, d.trial or 0, _KINDS.index(d.kind)))
    return [{"kind": d.kind, "trial": d.trial, "evidence": _logical(d)} for d in ordered]


def decision_digest(decisions: Sequence[RecordDecision]) -> str | None:
    """Digest of the log of a sweep that has ended; None before."""
    if not any(decision.kind == "finish" for decision in decisions):
        return None
    return digest_json(decision_log(decisions))


def _counts(decision: RecordDecision, counted: Json) -> bool:
    if not isinstance(counted, int):
        return True
    return decision.trial < counted if decision.trial is not None else decision.kind != "exhausted"


def _logical(decision: RecordDecision) -> dict[str, Json]:
    return {name: fact for name, fact in decision.evidence.items() if name != _FOR_PEOPLE}
