"""Plans are data: drawn from a seed, written, read, the same again."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperstep.testing.faults.plan import HITS_STARTS, HITS_TRIALS, Plan
from hyperstep.testing.faults.scenarios import MAX_HITS, SCENARIOS, Facts, Scenario, find_scenarios

FACTS = Facts(seconds=2.0, events=30)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_plan_follows_from_seed_and_number_and_survives_its_file(scenario: Scenario, tmp_path: Path) -> None:
    plans = [scenario.plan(7, number, FACTS) for number in range(50)]
    assert plans == [scenario.plan(7, number, FACTS) for number in range(50)]
    assert plans != [scenario.plan(8, number, FACTS) for number in range(50)]
    for plan in plans:
        plan.write(tmp_path / "plan.json")
        assert Plan.read(tmp_path / "plan.json") == plan


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_no_plan_costs_a_trial_more_attempts_than_it_has(scenario: Scenario) -> None:
    for number in range(200):
        faults = scenario.plan(1, number, FACTS).faults
        assert sum(fault.kind in HITS_TRIALS | HITS_STARTS for fault in faults) <= MAX_HITS


def test_scenarios_are_found_by_name() -> None:
    assert find_scenarios([]) == list(SCENARIOS)
    assert [scenario.name for scenario in find_scenarios(["all", "host"])] == ["all", "host"]
    with pytest.raises(KeyError, match="nothing"):
        find_scenarios(["nothing"])
