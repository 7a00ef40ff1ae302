"""A run is driven by a process that stood by since the last one ended, or the command began, and is as safe with it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from tests.runtime.bench import Bench, sweep_config
from tests.runtime.processes_of_ours import current_host, kill, next_owner_pid, owner_pid

from hyperstep.launchers.control_path import control_folder, default_control_path
from hyperstep.launchers.glance import live_hosts
from hyperstep.records.run import RunKind
from hyperstep.records.status import RunStatus
from hyperstep.runtime.runner_program import STAND_BY, begin_runner
from hyperstep.runtime.submission import Label, submit_step

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="looks at the children of the trial host"),
    pytest.mark.usefixtures("own_hosts"),
]

WAITS = """
import pathlib, time
from azureml.core import Run
Run.get_context().log("acc", 1.0)
while not pathlib.Path({gate!r}).exists():
    time.sleep(0.01)
"""


def stands_by(process: psutil.Process) -> bool:
    try:
        return process.cmdline()[-1] == STAND_BY
    except psutil.Error:
        return False


def standby(bench: Bench) -> int:
    def look() -> int | bool:
        waiting = [child.pid for child in psutil.Process(current_host()).children() if stands_by(child)]
        return waiting[0] if waiting else False

    return bench.wait_until(look)


def test_it_drives_the_next_run_and_a_new_one_follows_when_it_is_killed(bench: Bench, label: Label) -> None:
    script = WAITS.format(gate=str(bench.folder / "gate"))
    (bench.folder / "gate").touch()
    first = submit_step(bench.home, bench.tuning_step(script, sweep_config(total=2)), label)
    assert bench.wait(first.id).status is RunStatus.COMPLETED
    pid = standby(bench)
    (bench.folder / "gate").unlink()
    second = submit_step(bench.home, bench.tuning_step(f"{script}\n", sweep_config(total=4)), label)
    assert owner_pid(bench, second.id) == pid
    journal = bench.home.store.journal(second.id)
    bench.wait_until(lambda: len(journal.runs(kind=RunKind.TRIAL)) >= 2)
    kill(pid)
    assert next_owner_pid(bench, second.id, pid) != pid
    (bench.folder / "gate").touch()
    assert bench.wait(second.id).status is RunStatus.COMPLETED
    assert {trial.status for trial in journal.runs(kind=RunKind.TRIAL)} == {RunStatus.COMPLETED}
    assert all(len(journal.attempts(trial.id)) == 1 for trial in journal.runs(kind=RunKind.TRIAL))


def test_one_that_is_begun_ahead_drives_the_first_run(bench: Bench, label: Label) -> None:
    begin_runner()
    bench.wait_until(lambda: bool(live_hosts()))
    pid = standby(bench)
    begin_runner()  # there is a host: nothing more is started
    run = submit_step(bench.home, bench.tuning_step(WAITS.format(gate="/"), sweep_config(total=2)), label)
    assert owner_pid(bench, run.id) == pid
    assert bench.wait(run.id).status is RunStatus.COMPLETED
    assert len(live_hosts()) == 1


def test_of_several_that_are_begun_at_once_one_host_stays(bench: Bench, label: Label) -> None:
    for _ in range(3):
        begin_runner()
    run = submit_step(bench.home, bench.tuning_step(WAITS.format(gate="/"), sweep_config(total=2)), label)
    assert bench.wait(run.id).status is RunStatus.COMPLETED
    bench.wait_until(lambda: len(hosts_at(default_control_path())) == HOST_AND_KEEPER)


def test_none_is_begun_where_it_is_of_no_use(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    path = control_folder()
    monkeypatch.setenv("TMPDIR", str(bench.folder / "none"))
    monkeypatch.setattr("tempfile.tempdir", None)
    begin_runner()  # there is no such folder: whoever submits is told
    monkeypatch.setenv("TMPDIR", str(path.parent))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setenv("HYPERSTEP_FOREGROUND", "1")
    begin_runner()
    assert not default_control_path().exists()
    assert not hosts_at(default_control_path())


HOST_AND_KEEPER = 2


def hosts_at(path: Path) -> list[int]:
    """Processes that were started as the host at an address."""
    lines = ((process.pid, process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline", "status"]))
    return [pid for pid, line in lines if str(path) in line]


def tune(bench: Bench, *words: str) -> subprocess.Popen[bytes]:
    script = bench.folder / "train.py"
    script.write_text(WAITS.format(gate=str(bench.folder / "gate")))
    options = ["--space", "x=uniform:0,1", "--metric", "acc", "--max", "2", "--quiet"]
    return subprocess.Popen(
        [sys.executable, "-m", "hyperstep", "tune", *words, *options, str(script)],
        env={**os.environ, "HYPERSTEP_HOME": str(bench.home.path)},
        stdout=subprocess.DEVNULL,
    )


def test_the_command_that_tunes_begins_one(bench: Bench) -> None:
    command = tune(bench)
    bench.wait_until(lambda: bool(bench.home.store.roots()))
    (root,) = bench.home.store.roots()
    owner = owner_pid(bench, root.id)
    assert stands_by(psutil.Process(owner))
    (bench.folder / "gate").touch()
    assert command.wait() == 0
    assert bench.wait(root.id).status is RunStatus.COMPLETED


@pytest.mark.parametrize("word", ["--help", "--foreground"])
def test_a_command_that_needs_no_host_begins_none(bench: Bench, word: str) -> None:
    (bench.folder / "gate").touch()
    assert tune(bench, word).wait() == 0
    assert not list(control_folder().glob("*.sock"))
