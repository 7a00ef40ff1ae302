"""A run whose database or folder is removed while it goes on: its runner ends it, and says so."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.runtime.bench import Bench, sweep_config
from tests.runtime.processes_of_ours import claimed_pid, is_gone, owner_pid, runners_of
from tests.runtime.test_obstacles import GATED

from hyperstep.cli.main import main
from hyperstep.launchers import can_host
from hyperstep.runtime.submission import Label, submit_step

pytestmark = [
    pytest.mark.skipif(not can_host(), reason="there are no trial hosts"),
    pytest.mark.usefixtures("own_hosts"),
]


def without_database(folder: Path) -> None:
    for file in folder.glob("run.db*"):
        file.unlink()


REMOVALS = pytest.mark.parametrize("remove", [without_database, shutil.rmtree])


@pytest.fixture
def run_id(bench: Bench, label: Label, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A sweep of four trials, two of which run until somebody ends them."""
    monkeypatch.setenv("GATE", str(tmp_path))
    sweep = submit_step(bench.home, bench.tuning_step(GATED, sweep_config(total=4)), label)
    bench.wait_until(lambda: len(list(tmp_path.glob("up-*"))) == 2)
    return sweep.id


def _trials(folder: Path) -> list[int]:
    found = [claimed_pid(claim.parent) for claim in folder.rglob("claim.json")]
    return [pid for pid in found if pid is not None]


@REMOVALS
def test_its_runner_ends_its_processes_and_itself_and_is_followed_by_none(
    bench: Bench, run_id: str, remove: Callable[[Path], None]
) -> None:
    folder = bench.home.root_folder(run_id)
    runner, trials = owner_pid(bench, run_id), _trials(folder)
    assert len(trials) == 2
    log = (folder / "runner.log").open(encoding="utf-8")
    remove(folder)
    bench.wait_until(lambda: is_gone(runner))
    assert all(map(is_gone, trials))
    bench.wait_until(lambda: not runners_of(run_id))
    with log:
        assert "A database must stay where it is while it is written, and this one was removed" in log.read()


@REMOVALS
def test_it_is_not_said_to_be_removed_while_it_goes_on(
    bench: Bench, run_id: str, remove: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hyperstep.runtime.garbage.removal._LEAVES_S", 0.1)
    runner, folder = owner_pid(bench, run_id), bench.home.root_folder(run_id)
    os.kill(runner, signal.SIGSTOP)
    remove(folder)
    assert main(["rm", run_id, "--yes", "--force"]) == 4
    os.kill(runner, signal.SIGCONT)
    bench.wait_until(lambda: is_gone(runner))
    bench.wait_until(lambda: main(["rm", run_id, "--yes", "--force"]) == 0)
