"""`hyperstep rm` of a run whose results others took over: it is refused, or what they lose is told the truth about."""

from __future__ import annotations

import io
import json
import sys

import pytest
from msgspec.structs import replace
from tests.runtime.bench import Bench, sweep_config
from tests.runtime.garbage.test_removal import WRITES, ended_sweep
from tests.runtime.test_damaged_records import overwrite

from hyperstep.cli.main import main
from hyperstep.pipeline.spec import PipelineSpec
from hyperstep.records.run import RunKind
from hyperstep.records.status import RunStatus
from hyperstep.runtime.garbage.dependants import Dependant, dependants_of
from hyperstep.runtime.home import Home
from hyperstep.runtime.liveness import live_owner
from hyperstep.runtime.submission import Label, submit_pipeline
from hyperstep.testing.run_store import root_run, trial_run

Captured = pytest.CaptureFixture[str]


def ended_pipeline(bench: Bench, label: Label) -> str:
    step = bench.tuning_step(WRITES, sweep_config(total=2))
    root = submit_pipeline(bench.home, PipelineSpec(steps=(step,)), label)
    assert bench.wait(root.id).status is RunStatus.COMPLETED
    bench.wait_until(lambda: bench.home.store.remembered("local", "tune", limit=1) != [])
    return root.id


def test_a_run_whose_step_was_reused_is_removed_by_force_only_and_then_that_is_said(
    bench: Bench, label: Label, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = ended_pipeline(bench, label), ended_pipeline(bench, label)
    source = bench.home.store.journal(first).runs(kind=RunKind.STEP)[0].id
    assert main(["best", second]) == 0
    assert main(["rm", first, "--yes"]) == 4
    said = capsys.readouterr().err
    assert f"1 step of pipeline {second} (experiment 'experiment')" in said
    assert "--force" in said
    assert bench.home.root_folder(first).is_dir()

    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    assert main(["rm", first, "--force"]) == 2
    asked = capsys.readouterr().out
    assert f"1 step of pipeline {second} (experiment 'experiment') took results over, and lose what only" in asked
    assert main(["rm", first, "--yes", "--force"]) == 0
    capsys.readouterr()
    assert main(["show", second]) == 0
    assert f"reused from {source}, which was removed" in capsys.readouterr().out
    assert main(["show", second, "--json"]) == 0
    (step,) = json.loads(capsys.readouterr().out)["steps"]
    assert (step["reused_from"], step["source_lost"], step["sweep"]) == (source, "was removed", None)
    assert main(["best", second]) == 3
    said = capsys.readouterr().err
    assert f"step 'tune' was reused from run {source}, which was removed" in said
    assert "tune nothing" not in said
    assert main(["logs", second]) == 0
    assert f"reused from {source}, which was removed with its log" in capsys.readouterr().out
    assert main(["rm", second, "--yes"]) == 0


def test_a_step_whose_source_cannot_be_read_says_so(bench: Bench, label: Label, capsys: Captured) -> None:
    first, second = ended_pipeline(bench, label), ended_pipeline(bench, label)
    file = bench.home.root_folder(first) / "run.db"
    bench.wait_until(lambda: live_owner(bench.home, first) is None)
    bench.home.close()
    for beside in ("run.db-wal", "run.db-shm"):
        file.with_name(beside).unlink(missing_ok=True)
    overwrite(file)
    assert main(["show", second]) == 0
    assert ", which cannot be read" in capsys.readouterr().out
    assert main(["best", second]) == 3
    said = capsys.readouterr().err
    assert "which cannot be read" in said
    assert "`hyperstep doctor`" in said
    assert main(["rm", first, "--yes"]) == 0  # nothing is lost that was there


def test_a_sweep_whose_trials_were_taken_over_is_named_and_by_force_they_keep_what_they_have(
    bench: Bench, label: Label, capsys: Captured
) -> None:
    first, second = ended_sweep(bench, label), ended_sweep(bench, label)
    assert main(["rm", first, "--yes"]) == 4
    assert f"3 trials of sweep {second} (experiment 'experiment')" in capsys.readouterr().err
    assert main(["rm", first, "--yes", "--force"]) == 0
    capsys.readouterr()
    assert main(["best", second, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["value"] == 2
    assert main(["logs", f"{second}_0"]) == 0
    assert f"reused from {first}_0, which was removed with its log" in capsys.readouterr().out


def test_once_those_are_removed_it_needs_no_force(bench: Bench, label: Label) -> None:
    first, second = ended_sweep(bench, label, total=1), ended_sweep(bench, label, total=1)
    assert main(["rm", second, "--yes"]) == 0
    assert main(["rm", first, "--yes"]) == 0
    assert bench.home.store.roots() == []


def test_a_few_are_named_of_many_and_damaged_ones_are_passed_over(home: Home, capsys: Captured) -> None:
    ended = RunStatus.COMPLETED
    first = [root_run("HD_first", status=ended), *(trial_run(n, "HD_first", status=ended) for n in range(3))]
    own = replace(first[3], reused_from="HD_first_0")  # of equal trials of one sweep too
    home.store.create([*first[:3], own], folder="first", spec={})
    for number in range(7):
        sweep = f"HD_{number}"
        trial = trial_run(0, sweep, status=ended, reused_from=f"HD_first_{number % 3}")
        home.store.create([root_run(sweep, status=ended, created_at=200.0 + number), trial], folder=sweep, spec={})
    other = trial_run(0, "HD_other", reused_from="HD_gone_0")
    home.store.create([root_run("HD_other"), other], folder="other", spec={})
    home.store.close()
    (home.path / "runs" / "HD_3" / "run.db").unlink()
    found = dependants_of(home, "HD_first")
    assert found == [Dependant(home.store.journal(f"HD_{n}").run(f"HD_{n}"), 0, 1) for n in (6, 5, 4, 2, 1, 0)]
    assert main(["rm", "HD_first", "--yes"]) == 4
    said = capsys.readouterr().err
    assert "1 trial of sweep HD_6 (experiment 'digits'), " in said
    assert "HD_2" not in said
    assert "and of 3 more" in said
