"""What the ledger says of a stop is enough to judge it again."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest

from hyperstep import policies, samplers
from hyperstep.digest import Json
from hyperstep.policies.cohort import Cohort
from hyperstep.records.goal import Goal, PrimaryMetric
from hyperstep.sweep.config import Limits, SweepConfig
from hyperstep.sweep.controller import SweepController
from hyperstep.sweep.instructions import RecordDecision
from hyperstep.testing.simulation import Script, Simulation

POLICIES: list[Json] = [
    {"name": "Bandit", "properties": {"slack_amount": 0.2}},
    {"name": "Bandit", "properties": {"slack_factor": 0.5, "evaluation_interval": 2}},
    {"name": "MedianStopping", "properties": {"delay_evaluation": 2}},
    {"name": "TruncationSelection", "properties": {"truncation_percentage": 40}},
]
NOT_PROPERTIES = {"policy", "interval", "goal", "value", "threshold", "best", "median", "ranking", "peers"}


def _life(policy: Json, goal: Goal) -> Simulation:
    config = SweepConfig(
        sampler=samplers.from_json({"name": "RANDOM", "space": {"x": ["uniform", [0, 1]]}, "order": ["x"], "seed": 1}),
        policy=policies.from_json(policy),
        metric=PrimaryMetric("accuracy", goal),
        limits=Limits(40, 8),
    )
    chance = random.Random(5)
    curves = [tuple(chance.uniform(0.1, 1) for _ in range(6)) for _ in range(40)]
    simulation = Simulation(config, lambda trial, _: Script(curves[trial]), slots=8, pick=chance.choice)
    simulation.run()
    return simulation


def _stops(simulation: Simulation) -> list[RecordDecision]:
    found = [i for i in simulation.instructions if isinstance(i, RecordDecision) and i.kind == "stop"]
    assert len(found) > 3
    return found


@pytest.mark.parametrize("goal", Goal)
@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy["name"])
def test_every_stop_follows_from_its_evidence(policy: Json, goal: Goal) -> None:
    for stop in _stops(_life(policy, goal)):
        evidence: Mapping[str, Any] = stop.evidence
        assert Goal(evidence["goal"]).better(evidence["threshold"], evidence["value"])
        assert evidence["threshold"] == pytest.approx(_threshold(evidence), rel=1e-12)


def _threshold(evidence: Mapping[str, Any]) -> float:
    """The threshold from the other facts."""
    if evidence["policy"] != "Bandit":
        return float(evidence["median"] if "median" in evidence else evidence["threshold"])
    cohort = Cohort(Goal(evidence["goal"]))
    cohort.report(0, evidence["best"]["value"])
    cohort.report(1, evidence["value"])
    properties = {name: value for name, value in evidence.items() if name not in NOT_PROPERTIES}
    policy = policies.from_json({"name": "Bandit", "properties": {**properties, "evaluation_interval": 1}})
    return float(str(policy.judge(1, 1, cohort).evidence["threshold"]))


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy["name"])
def test_every_stop_is_judged_the_same_when_the_events_before_it_are_replayed(policy: Json) -> None:
    simulation = _life(policy, Goal.MAXIMIZE)
    controller = SweepController(simulation.controller.config)
    judged: list[RecordDecision] = []
    for event in simulation.events:
        decisions = [i for i in controller.handle(event) if isinstance(i, RecordDecision) and i.kind == "stop"]
        for decision in decisions:
            interval = int(str(decision.evidence["interval"]))
            verdict = controller.config.policy.judge(decision.trial or 0, interval, controller.state.cohort)
            assert dict(verdict.evidence) == dict(decision.evidence)
        judged += decisions
    assert judged == _stops(simulation)
