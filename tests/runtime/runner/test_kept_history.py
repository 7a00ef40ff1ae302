"""Sweeps of a changed space that keep the finished trials of an earlier one, driven by a real runner."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.runtime.runner.reuse_cases import space
from tests.runtime.runner.trial_bed import TrialBed, make_bed
from tests.runtime.runner.trial_cases import KEEP, MORE, ONE_MORE, WIDER, attribute_of, two

from hyperstep import samplers
from hyperstep.pipeline.plan import HistoryVerdict
from hyperstep.pipeline.reuse import Reason
from hyperstep.pipeline.spec import TuningSpec
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.reuse.kept_history import with_recorded
from hyperstep.runtime.runner.reuse.sweep_seed import sweep_config
from hyperstep.samplers.base import Observation
from hyperstep.sweep.keeping import Objection, SetAside


@pytest.fixture
def bed(tmp_path: Path) -> Iterator[TrialBed]:
    home = Home.open()
    yield make_bed(home, tmp_path / "project")
    home.close()


def points_of(bed: TrialBed) -> list[str]:
    return [trial.properties["hyperparameters"] for trial in bed.trials]


def kept_of(bed: TrialBed) -> HistoryVerdict:
    """What the next sweep keeps: the plan says it, the ledger and the run's properties say the same."""
    planned = bed.plan_trials().history
    assert bed.sweep().history == planned
    assert planned is not None
    assert bed.newest is not None
    assert json.loads(bed.newest.properties["history"])["kept"] == planned.kept
    return planned


def test_what_is_set_aside_is_told_for_each_hyperparameter(bed: TrialBed) -> None:
    bed.sweep()
    assert bed.newest is not None
    first, points = bed.newest.id, [json.loads(point) for point in points_of(bed)]
    two(KEEP, space(lr=["uniform", [0.75, 1]], n=["choice", [[1, 2]]]))(bed)
    low, lost = sum(point["lr"] < 0.75 for point in points), sum(point["n"] == 3 for point in points)
    history = kept_of(bed)
    assert (history.source_run, history.reason, history.kept + history.set_aside) == (first, "", 4)
    told = {(aside.hyperparameter, aside.reason): aside.trials for aside in history.because}
    assert told == {("lr", Objection.OUT_OF_RANGE.value): low, ("n", Objection.NO_OPTION.value): lost}
    assert [trial.reused_from for trial in bed.trials][history.kept :] == [None] * (4 - history.kept)


def test_kept_trials_come_first_and_count_for_the_limit_and_the_best(bed: TrialBed) -> None:
    bed.sweep()
    first = bed.trials
    two(KEEP, space(lr=["uniform", [0.1, 1]]), MORE)(bed)
    assert kept_of(bed).kept == 4
    assert [trial.reused_from for trial in bed.trials] == [*(trial.id for trial in first), None, None]
    assert bed.newest is not None
    best = max(bed.trials, key=lambda trial: json.loads(trial.properties["hyperparameters"])["lr"])
    assert bed.newest.properties["best_child_run_id"] == best.id


def test_what_a_sweep_had_kept_is_kept_by_the_next_one_also_with_a_default_for_the_past(bed: TrialBed) -> None:
    bed.sweep()
    first = [trial.id for trial in bed.trials]
    two(ONE_MORE, attribute_of("keep_history", {"past": {"m": 2}}), MORE)(bed)
    bed.sweep()
    assert [json.loads(point).get("m") for point in points_of(bed)][:4] == [2] * 4
    second = [trial.reused_from or trial.id for trial in bed.trials]
    two(WIDER, KEEP)(bed)
    assert kept_of(bed).kept == 6
    assert [trial.reused_from for trial in bed.trials] == second
    assert second[:4] == first


@pytest.mark.parametrize("sampler", ["RANDOM", "SOBOL"])
def test_an_equal_seed_does_not_bring_kept_points_again(bed: TrialBed, sampler: str) -> None:
    bed.config["sampler"]["name"] = sampler
    bed.sweep()
    first = points_of(bed)
    two(KEEP, MORE)(bed)
    assert kept_of(bed).kept == 4
    assert points_of(bed)[:4] == first
    assert len(set(points_of(bed))) == 6


def test_a_grid_that_grows_runs_only_what_is_new_in_it(bed: TrialBed) -> None:
    bed.config["sampler"] = {"name": "GRID", "space": {"lr": ["choice", [[0.5, 1.0]]]}, "order": ["lr"]}
    bed.sweep()
    two(KEEP, space(lr=["choice", [[0.25, 0.5, 0.75, 1.0]]]))(bed)
    assert kept_of(bed).kept == 2
    assert [json.loads(point)["lr"] for point in points_of(bed)] == [0.5, 1.0, 0.25, 0.75]
    assert [bool(trial.reused_from) for trial in bed.trials] == [True, True, False, False]


def test_a_model_learns_from_kept_trials(bed: TrialBed) -> None:
    bed.config["limits"]["max_total"] = 12
    bed.sweep()
    points = [json.loads(point) for point in points_of(bed)]
    bed.config["sampler"] |= {"name": "BayesianOptimization", "goal": "maximize"}
    two(KEEP, WIDER, attribute_of("limits", {"max_total": 13, "max_concurrent": 1}))(bed)
    assert kept_of(bed).kept == 12
    model = samplers.from_json(bed.config["sampler"])
    seen = [Observation(number, point, point["lr"], ended=True) for number, point in enumerate(points)]
    assert json.loads(points_of(bed)[12]) == model.propose(0, seen) != model.propose(0, [])


def test_only_a_sweep_of_equal_metric_that_has_ended_with_trials_is_kept_from(bed: TrialBed) -> None:
    KEEP(bed)
    history = kept_of(bed)
    assert (history.kept, history.source_run) == (0, None)
    assert "has ended with finished trials" in history.reason
    bed.config["metric"]["goal"] = "minimize"
    assert kept_of(bed).source_run is None


def test_a_trial_whose_files_are_gone_is_set_aside(bed: TrialBed) -> None:
    bed.sweep()
    bed.remove_a_file()
    two(KEEP, WIDER)(bed)
    history = kept_of(bed)
    assert (history.kept, history.set_aside) == (3, 1)
    assert history.because == (SetAside("", Reason.SOURCE_GONE.value, 1),)


def test_without_reuse_nothing_is_kept(bed: TrialBed) -> None:
    bed.sweep()
    two(KEEP, WIDER)(bed)
    bed.step["allow_reuse"] = False
    assert kept_of(bed) == HistoryVerdict(Reason.FORBIDDEN.value)


def test_the_next_runner_keeps_the_same_trials(bed: TrialBed) -> None:
    bed.sweep()
    first = [trial.id for trial in bed.trials]
    two(KEEP, WIDER, MORE)(bed)
    bed.sweep()
    assert bed.newest is not None
    journal = bed.home.store.journal(bed.newest.id)
    config = with_recorded(sweep_config(TuningSpec(bed.config), bed.newest), journal, bed.newest.id)
    assert [trial.source for trial in config.kept] == first
    assert [dict(trial.point) for trial in config.kept] == [json.loads(point) for point in points_of(bed)[:4]]
