"""What a sampler sees of the trials so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperstep.digest import Json
from hyperstep.policies.bandit import BanditPolicy
from hyperstep.policies.cohort import Cohort
from hyperstep.policies.no_termination import NoTerminationPolicy
from hyperstep.records.goal import Goal, PrimaryMetric
from hyperstep.records.status import RunStatus
from hyperstep.samplers.base import Observation, Point, Sampler
from hyperstep.samplers.history import Excerpt, History
from hyperstep.sweep.config import Limits, SweepConfig
from hyperstep.sweep.earlier import EarlierTrial
from hyperstep.sweep.history import SweepHistory, learn
from hyperstep.sweep.instructions import EndTrial
from hyperstep.sweep.results import MAX_BEST, MAX_RECENT
from hyperstep.sweep.state import SweepState
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


def sweep_of(trials: list[TrialState], cohort: Cohort | None = None) -> SweepState:
    return SweepState(Limits(100_000, 2), cohort or Cohort(Goal.MAXIMIZE), trials)


def test_it_is_a_sequence() -> None:
    trials = [TrialState(0, {"x": 1}, status=RunStatus.FAILED), TrialState(1, {"x": 2}), TrialState(2, {"x": 3})]
    history = SweepHistory(sweep_of(trials))
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
    seen = list(SweepHistory(sweep_of(trials, cohort), known=2))
    assert [(one.index, one.best, one.ended) for one in seen] == [(0, 0.5, True), (1, 0.5, True), (2, None, False)]


class Excerpting(Curious):
    """Compares each excerpt with what a look at every trial gives."""

    WANTED = (Excerpt(best=3, recent=4, pending=2), Excerpt(best=100, recent=300, pending=9))

    uses_history = True

    def propose(self, index: int, history: Sequence[Observation]) -> Point | None:
        assert isinstance(history, History)
        everything = list(history)
        for wanted in self.WANTED:
            assert history.excerpt(wanted, Goal.MINIMIZE) == wanted.of(everything, Goal.MINIMIZE)
        return {"x": index}


@pytest.mark.parametrize("deterministic", [False, True])
@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_an_excerpt_is_what_a_look_at_all_trials_chooses(deterministic: bool, data: st.DataObject) -> None:
    values = st.one_of(st.none(), st.sampled_from([0.0, 1.0, 2.5, 4.0]))
    script = st.builds(Script, values=st.lists(values, max_size=3).map(tuple), exit_code=st.sampled_from([0, 0, 1]))
    scripts = data.draw(st.lists(script, min_size=1, max_size=30))
    earlier = tuple(EarlierTrial({"x": -1}, value) for value in data.draw(st.lists(values, max_size=4)))
    config = SweepConfig(
        Excerpting(),
        BanditPolicy(slack_amount=1.0),
        PrimaryMetric("loss", Goal.MINIMIZE),
        Limits(len(scripts), 4),
        history=earlier,
        deterministic=deterministic,
    )
    Simulation(config, lambda trial, _: scripts[trial], slots=data.draw(st.integers(1, 4))).run()


def test_an_excerpt_reads_no_more_trials_of_a_long_sweep_than_of_a_short_one(monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[int] = []
    observe = SweepHistory._observe

    def counting(self: SweepHistory, trial: TrialState) -> Observation:
        reads.append(trial.index)
        return observe(self, trial)

    monkeypatch.setattr(SweepHistory, "_observe", counting)
    state = sweep_of([])
    counts = []
    for index in range(5_000):
        state.trials.append(TrialState(index, {"x": index}, status=RunStatus.COMPLETED))
        state.cohort.report(index, float(index * 7919 % 10_007))
        learn(state, [EndTrial(index, RunStatus.COMPLETED, "")])
        if index in {999, 4_999}:
            SweepHistory(state).excerpt(Excerpt(50, 300, 100), Goal.MAXIMIZE)
            counts.append(len(reads))
            reads.clear()
    assert max(counts) <= MAX_BEST + MAX_RECENT


def test_an_excerpt_larger_than_what_a_sweep_keeps_is_a_defect() -> None:
    with pytest.raises(ValueError, match="keeps 100 best"):
        SweepHistory(sweep_of([])).excerpt(Excerpt(101, 1, 1), Goal.MAXIMIZE)
