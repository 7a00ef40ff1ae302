"""Real runs under real faults; and the harness sees what is wrong when something is."""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace  # noqa: TID251 - of scenarios, which are dataclasses
from pathlib import Path

import pytest

from hyperstep.launchers import can_host
from hyperstep.testing.faults import storage
from hyperstep.testing.faults.accounting import account, read_notes
from hyperstep.testing.faults.campaign import Undisturbed, UnfitSubjectError, facts_of, judge, try_plans
from hyperstep.testing.faults.command import OFF, OK, UNFIT, main
from hyperstep.testing.faults.plan import Fault, FaultKind, Plan, When
from hyperstep.testing.faults.processes import kill_all
from hyperstep.testing.faults.running import run_once
from hyperstep.testing.faults.scenarios import find_scenarios
from hyperstep.testing.faults.scene import Scene
from hyperstep.testing.faults.subject import Subject, shipped_sweep, users_driver

pytestmark = pytest.mark.skipif(not can_host(), reason="signals of POSIX")

SEED = 11
SHIPPED = "hyperstep.testing.faults.shipped.sweep"
SMALL = shipped_sweep("small sweep", trials=4)
POINTS = {
    "runner": 2, "host": 2, "keeper": 1, "trial": 2, "all": 2, "sleep": 1, "fence": 2, "trial-sleep": 1, "slow": 1,
    "clock": 1, "full-disk": 1, "odd-metrics": 1, "hung": 1, "pipeline": 1, "children": 1,
}  # fmt: skip
"""Twenty in all; ``make faults`` has two hundred of each."""

DRIVER = """
import sys
from azureml.core import Experiment, ScriptRunConfig, Workspace
from azureml.train.hyperdrive import HyperDriveConfig, PrimaryMetricGoal, RandomParameterSampling, uniform
config = HyperDriveConfig(
    run_config=ScriptRunConfig(source_directory=".", script="train.py", compute_target="local"),
    hyperparameter_sampling=RandomParameterSampling({"x": uniform(0, 1)}, properties=PROPERTIES),
    primary_metric_name="acc", primary_metric_goal=PrimaryMetricGoal.MAXIMIZE, max_total_runs=3, max_concurrent_runs=2,
)
run = Experiment(Workspace.from_config(), "own").submit(config)
run.wait_for_completion()
sys.exit(7)
"""
TRAIN = """
import sys, time
from azureml.core import Run
for epoch in range(4):
    time.sleep(0.02)
    Run.get_context().log("acc", float(sys.argv[2]) * epoch)
"""
WAIT_FOR_THE_KILL = """
import os
while os.environ["HYPERSTEP_ATTEMPT"] == "0" and os.environ["AZUREML_RUN_ID"].endswith("_0"):
    time.sleep(1)
"""


@pytest.fixture(scope="module")
def undisturbed() -> Undisturbed:
    return Undisturbed()


@pytest.mark.parametrize("name", sorted(POINTS))
def test_a_disturbed_run_ends_as_the_undisturbed_one(name: str, undisturbed: Undisturbed) -> None:
    [scenario] = find_scenarios([name])
    if scenario.needs_disk and (why := storage.can_mount()):
        pytest.skip(why)
    subject = SMALL if scenario.subject == shipped_sweep() else scenario.subject
    reference = undisturbed.of(subject)
    plans = [scenario.plan(SEED, number, facts_of(reference)) for number in range(POINTS[name])]
    for judged in try_plans(subject, plans, reference, lambda _judged: None):
        assert judged.faults == (), (judged.result.plan, judged.result.done)


def test_a_sweep_that_was_simply_started_again_does_not_pass(undisturbed: Undisturbed) -> None:
    script = (
        f"import os, runpy, sys\nSHIPPED = {SHIPPED!r}\n"
        "os.environ['HYPERSTEP_NO_REUSE'] = '[\"*\"]'\n"  # trials of the first may have finished by then
        "for _ in range(2):\n"
        "    sys.argv[1:] = ['trials=4']; runpy.run_module(SHIPPED, run_name='__main__')\n"
    )
    twice = replace(shipped_sweep("twice"), command=(sys.executable, "-c", script))
    reference = undisturbed.of(SMALL)
    faults = judge(run_once(twice, Plan("twice", 0)), reference)
    assert "it ended otherwise: run 2: only in the disturbed run" in faults
    assert "trial-0000 attempt 0 was started 2 times" in faults


