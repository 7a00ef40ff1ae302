"""The log of a sweep's decisions has a logical order and holds nothing of the moment."""

from __future__ import annotations

from hyperstep.sweep.decision_log import decision_digest, decision_log
from hyperstep.sweep.instructions import RecordDecision

LEDGER = [
    RecordDecision("sample", 0, {"x": 1}),
    RecordDecision("sample", 1, {"x": 2}),
    RecordDecision("stop", 1, {"policy": "Bandit", "interval": 2}),
    RecordDecision("retry", 0, {"attempt": 1}),
    RecordDecision("halt", 0, {}),
    RecordDecision("stop", 0, {"cause": "cancel", "reason": "enough"}),
    RecordDecision("sample", 2, {"x": 3}),
    RecordDecision("exhausted", None, {"points": 3}),
    RecordDecision("finish", None, {"status": "Canceled", "reason": "at 12:00"}),
]


def test_entries_come_trial_by_trial_without_what_depends_on_the_moment() -> None:
    assert [(e["kind"], e["trial"], e["evidence"]) for e in decision_log(LEDGER)] == [
        ("sample", 0, {"x": 1}),
        ("stop", 0, {"cause": "cancel"}),
        ("sample", 1, {"x": 2}),
        ("stop", 1, {"policy": "Bandit", "interval": 2}),
        ("sample", 2, {"x": 3}),
        ("exhausted", None, {"points": 3}),
        ("finish", None, {"status": "Canceled"}),
    ]


def test_the_digest_is_that_of_the_log_once_the_sweep_has_ended() -> None:
    assert decision_digest(LEDGER[:-1]) is None
    moved = [LEDGER[0], LEDGER[3], *LEDGER[1:3], *LEDGER[5:]]
    assert decision_digest(moved) == decision_digest(LEDGER) is not None
    assert decision_digest([RecordDecision("sample", 0, {"x": 2}), *LEDGER[1:]]) != decision_digest(LEDGER)


def test_trials_past_a_limit_of_failures_are_no_part() -> None:
    finish = RecordDecision("finish", None, {"status": "Failed", "counted_trials": 1})
    kinds = [(entry["kind"], entry["trial"]) for entry in decision_log([*LEDGER[:-1], finish])]
    assert kinds == [("sample", 0), ("stop", 0), ("finish", None)]
