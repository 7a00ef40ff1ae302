"""`hyperstep gc` and `hyperstep rm` on real homes: what no run needs goes, what one needs is as it was."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.runtime.bench import Bench, sweep_config
from tests.runtime.test_obstacles import GATED

from hyperstep.cli.main import main
from hyperstep.digest import digest_bytes
from hyperstep.errors import ConflictError
from hyperstep.launchers.process_table import look_up
from hyperstep.records.run import RunKind
from hyperstep.records.status import RunStatus
from hyperstep.runtime.garbage import removal
from hyperstep.runtime.home import Home
from hyperstep.runtime.interactive import start_run
from hyperstep.runtime.liveness import live_owner
from hyperstep.runtime.runner.ownership import this_process
from hyperstep.runtime.submission import Label, submit_step
from hyperstep.testing.launcher_bench import is_running
from hyperstep.testing.run_store import root_run

Captured = pytest.CaptureFixture[str]
WRITES = """
import sys
from hyperstep_trial import Run
x = sys.argv[sys.argv.index("--x") + 1]
Run.get_context().log("acc", float(x))
open("outputs/model.txt", "w").write("model " + x)
open("scratch.bin", "wb").write(b"1" * 10000)
"""
_OLD_S = 3 * 86400


def grow_old(home: Home) -> None:
    """Every object was stored days ago."""
    old = time.time() - _OLD_S
    for path in (home.path / "objects").glob("??/*"):
        os.utime(path, (old, old))


def ended_sweep(bench: Bench, label: Label, total: int = 3) -> str:
    sweep = submit_step(bench.home, bench.tuning_step(WRITES, sweep_config(total=total)), label)
    assert bench.wait(sweep.id).status is RunStatus.COMPLETED
    bench.wait_until(lambda: live_owner(bench.home, sweep.id) is None)
    return sweep.id


def models(home: Home, sweep_id: str) -> dict[int, bytes | None]:
    journal = home.store.journal(sweep_id)
    found = {}
    for trial in journal.runs(kind=RunKind.TRIAL):
        digest = {a.path: a.digest for a in journal.artifacts(trial.id)}["outputs/model.txt"]
        found[trial.number] = home.artifacts.read_bytes(digest) if home.artifacts.has(digest) else None
    return found


def test_a_dry_run_says_what_would_go_and_touches_nothing(bench: Bench, label: Label, capsys: Captured) -> None:
    sweep_id = ended_sweep(bench, label)
    orphan = bench.home.artifacts.put_bytes(b"nobody's")
    grow_old(bench.home)
    before = sorted(bench.home.path.rglob("*"))
    assert main(["gc"]) == 0
    said = capsys.readouterr().out
    assert "would remove 1 stored file, 8 B" in said
    assert "would remove 2 working folders, " in said
    assert "kept 1 working folder: of the best trial" in said
    assert "kept 1 run: no rule says that old runs give up files" in said
    assert "Nothing was touched; add --yes to do it." in said
    assert sorted(bench.home.path.rglob("*")) == before
    assert main(["gc", "--yes", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["removed"] is True
    assert {c["category"]: c["count"] for c in document["categories"]} == {"stored files": 1, "working folders": 2}
    assert not bench.home.artifacts.has(orphan)
    assert models(bench.home, sweep_id) == {0: b"model 0", 1: b"model 1", 2: b"model 2"}
    assert main(["gc"]) == 0
    assert "there is nothing to remove" in capsys.readouterr().out
    assert main(["show", sweep_id]) == 0


def test_by_rules_old_runs_give_up_files_but_never_the_best_trials_nor_a_models_nor_a_sources(
    bench: Bench, label: Label, capsys: Captured
) -> None:
    sweep_id = ended_sweep(bench, label)
    journal = bench.home.store.journal(sweep_id)
    first = next(run for run in journal.runs(kind=RunKind.TRIAL) if run.number == 0)
    digest = {a.path: a.digest for a in journal.artifacts(first.id)}["outputs/model.txt"]
    bench.home.store.put_named("local", "model", "m", {"files": [{"path": "model.txt", "digest": digest}]}, 1.0)
    grow_old(bench.home)
    assert main(["gc", "--yes", "--keep-last", "1"]) == 0
    assert models(bench.home, sweep_id) == {0: b"model 0", 1: b"model 1", 2: b"model 2"}
    assert main(["gc", "--yes", "--keep-best", "1"]) == 0
    assert models(bench.home, sweep_id) == {0: b"model 0", 1: b"model 1", 2: b"model 2"}
    capsys.readouterr()
    assert main(["gc", "--keep-best", "1", "--forget-sources"]) == 0
    assert "1 trial would run again if the same sweep is submitted again: its files go" in capsys.readouterr().out
    assert main(["gc", "--yes", "--keep-best", "1", "--forget-sources"]) == 0
    assert models(bench.home, sweep_id) == {0: b"model 0", 1: None, 2: b"model 2"}
    again = submit_step(bench.home, bench.tuning_step(WRITES, sweep_config(total=3)), label)
    assert bench.wait(again.id).status is RunStatus.COMPLETED
    assert models(bench.home, sweep_id)[1] == b"model 1"
    ran = [t.number for t in bench.home.store.journal(again.id).runs(kind=RunKind.TRIAL) if t.reused_from is None]
    assert ran == [1]


def test_a_run_that_goes_on_gives_up_nothing(
    bench: Bench, label: Label, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATE", str(tmp_path))
    sweep = submit_step(bench.home, bench.tuning_step(GATED, sweep_config(total=4)), label)
    bench.wait_until(lambda: len(list(tmp_path.glob("up-*"))) == 2)
    grow_old(bench.home)
    assert main(["gc", "--yes", "--keep-best", "0"]) == 0
    (tmp_path / "go").touch()
    assert bench.wait(sweep.id).status is RunStatus.COMPLETED
    trials = bench.home.store.journal(sweep.id).runs(kind=RunKind.TRIAL)
    assert [trial.status for trial in trials] == [RunStatus.COMPLETED] * 4


def test_strays_of_crashed_submissions_go_and_a_folder_that_was_somebodys_keeps_all_files(
    bench: Bench, capsys: Captured
) -> None:
    old = time.time() - _OLD_S
    orphan = bench.home.artifacts.put_bytes(b"x")
    grow_old(bench.home)
    stray = bench.home.path / "runs" / "20260101-stray"
    stray.mkdir(parents=True)
    (stray / "run.db").write_bytes(b"")
    os.utime(stray, (old, old))
    own = start_run(bench.home, root_run("mine", kind=RunKind.INTERACTIVE), "20260102-mine", {})
    bench.home.store.remove_root(own.id)  # as after an index was lost
    interactive = bench.home.path / "runs" / "20260102-mine"
    os.utime(interactive, (old, old))
    somebodys = bench.home.path / "runs" / "20260101-lost"
    somebodys.mkdir()
    (somebodys / "runner.log").touch()
    os.utime(somebodys, (old, old))
    bench.home.store.roots()
    assert main(["gc", "--yes"]) == 0
    assert "what 20260101-lost, 20260102-mine refers to cannot be read" in capsys.readouterr().out
    assert not stray.exists()
    assert somebodys.exists()
    assert interactive.exists()
    assert bench.home.artifacts.has(orphan)


def test_what_a_killed_fetch_left_goes_and_what_was_fetched_stays(bench: Bench) -> None:
    folder = bench.home.path / "web-files" / "example.org" / "deep"
    folder.mkdir(parents=True)
    names = [".0123.part", "a.csv", ".a.csv.origin.json", "b.part"]
    for name in names:
        (folder / name).write_text("x")
        os.utime(folder / name, (time.time() - _OLD_S,) * 2)
    assert main(["gc", "--yes"]) == 0
    assert sorted(path.name for path in folder.iterdir()) == sorted(names[1:])


def test_a_removed_run_is_gone_and_one_that_goes_on_is_refused(
    bench: Bench, label: Label, capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, ended = ended_sweep(bench, label), ended_sweep(bench, label)
    folder = bench.home.root_folder(ended)
    assert main(["rm", ended, "--yes"]) == 0
    assert not folder.exists()
    assert [run.id for run in bench.home.store.roots()] == [kept]
    assert main(["show", ended]) == 3
    monkeypatch.setenv("GATE", str(tmp_path))
    busy = submit_step(bench.home, bench.tuning_step(GATED, sweep_config(total=2)), label)
    assert main(["rm", busy.id, "--yes"]) == 4
    assert "Cancel it first" in capsys.readouterr().err
    (tmp_path / "go").touch()
    assert bench.wait(busy.id).status is RunStatus.COMPLETED


_SUBMIT = """
import sys
from msgspec.structs import replace
from pathlib import Path
from tests.runtime.bench import Bench, sweep_config
from hyperstep.records.status import RunStatus
from hyperstep.pipeline.spec import PipelineSpec
from hyperstep.runtime.garbage import removal
from hyperstep.runtime.home import Home
from hyperstep.runtime.submission import Label, submit_pipeline
folder = Path(sys.argv[1])
folder.mkdir()
script = open(sys.argv[2]).read()
home = Home.open()
bench = Bench(home, folder)
sys.stdin.read(1)
step = replace(bench.tuning_step(script, sweep_config(total=2)), allow_reuse=False)
root = submit_pipeline(home, PipelineSpec(steps=(step,)), Label("local", "experiment"))
bench.wait_until(lambda: bench.read(root.id).status.is_terminal)
journal = home.store.journal(root.id)
assert bench.read(root.id).status is RunStatus.COMPLETED, (bench.read(root.id).error, journal.runs())
for run in journal.runs():
    for artifact in journal.artifacts(run.id):
        home.artifacts.read_bytes(artifact.digest)
