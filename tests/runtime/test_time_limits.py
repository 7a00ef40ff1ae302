"""Limits of time hold, and only they end a run: whatever the machine's clock does, and where nothing else would."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.runtime.bench import Bench, sweep_config

from hyperstep.cli.main import main
from hyperstep.errors import InvalidInputError
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime import submission
from hyperstep.runtime.submission import Label, submit_step
from hyperstep.settings import load_settings

LOGS = "from hyperstep_trial import Run\nRun.get_context().log('acc', 1)\n"
SLEEPS = LOGS + "import time\ntime.sleep(600)\n"
SILENT = "import time\ntime.sleep(600)\n"
TALKS = "import time\nfor _ in range(12):\n    print('.', flush=True)\n    time.sleep(0.25)\n"
HOUR_S = 3600.0


def run_with_jumping_clock(
    bench: Bench, label: Label, monkeypatch: pytest.MonkeyPatch, script: str, *, limit_s: float, jump_s: float
) -> RunRecord:
    config = sweep_config(total=3)
    limits = config["limits"]
    assert isinstance(limits, dict)
    limits["max_duration_s"] = limit_s
    with monkeypatch.context() as patch:
        patch.setattr(submission, "start_runner", lambda _home, _root_id: True)
        sweep = submit_step(bench.home, bench.tuning_step(script, config), label)
    runner = Path(__file__).with_name("jumping_clock.py")
    subprocess.run([sys.executable, str(runner), str(bench.home.path), sweep.id, str(jump_s)], check=True)
    times = [event.time for event in bench.home.store.journal(sweep.id).events(sweep.id)]
    assert all(later >= earlier for earlier, later in pairwise(times))
    return bench.read(sweep.id)


@pytest.mark.parametrize("jump_s", [HOUR_S, -HOUR_S])
def test_a_clock_that_jumps_does_not_end_a_sweep_before_its_time(
    bench: Bench, label: Label, monkeypatch: pytest.MonkeyPatch, jump_s: float
) -> None:
    sweep = run_with_jumping_clock(bench, label, monkeypatch, LOGS, limit_s=HOUR_S, jump_s=jump_s)
    assert sweep.status is RunStatus.COMPLETED, sweep.reason
    trials = bench.home.store.journal(sweep.id).runs(kind=RunKind.TRIAL)
    assert [trial.status for trial in trials] == [RunStatus.COMPLETED] * 3


@pytest.mark.parametrize("jump_s", [HOUR_S, -HOUR_S])
def test_a_clock_that_jumps_does_not_keep_a_sweep_from_ending_in_time(
    bench: Bench, label: Label, monkeypatch: pytest.MonkeyPatch, jump_s: float
) -> None:
    sweep = run_with_jumping_clock(bench, label, monkeypatch, SLEEPS, limit_s=2, jump_s=jump_s)
    assert sweep.status is RunStatus.COMPLETED
    assert "The time limit of 2 s was reached" in sweep.reason


def test_a_silent_trial_is_ended_with_the_reason_and_one_that_talks_is_not(bench: Bench, label: Label) -> None:
    for script, status in ((SILENT, RunStatus.FAILED), (TALKS + LOGS, RunStatus.COMPLETED)):
        step = bench.tuning_step(script, sweep_config(total=1))
        step = replace(step, code=replace(step.code, max_silence_s=1.5))
        sweep = bench.wait(submit_step(bench.home, step, label).id)
        assert sweep.status is status, sweep.error
        trial = bench.home.store.journal(sweep.id).runs(kind=RunKind.TRIAL)[0]
        assert (trial.error is None) is (status is RunStatus.COMPLETED)
        if trial.error is not None:
            assert "was silent for more than max_silence_s = 1.5: no output, no metric" in trial.error.message


def test_the_setting_holds_for_every_step_and_the_command_line_option_for_one_sweep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "train.py").write_text(SILENT)
    monkeypatch.chdir(tmp_path)
    tune = ["tune", "train.py", "--space", "x=choice:1", "--metric", "acc", "--max", "1"]
    assert main([*tune, "--max-silence", "0.5"]) == 1
    assert "silent for more than max_silence_s = 0.5" in capsys.readouterr().err
    (tmp_path / "hyperstep.toml").write_text("[local]\nmax_silence_s = 0.75\n")
    assert main(tune) == 1
    assert "silent for more than max_silence_s = 0.75" in capsys.readouterr().err


def test_a_sampler_with_nothing_left_ends_the_sweep_and_says_so(bench: Bench, label: Label) -> None:
    config = sweep_config(total=50, space={"x": ["choice", [[1, 2, 3]]]})
    sweep = bench.wait(submit_step(bench.home, bench.tuning_step(LOGS, config), label).id)
    assert sweep.status is RunStatus.COMPLETED
    assert len(bench.home.store.journal(sweep.id).runs(kind=RunKind.TRIAL)) == 3
    assert "exhausted" in {d.kind for d in bench.home.store.journal(sweep.id).decisions(sweep.id)}
    log = {a.path: a.digest for a in bench.home.store.journal(sweep.id).artifacts(sweep.id)}
    told = bench.home.artifacts.read_bytes(log["azureml-logs/hyperdrive.txt"]).decode()
    assert "All points of the search space have been sampled." in told


@pytest.mark.parametrize("slots", ["0", "-1", "none"])
def test_slots_that_nothing_fits_in_are_refused_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, slots: str
) -> None:
    monkeypatch.setenv("HYPERSTEP_SLOTS", slots)
    with pytest.raises(InvalidInputError, match=r"HYPERSTEP_SLOTS must be a whole number, 1 or more.*number of cores"):
        load_settings()


def test_a_sweep_that_wants_more_places_than_there_are_runs_in_those_and_says_how_many(
    bench: Bench, label: Label
) -> None:
    config = sweep_config(total=3, concurrent=500)
    step = replace(bench.tuning_step(LOGS, config), nodes=300)
    sweep = bench.wait(submit_step(bench.home, step, label).id)
    assert sweep.status is RunStatus.COMPLETED
    assert int(sweep.properties["effective_concurrency"]) < 300
