"""The second run is driven by a process that stood by since the first one ended, and is as safe with it."""

from __future__ import annotations

import sys

import psutil
import pytest
from tests.runtime.bench import Bench, sweep_config
from tests.runtime.processes_of_ours import current_host, kill, next_owner_pid, owner_pid

from hyperstep.records.run import RunKind
from hyperstep.records.status import RunStatus
from hyperstep.runtime.guarding import STAND_BY
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