print("done", flush=True)
"""
_READ = """
import time
from hyperstep.cli.reading import read_root
from hyperstep.runtime.garbage import removal
from hyperstep.runtime.home import Home
while True:
    home = Home.open(read_only=True)
    for root in home.store.roots():
        read_root(home.store, root.id)
    home.close()
    time.sleep(0.1)
"""


def _old_objects(folder: Path) -> None:
    """What the submissions will store lies there since long, needed by nobody; and much else."""
    home = Home.open()
    folder.mkdir()
    Bench(home, folder).code(WRITES)
    for n in range(400):
        home.artifacts.put_bytes(b"%d" % n)
    grow_old(home)
    home.close()


def _ended_well(process: subprocess.Popen[str]) -> bool:
    out, err = process.communicate()
    assert (process.returncode, out) == (0, "done\n"), err
    return True


def test_eight_processes_submit_at_once_into_a_fresh_home_while_five_read_and_gc_goes_round(tmp_path: Path) -> None:
    _old_objects(tmp_path / "old")
    (tmp_path / "script.py").write_text(WRITES)
    environment = {**os.environ, "HYPERSTEP_SLOTS": "1"}
    pipe = subprocess.PIPE
    submitters = [
        subprocess.Popen(
            [sys.executable, "-c", _SUBMIT, str(tmp_path / f"s{n}"), str(tmp_path / "script.py")],
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            env=environment,
            text=True,
        )
        for n in range(8)
    ]
    readers = [
        subprocess.Popen([sys.executable, "-c", _READ], stdout=subprocess.DEVNULL, stderr=pipe, text=True)
        for _ in range(5)
    ]
    for submitter in submitters:
        assert submitter.stdin is not None
        submitter.stdin.write("x")
        submitter.stdin.flush()
    while any(submitter.poll() is None for submitter in submitters):
        assert main(["gc", "--yes"]) == 0
        assert [reader.poll() for reader in readers] == [None] * 5
    assert all(map(_ended_well, submitters))
    for reader in readers:
        reader.kill()
        assert reader.communicate()[1] == ""
    home = Home.open()
    roots = home.store.roots()
    assert [run.status for run in roots] == [RunStatus.COMPLETED] * 8
    for run in roots:
        journal = home.store.journal(run.id)
        assert [len(journal.metrics(trial.id)) for trial in journal.runs(kind=RunKind.TRIAL)] == [1, 1]
    assert not home.artifacts.has(digest_bytes(b"7"))
    home.close()


def test_a_run_is_removed_right_after_its_end_and_not_while_its_runner_stays(
    bench: Bench, label: Label, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = submit_step(bench.home, bench.tuning_step(WRITES, sweep_config(total=3)), label)
    bench.wait(sweep.id)
    runner = live_owner(bench.home, sweep.id)
    removal.remove_run(bench.home, bench.read(sweep.id))  # which may have to wait for it
    assert not bench.home.store.roots()
    assert runner is None or not is_running(runner.pid)
    staying = ended_sweep(bench, label, total=1)
    above = look_up(os.getppid())
    assert above is not None
    bench.home.store.journal(staying).acquire(
        replace(this_process(), pid=os.getppid(), pid_started_at=above.started_at)
    )
    monkeypatch.setattr(removal, "_LEAVES_S", 0.1)
    with pytest.raises(ConflictError, match="once its runner has left"):
        removal.remove_run(bench.home, bench.read(staying))
    assert bench.home.root_folder(staying).exists()