def test_what_is_left_behind_is_seen(undisturbed: Undisturbed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hyperstep.testing.faults.running._LEAVE_S", 0.5)
    script = (
        f"import runpy, subprocess, sys\nSHIPPED = {SHIPPED!r}\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True, cwd='/')\n"
        "sys.argv[1:] = ['trials=4']; runpy.run_module(SHIPPED, run_name='__main__')\n"
    )
    leaving = replace(shipped_sweep("leaving"), command=(sys.executable, "-c", script))
    faults = judge(run_once(leaving, Plan("leaving", 0)), undisturbed.of(SMALL))
    (fault,) = [fault for fault in faults if not fault.startswith("left behind: runner ")]  # that one is on its way out
    assert fault.startswith("left behind: other ")


def test_a_driver_that_submits_nothing_is_no_subject() -> None:
    nothing = Subject("nothing", (sys.executable, "-c", "print('not today')"))
    with pytest.raises(UnfitSubjectError, match="submitted nothing: not today"):
        Undisturbed().of(nothing)


def write_driver(folder: Path, properties: Mapping[str, object]) -> None:
    (folder / "pipeline.py").write_text(DRIVER.replace("PROPERTIES", repr(dict(properties))))
    (folder / "train.py").write_text(TRAIN)


def test_a_users_own_driver_is_tried_with_its_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_driver(tmp_path, {"seed": 3})
    monkeypatch.chdir(tmp_path)
    assert main(["--points", "1", "--scenario", "runner", "--", "pipeline.py"]) == OK
    told = capsys.readouterr()
    assert "all equal" in told.out
    assert "runner: 1 of 1 runs" in told.err
    assert not (tmp_path / "outputs").exists()


def test_a_driver_without_a_seed_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_driver(tmp_path, {})
    monkeypatch.chdir(tmp_path)
    assert main(["--points", "1", "--", "pipeline.py"]) == UNFIT
    told = capsys.readouterr().err
    assert "two undisturbed runs of pipeline.py differ: run 1, trial 0 of the sweep, point, x:" in told
    assert "Give its sampling a seed" in told


def test_attempts_of_a_users_script_are_counted_and_a_kill_is_their_cause(tmp_path: Path) -> None:
    write_driver(tmp_path, {"seed": 3})
    with (tmp_path / "train.py").open("a") as script:
        script.write(WAIT_FOR_THE_KILL)
    subject = users_driver(["pipeline.py"], tmp_path)
    kill = Plan("trial", 0, faults=(Fault(FaultKind.KILL_TRIAL, When(trial=0)),))
    result = run_once(subject, kill)
    assert result.trouble == ""
    assert result.exit_code == 7
    assert result.accounts.attempts["trial-0000"] == 2
    assert result.accounts.faults == ()


class TestCommand:
    def test_scenarios_are_listed(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--list"]) == OK
        assert "kill -9 of the runner" in capsys.readouterr().out

    def test_an_unknown_scenario_is_refused_with_the_known_ones(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--scenario", "earthquake"]) == UNFIT
        assert "There are: runner, host, keeper, server, trial" in capsys.readouterr().err

    def test_what_is_off_is_told_with_its_plan_and_repeated_from_it(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        [sleep] = find_scenarios(["sleep"])
        tiny = replace(sleep, subject=shipped_sweep("tiny", trials=1))
        monkeypatch.setattr("hyperstep.testing.faults.command.find_scenarios", lambda _names: [tiny])
        monkeypatch.setattr("hyperstep.testing.faults.campaign.first_difference", lambda *_: "planted")
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        monkeypatch.setattr(Undisturbed, "_run", staticmethod(lambda subject: run_once(subject, Plan("none", 0))))
        assert main(["--scenario", "sleep", "--points", "1"]) == OFF
        told = capsys.readouterr()
        assert "it ended otherwise: planted" in told.err
        assert "0 (!)" in told.out
        [plan] = tmp_path.rglob("sleep-0.json")
        assert f"--plan {plan}" in told.err
        assert main(["--plan", str(plan)]) == OFF
        assert "it ended otherwise: planted" in capsys.readouterr().out


class TestAccounts:
    """A kept home and its notes, tampered with."""

    @pytest.fixture
    def kept(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        def keep(scene: Scene) -> None:
            kill_all(scene)
            shutil.move(scene.home, tmp_path / "home-kept")
            shutil.move(scene.outside, tmp_path / "outside.jsonl")

        monkeypatch.setattr("hyperstep.testing.faults.running.kill_all", keep)
        run_once(shipped_sweep(trials=1, policy="none"), Plan("kept", 0))
        return tmp_path

    def test_lost_and_duplicated_metrics_and_causeless_attempts_are_seen(self, kept: Path) -> None:
        home, outside = kept / "home-kept", kept / "outside.jsonl"
        good = account(read_notes(outside), home, {})
        assert (good.faults, good.lost, good.duplicated) == ((), (), ())
        assert good.attempts == {"trial-0000": 1}

        [database] = home.glob("runs/*/run.db")
        with closing(sqlite3.connect(database)) as connection:
            columns = [row[1] for row in connection.execute("pragma table_info(metrics)")]
            connection.execute(
                "create temporary table copy as select * from metrics where name = 'acc' and sequence = 4"
            )
            connection.execute("update copy set sequence = 99")
            connection.execute(f"insert into metrics ({', '.join(columns)}) select * from copy")  # noqa: S608
            connection.commit()
            twice = account(read_notes(outside), home, {})
            assert len(twice.duplicated) == 1
            connection.execute("delete from metrics where name = 'acc' and sequence in (0, 99)")
            connection.commit()
        lost = account(read_notes(outside), home, {})
        assert len(lost.lost) == 1
        assert lost.lost[0].startswith("trial-0000 attempt 0 logged [('acc',")

        start = {"what": "start", "run": "trial-0000", "attempt": 1}
        with outside.open("a") as notes:
            notes.write(json.dumps(start) + "\n")
        assert account(read_notes(outside), home, {}).faults == (
            "trial-0000 had 2 attempts, and 0 faults or doubts cost it one",
        )
        assert account(read_notes(outside), home, {"trial-0000": 1}).faults == ()
