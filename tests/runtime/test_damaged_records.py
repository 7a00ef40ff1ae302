"""Damaged databases: a run's costs that run, the index is made anew, nothing is removed."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.runtime.bench import Bench, sweep_config
from tests.runtime.test_obstacles import GATED

from hyperstep.cli.main import main
from hyperstep.pipeline.spec import PipelineSpec, StepSpec
from hyperstep.records.run import RunKind
from hyperstep.records.status import RunStatus
from hyperstep.runtime.home import Home
from hyperstep.runtime.liveness import live_owner
from hyperstep.runtime.submission import Label, submit_pipeline, submit_step

Captured = pytest.CaptureFixture[str]
LOGS = "from hyperstep_trial import Run\nRun.get_context().log('acc', 1)\n"


def overwrite(file: Path) -> None:
    file.write_bytes(b"no database at all, " * 500)


def truncate(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 3)


def scratch(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[:60] = os.urandom(60)
    file.write_bytes(content)


DAMAGES = pytest.mark.parametrize("damage", [overwrite, truncate, scratch])


def settle(bench: Bench) -> None:
    """All that was written is in the databases themselves, and nobody has them open."""
    home = bench.home
    for root in home.store.roots():
        bench.wait_until(partial(nobody_drives, home, root.id))
    home.close()
    for file in home.path.rglob("*.db"):  # a process that is about to end may have it open still
        with closing(sqlite3.connect(file)) as connection:
            assert connection.execute("pragma wal_checkpoint(truncate)").fetchone()[0] == 0
    for rest in [*home.path.rglob("*-wal"), *home.path.rglob("*-shm")]:
        rest.unlink()


def nobody_drives(home: Home, root_id: str) -> bool:
    return live_owner(home, root_id) is None


@DAMAGES
def test_a_damaged_run_costs_that_run_only_and_is_named(
    bench: Bench, label: Label, capsys: Captured, damage: Callable[[Path], None]
) -> None:
    home = bench.home
    ids = [submit_step(home, bench.tuning_step(LOGS, sweep_config(total=2)), label).id for _ in range(2)]
    for run_id in ids:
        assert bench.wait(run_id).status is RunStatus.COMPLETED
    file = home.root_folder(ids[0]) / "run.db"
    settle(bench)
    damage(file)
    damaged = file.read_bytes()

    assert main(["runs", "--json"]) == 0
    assert {run["id"]: run["damaged"] for run in json.loads(capsys.readouterr().out)} == {ids[0]: True, ids[1]: False}
    assert main(["runs"]) == 0
    assert "completed, records damaged" in capsys.readouterr().out
    assert main(["show", ids[0]]) == 4
    said = capsys.readouterr().err
    assert str(file) in said
    assert "It was left as it is. `hyperstep doctor` says what is damaged and what to do." in said
    assert main(["show", ids[1]]) == 0
    capsys.readouterr()
    assert main(["doctor"]) == 1
    assert f"problem: {file} is damaged (" in capsys.readouterr().out
    assert main(["resume", "--all", "--detach"]) == 0
    assert file.read_bytes() == damaged


@DAMAGES
def test_a_damaged_index_is_set_aside_and_made_anew_with_all_runs_and_names(
    bench: Bench, label: Label, capsys: Captured, damage: Callable[[Path], None]
) -> None:
    home = bench.home
    spec = PipelineSpec(steps=(StepSpec("step0000", "step", bench.code("print('x')")),))
    roots = [
        submit_step(home, bench.tuning_step(LOGS, sweep_config(total=2)), label),
        submit_pipeline(home, spec, label),
    ]
    for root in roots:
        assert bench.wait(root.id).status is RunStatus.COMPLETED
    bench.wait_until(lambda: home.store.remembered("local", "step", limit=1) != [])
    step = home.store.journal(roots[1].id).runs(kind=RunKind.STEP)[0]
    for n in range(3):
        home.store.put_named("local", "model", "digits", {"n": n}, 1.0)
    home.store.remove_named("local", "model", "digits", 3)
    home.store.replace_named(replace(home.store.named("local", "model", "digits", 1), body={"n": "changed"}))
    before = [
        home.store.roots(),
        home.store.all_named("local", "model"),
        home.store.remembered("local", "step", limit=9),
    ]
    index = home.path / "index.db"
    settle(bench)
    damage(index)
    damaged = index.read_bytes()

    assert main(["runs"]) == 4
    assert "`hyperstep doctor` says what is damaged and what to do" in capsys.readouterr().err
    assert main(["doctor"]) == 1
    assert "`hyperstep doctor --rebuild-index`: it is made anew from the runs" in capsys.readouterr().out
    assert main(["doctor", "--rebuild-index"]) == 0
    said = capsys.readouterr().err
    assert "the new index has 2 runs, 2 names and 2 fingerprints" in said
    kept = min(home.path.glob("index.db.set-aside-*"))  # its log may lie beside it, under a longer name
    assert f"the old index was set aside as {kept}" in said
    assert kept.read_bytes() == damaged

    again = Home.open()
    store = again.store
    assert [store.roots(), store.all_named("local", "model"), store.remembered("local", "step", limit=9)] == before
    assert store.root_of(step.id) == roots[1].id
    assert store.root_of(f"{roots[0].id}_1") == roots[0].id
    assert store.put_named("local", "model", "digits", {}, 1.0).version == 4
    third = submit_pipeline(again, spec, label)
    ended = Bench(again, bench.folder).wait(third.id)
    assert ended.status is RunStatus.COMPLETED
    assert store.journal(third.id).runs(kind=RunKind.STEP)[0].reused_from == step.id
    again.close()


def test_a_sweep_goes_on_from_its_trials_after_the_index_was_made_anew(
    bench: Bench, label: Label, capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STARTS", str(tmp_path / "starts"))
    script = "import os\nopen(os.environ['STARTS'], 'a').write('x')\n" + LOGS

    def step(total: int) -> StepSpec:
        return bench.tuning_step(script, sweep_config(total=total, space={"x": ["choice", [list(range(40))]]}))

    assert bench.wait(submit_step(bench.home, step(20), label).id).status is RunStatus.COMPLETED
    settle(bench)
    overwrite(bench.home.path / "index.db")
    assert main(["doctor", "--rebuild-index"]) == 0
    assert "the new index has 1 run, 0 names and 1 fingerprint" in capsys.readouterr().err
    again = Bench(Home.open(), bench.folder)
    second = again.wait(submit_step(again.home, step(40), label).id)
    assert second.status is RunStatus.COMPLETED
    trials = again.home.store.journal(second.id).runs(kind=RunKind.TRIAL)
    assert [bool(trial.reused_from) for trial in trials] == [True] * 20 + [False] * 20
    assert (tmp_path / "starts").read_text() == "x" * 40
    again.home.close()


@pytest.mark.parametrize("anew", [False, True])
def test_a_damaged_run_is_removed_by_the_name_that_doctor_gives(
    bench: Bench, label: Label, capsys: Captured, *, anew: bool
) -> None:
    ids = [submit_step(bench.home, bench.tuning_step(LOGS, sweep_config(total=1)), label).id for _ in range(2)]
    for run_id in ids:
        assert bench.wait(run_id).status is RunStatus.COMPLETED
    folder = bench.home.root_folder(ids[0])
    settle(bench)
    overwrite(folder / "run.db")
    if anew:
        overwrite(bench.home.path / "index.db")
        assert main(["doctor", "--rebuild-index"]) == 1  # one problem is left
        said = capsys.readouterr()
        assert f"not in it: runs/{folder.name}, whose database cannot be read" in said.err
    else:
        assert main(["doctor"]) == 1
        said = capsys.readouterr()
    assert f"`hyperstep rm {folder.name}`" in said.out
    assert main(["rm", folder.name, "--yes"]) == 0
    assert not folder.exists()
    assert main(["doctor"]) == 0
    capsys.readouterr()
    assert main(["runs", "--json"]) == 0
    assert [run["id"] for run in json.loads(capsys.readouterr().out)] == [ids[1]]


def test_the_index_is_not_made_anew_while_a_run_goes_on_and_that_run_ends_well_without_it(
    bench: Bench, label: Label, capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATE", str(tmp_path))
    sweep = submit_step(bench.home, bench.tuning_step(GATED, sweep_config(total=2)), label)
    bench.wait_until(lambda: len(list(tmp_path.glob("up-*"))) == 2)
    journal = bench.home.store.journal(sweep.id)
    assert main(["doctor", "--rebuild-index"]) == 4
    assert "Nothing was changed. Wait for their end" in capsys.readouterr().err
    overwrite(bench.home.path / "index.db")
    (tmp_path / "go").touch()
    bench.wait_until(lambda: journal.run(sweep.id).status.is_terminal)
    assert journal.run(sweep.id).status is RunStatus.COMPLETED, journal.run(sweep.id).error
    bench.wait_until(lambda: main(["doctor", "--rebuild-index"]) == 0)
    bench.home.close()
    again = Home.open()
    assert [run.status for run in again.store.roots()] == [RunStatus.COMPLETED]
    again.close()


def test_an_index_from_before_there_was_a_copy_is_copied_at_the_next_change(bench: Bench) -> None:
    home = bench.home
    home.store.put_named("local", "model", "a", {"x": 1}, 1.0)
    (home.path / "index-copy.jsonl").unlink()
    home.store.put_named("local", "model", "b", {"x": 2}, 1.0)
    with (home.path / "index-copy.jsonl").open("ab") as stream:
        stream.write(b'\n{"named": ["local", "mod')  # torn by a crash
    before = home.store.all_named("local", "model")
    settle(bench)
    (home.path / "index.db").unlink()
    assert main(["doctor", "--rebuild-index"]) == 0
    again = Home.open()
    assert again.store.all_named("local", "model") == before
    again.close()
