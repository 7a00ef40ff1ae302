"""The simulated world does what its scripts say."""

from __future__ import annotations

from hyperstep.policies.bandit import BanditPolicy
from hyperstep.records.goal import Goal, PrimaryMetric
from hyperstep.records.status import RunStatus
from hyperstep.samplers.random import RandomSampler
from hyperstep.search_space.space import SearchSpace
from hyperstep.sweep.config import Limits, SweepConfig
from hyperstep.sweep.instructions import EndTrial
from hyperstep.testing.simulation import Script, Simulation

CONFIG = SweepConfig(
    RandomSampler(SearchSpace.from_json({"lr": ["uniform", [0, 1]]}), 1),
    BanditPolicy(slack_amount=0.25),
    PrimaryMetric("accuracy", Goal.MAXIMIZE),
    Limits(5, 2),
)
SCRIPTS = {
    (0, 0): Script((0.5, 0.75)),
    (1, 0): Script((0.1, 0.9)),
    (2, 0): Script((0.6,), lost=True),
    (2, 1): Script((0.6,)),
    (3, 0): Script((0.7,), exit_code=2, error="ValueError: x"),
    (4, 0): Script(fault="no slot fits"),
}


def test_each_trial_ends_as_its_script_says() -> None:
    simulation = Simulation(CONFIG, lambda trial, attempt: SCRIPTS[trial, attempt])
    finish = simulation.run()
    ends = {i.trial: (i.status, i.error) for i in simulation.instructions if isinstance(i, EndTrial)}
    assert ends == {
        0: (RunStatus.COMPLETED, ""),
        1: (RunStatus.CANCELED, ""),
        2: (RunStatus.COMPLETED, ""),
        3: (RunStatus.FAILED, "ValueError: x"),
        4: (RunStatus.FAILED, "no slot fits"),
    }
    assert simulation.controller.curve(0) == (0.5, 0.75)
    assert simulation.controller.curve(1) == (0.1,)
    assert (finish.status, finish.best) == (RunStatus.COMPLETED, 0)
    assert simulation.controller.attempt_of(2) == 1
