"""What a sampler sees of the trials so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hyperstep.digest import Json
from hyperstep.policies.cohort import Cohort
from hyperstep.policies.no_termination import NoTerminationPolicy
from hyperstep.records.goal import Goal, PrimaryMetric
from hyperstep.records.status import RunStatus
from hyperstep.samplers.base import Observation, Point, Sampler
from hyperstep.sweep.config import Limits, SweepConfig
from hyperstep.sweep.history import History
from hyperstep.sweep.trial_state import TrialState
from hyperstep.testing.simulation import Script, Simulation


class Curious(Sampler):
    """Notes all that it is shown."""

    name = "CURIOUS"
    size = None

    def __init__(self) -> None:
        self.seen: list[list[Observation]] = []

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Curious:
        del data
        return cls()

    def propose(self, index: int, history: Sequence[Observation]) -> Point | None:
        self.seen.append(list(history))
        return {"x": index}

    def to_json(self) -> dict[str, Json]:
        return {"name": self.name}


def test_a_sampler_sees_the_trials_in_list_order_as_far_as_they_are_known() -> None:
    sampler = Curious()
    config = SweepConfig(sampler, NoTerminationPolicy(), PrimaryMetric("loss", Goal.MINIMIZE), Limits(3, 2))
    Simulation(config, lambda trial, _: Script(values=(5.0, float(trial), 7.0)[: trial + 2])).run()
    assert sampler.seen == [
        [],
        [Observation(0, {"x": 0}, best=None, ended=False)],
        [Observation(0, {"x": 0}, best=0.0, ended=True), Observation(1, {"x": 1}, best=1.0, ended=False)],
    ]


def test_it_is_a_sequence() -> None:
    trials = [TrialState(0, {"x": 1}, status=RunStatus.FAILED), TrialState(1, {"x": 2}), TrialState(2, {"x": 3})]
    history = History(trials, Cohort(Goal.MAXIMIZE))
    assert len(history) == 3
    assert [o.point["x"] for o in history[1:]] == [2, 3]
    assert history[-1].index == 2
    assert [o.ended for o in history] == [True, False, False]


def test_in_logical_time_later_trials_are_pending_whatever_they_have_reached() -> None:
    cohort = Cohort(Goal.MAXIMIZE)
    trials = [TrialState(index, {"x": index}) for index in range(3)]
    for trial in trials:
        cohort.report(trial.index, 0.5)
        trial.status = RunStatus.COMPLETED
    trials[0].status = RunStatus.RUNNING
    seen = list(History(trials, cohort, known=2))
    assert [(one.index, one.best, one.ended) for one in seen] == [(0, 0.5, True), (1, 0.5, True), (2, None, False)]
