"""A simulated cluster does what its trials' work says, and a long sweep costs no more a decision than a short one."""

from __future__ import annotations

import cProfile
from pathlib import Path

import pytest

from hyperstep import policies, samplers
from hyperstep.digest import Json
from hyperstep.records.goal import Goal, PrimaryMetric
from hyperstep.records.run import RunKind
from hyperstep.records.status import RunStatus
from hyperstep.run_store.base import RunStore
from hyperstep.run_store.memory import MemoryRunStore
from hyperstep.run_store.sqlite.store import SqliteRunStore
from hyperstep.sweep.config import Limits, SweepConfig
from hyperstep.sweep.controller import SweepController
from hyperstep.sweep.events import event_from_json
from hyperstep.testing.simulated_cluster import SimulatedCluster
from hyperstep.testing.simulated_ledger import SimulatedLedger
from hyperstep.testing.simulated_work import Work, learning_curves

SPACE: dict[str, Json] = {"rate": ["loguniform", [-9, 0]], "solver": ["choice", [["sgd", "adam", "lbfgs"]]]}
RANDOM: Json = {"name": "RANDOM", "space": SPACE, "seed": 1}
BANDIT: Json = {"name": "Bandit", "properties": {"slack_amount": 0.1}}
DEFAULT: Json = {"name": "Default"}


def config(total: int, concurrent: int, *, sampler: Json = RANDOM, policy: Json = BANDIT) -> SweepConfig:
    metric = PrimaryMetric("accuracy", Goal.MAXIMIZE)
    return SweepConfig(samplers.from_json(sampler), policies.from_json(policy), metric, Limits(total, concurrent))


def test_trials_run_at_the_same_time_and_take_the_time_of_their_work() -> None:
    works = {0: Work((0.5, 0.6), 10.0), 1: Work((0.9,), 1.0), 2: Work((0.7,), 1.0, exit_code=3), 3: Work((0.1,), 2.0)}
    cluster = SimulatedCluster(config(4, 2, policy=DEFAULT), lambda trial, _: works[trial], workers=8)
    finish = cluster.run()
    ends = [(trial.status, cluster.controller.curve(trial.index)) for trial in cluster.controller.trials]
    assert ends == [
        (RunStatus.COMPLETED, (0.5, 0.6)),
        (RunStatus.COMPLETED, (0.9,)),
        (RunStatus.FAILED, (0.7,)),
        (RunStatus.COMPLETED, (0.1,)),
    ]
    assert (finish.status, finish.best) == (RunStatus.COMPLETED, 1)
    assert cluster.now_s == pytest.approx(30.05)
    assert cluster.busy_s == pytest.approx(30.05 + 2.05 + 2.05 + 4.05)
    assert cluster.events == 1 + 4 + 5 + 4


def test_a_trial_that_falls_behind_is_stopped_and_its_worker_takes_the_next() -> None:
    works = {0: Work((0.9, 0.9, 0.9), 10.0), 1: Work((0.1,) * 500, 10.1), 2: Work((0.95,), 0.1)}
    cluster = SimulatedCluster(config(3, 2), lambda trial, _: works[trial], workers=2)
    cluster.run()
    assert [trial.status for trial in cluster.controller.trials] == [
        RunStatus.COMPLETED,
        RunStatus.CANCELED,
        RunStatus.COMPLETED,
    ]
    assert cluster.controller.curve(1) == (0.1,)
    cluster.controller.state.check()


def test_the_limit_of_workers_holds() -> None:
    cluster = SimulatedCluster(config(60, 16), learning_curves(), workers=5)
    cluster.start()
    while not cluster.controller.finished:
        assert len(cluster.controller.running) <= 5
        cluster.step()
    assert len(cluster.controller.trials) == 60


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_what_was_recorded_replays_to_the_same_sweep(kind: str, tmp_path: Path) -> None:
    store: RunStore = MemoryRunStore() if kind == "memory" else SqliteRunStore(tmp_path)
    sweep, ledger = config(40, 8), SimulatedLedger(store)
    cluster = SimulatedCluster(sweep, learning_curves(failing=0.2), 8, ledger)
    finish = cluster.run()
    journal = ledger.journal
    events = [event_from_json(event.body) for event in journal.events("simulated")]
    assert len(events) == cluster.events
    assert SweepController.replay(sweep, events).state == cluster.controller.state
    trials = journal.runs(kind=RunKind.TRIAL)
    assert [trial.status for trial in trials] == [trial.status for trial in cluster.controller.trials]
    assert journal.run("simulated").status is finish.status
    kinds = [decision.kind for decision in journal.decisions("simulated")]
    assert kinds.count("sample") == 40
    assert kinds.count("stop") == sum(trial.stopped_by_policy for trial in cluster.controller.trials) > 0
    assert kinds[-1] == "finish"


def calls(total: int, policy: Json, sampler: Json = RANDOM) -> float:
    """Python calls for each event of a sweep, of which somebody asks for the best after each event."""
    sweep = config(total, total // 10, sampler=sampler, policy=policy)
    cluster = SimulatedCluster(sweep, learning_curves(reports=1, failing=0.3), total)

    def run() -> None:
        cluster.start()
        while not cluster.controller.finished:
            cluster.step()
            cluster.controller.best()

    profile = cProfile.Profile()
    profile.runcall(run)
    assert len(cluster.controller.trials) == total
    return sum(entry.callcount for entry in profile.getstats()) / cluster.events


@pytest.mark.parametrize("policy", [BANDIT, {"name": "MedianStopping"}], ids=["bandit", "median stopping"])
def test_an_event_among_20000_trials_takes_as_many_calls_as_among_1000(policy: Json) -> None:
    assert calls(20_000, policy) < 1.1 * calls(1_000, policy)


def test_a_best_trial_that_fails_again_and_again_is_followed_without_a_look_at_all() -> None:
    """Each trial but the first is better than all before it, and fails."""
    counts = []
    for total in (200, 2_000):
        sweep = config(total, 4, policy=DEFAULT)
        cluster = SimulatedCluster(sweep, lambda trial, _: Work((trial / 1e4,), 1.0, exit_code=int(trial > 0)), 4)
        profile = cProfile.Profile()
        profile.enable()
        cluster.start()
        while not cluster.controller.finished:
            cluster.step()
            cluster.controller.best()
        profile.disable()
        assert cluster.controller.best() == 0
        counts.append(sum(entry.callcount for entry in profile.getstats()) / cluster.events)
    assert counts[1] < 1.1 * counts[0]
