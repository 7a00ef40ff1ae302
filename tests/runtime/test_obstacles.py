"""A full disk, records that others hold: the runner pauses, says so, and goes on by itself; nothing is lost."""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from unittest.mock import Mock

import psutil
import pytest
from msgspec.structs import replace
from tests.runtime.bench import Bench, sweep_config
from tests.runtime.databases import closed_in_order
from tests.runtime.processes_of_ours import claimed_pid, current_host, is_gone, kill, owner_pid, runners_of
from tests.runtime.small_disk import fill, kept_full, only_readable_now, small_disk

from hyperstep.cli.awaiting import _keep_driven
from hyperstep.cli.main import main
from hyperstep.errors import NotOwnerError
from hyperstep.launchers import can_host
from hyperstep.launchers.hosts import guarded_runner
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime.foreground import FOREGROUND_VARIABLE
from hyperstep.runtime.home import Home
from hyperstep.runtime.liveness import live_owner, pause_of
from hyperstep.runtime.pause_note import read_pause
from hyperstep.runtime.runner import obstacles
from hyperstep.runtime.runner.obstacles import full_words, obstacle_of
from hyperstep.runtime.submission import Label, ensure_runner, submit_step

GATED = """
import os, sys, time
from hyperstep_trial import Run
x = int(sys.argv[sys.argv.index("--x") + 1])
gate = os.environ["GATE"]
run = Run.get_context()
run.log("acc", x)
open(os.path.join(gate, f"up-{x}"), "w").close()
while not os.path.exists(os.path.join(gate, "go")):
    time.sleep(0.02)
with open("outputs/model.txt", "w") as file:
    file.write(str(x))
"""
_KB = 1024


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "gate"
    folder.mkdir()
    monkeypatch.setenv("GATE", str(folder))
    return folder


@pytest.fixture
def on_small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A home on a disk of its own, of which 1 MB must be free."""
    with small_disk(tmp_path / "disk", "24m") as disk:
        monkeypatch.setenv("HYPERSTEP_HOME", str(disk / "home"))
        monkeypatch.setenv("HYPERSTEP_MIN_FREE_MB", "1")
        home = Home.open()
        yield Bench(home, tmp_path)
        for root in home.store.roots():
            owner = live_owner(home, root.id)
            if owner is not None:
                os.kill(owner.pid, 9)
        home.close()


def paused(bench: Bench, root_id: str) -> str:
    owner = live_owner(bench.home, root_id)
    return read_pause(bench.home.root_folder(root_id), owner.pid) if owner else ""


def test_a_run_pauses_while_the_disk_is_full_and_goes_on_by_itself(
    on_small_disk: Bench, label: Label, gate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bench, home = on_small_disk, on_small_disk.home
    config = sweep_config(total=4)
    sweep = submit_step(home, bench.tuning_step(GATED, config), label)
    bench.wait_until(lambda: len(list(gate.glob("up-*"))) == 2)
    ballast = fill(home.path.parent)
    (gate / "go").touch()  # both write their file to a full disk, or cannot even
    bench.wait_until(lambda: paused(bench, sweep.id) != "")

    main(["show", sweep.id])
    said = capsys.readouterr().out
    assert f"paused: the disk of {home.path} is full (0.0 MB free); free some space, the run goes on by itself" in said
    main(["show", sweep.id, "--json"])
    assert "free some space" in json.loads(capsys.readouterr().out)["paused"]
    assert sorted(path.name for path in gate.glob("up-*")) == ["up-0", "up-1"]

    ballast.unlink()
    assert bench.wait(sweep.id).status is RunStatus.COMPLETED
    bench.wait_until(lambda: paused(bench, sweep.id) == "")
    trials = home.store.journal(sweep.id).runs(kind=RunKind.TRIAL)
    assert len(trials) == 4
    for trial in trials:
        assert [m.value for m in home.store.journal(sweep.id).metrics(trial.id)] == [trial.number]
        if trial.status is RunStatus.FAILED:  # its own write met the full disk: that is told as the script's error
            assert trial.error is not None
            assert "No space left on device" in trial.error.message
    main(["show", sweep.id, "--json"])
    assert json.loads(capsys.readouterr().out)["paused"] is None


def test_files_of_trials_that_ended_on_a_full_disk_are_stored_once_there_is_room(
    on_small_disk: Bench, label: Label, gate: Path
) -> None:
    bench, home = on_small_disk, on_small_disk.home
    # its file is written before the disk is full; what fails is our storing of it
    script = GATED.replace(
        'open(os.path.join(gate, f"up-',
        'open("outputs/model.bin", "wb").write(bytes([x]) * 300_000)\nopen(os.path.join(gate, f"up-',
    )
    script = script[: script.index('with open("outputs/model.txt"')]
    sweep = submit_step(home, bench.tuning_step(script, sweep_config(total=2)), label)
    bench.wait_until(lambda: len(list(gate.glob("up-*"))) == 2)
    ballast = fill(home.path.parent)
    (gate / "go").touch()
    bench.wait_until(lambda: paused(bench, sweep.id) != "")
    ballast.unlink()
    ended = bench.wait(sweep.id)
    assert ended.status is RunStatus.COMPLETED, ended.error
    journal = home.store.journal(sweep.id)
    for trial in journal.runs(kind=RunKind.TRIAL):
        assert trial.status is RunStatus.COMPLETED, trial.error
        assert [a.key.number for a in journal.attempts(trial.id)] == [0]
        digest = {a.path: a.digest for a in journal.artifacts(trial.id)}["outputs/model.bin"]
        assert home.artifacts.read_bytes(digest) == bytes([trial.number]) * 300_000


@pytest.mark.skipif(not can_host(), reason="there are no trial hosts")
def test_a_run_pauses_while_its_disk_can_only_be_read_and_goes_on_by_itself(
    on_small_disk: Bench, label: Label, gate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a system mounts a disk again whose writes failed."""
    bench, home = on_small_disk, on_small_disk.home
    script = GATED[: GATED.index('with open("outputs/model.txt"')]
    sweep = submit_step(home, bench.tuning_step(script, sweep_config(total=4)), label)
    bench.wait_until(lambda: len(list(gate.glob("up-*"))) == 2)
    home.close()
    with only_readable_now(home.path):
        (gate / "go").touch()
        reader = Home.open(read_only=True)
        bench.wait_until(lambda: pause_of(reader, sweep.id) != "")
        reader.close()
        assert main(["show", sweep.id]) == 0
        words = f"paused: the disk of {home.path} is mounted for reading only; mount it for writing again"
        assert words in capsys.readouterr().out
        _keep_driven(sweep.id)  # as who waits for the end does now and then
    ended = bench.wait(sweep.id)
    assert ended.status is RunStatus.COMPLETED, ended.error
    journal = home.store.journal(sweep.id)
    trials = journal.runs(kind=RunKind.TRIAL)
    assert [trial.status for trial in trials] == [RunStatus.COMPLETED] * 4
    assert [len(journal.attempts(trial.id)) for trial in trials] == [1] * 4
    assert [[m.value for m in journal.metrics(trial.id)] for trial in trials] == [[0], [1], [2], [3]]
    root = next(root for root in home.store.roots() if root.id == sweep.id)
    assert root.status is RunStatus.COMPLETED


def test_a_request_to_cancel_on_a_full_disk_is_taken_up_afterwards(
    on_small_disk: Bench, label: Label, gate: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench, home = on_small_disk, on_small_disk.home
    sweep = submit_step(home, bench.tuning_step(GATED, sweep_config(total=2)), replace(label, run_id="my/run.cancel"))
    bench.wait_until(lambda: len(list(gate.glob("up-*"))) == 2)
    monkeypatch.setattr("hyperstep.runtime.submission._CANCEL_PATIENCE_S", 0.5)
    with kept_full(home.path.parent):
        assert main(["cancel", sweep.id]) == 0
        assert "was asked to end" in capsys.readouterr().out
    ended = bench.wait(sweep.id)
    assert ended.status is RunStatus.CANCELED
    assert ended.reason == "canceled; the disk was full, so that it could not be written why"


def test_a_cancel_that_leaves_no_trace_says_that_nothing_was_asked_for(
    bench: Bench, label: Label, gate: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sweep = submit_step(bench.home, bench.tuning_step(GATED, sweep_config(total=2)), label)
    bench.wait_until(lambda: len(list(gate.glob("up-*"))) == 2)
    full = OSError(errno.ENOSPC, "No space left on device")
    monkeypatch.setattr("hyperstep.runtime.inbox.post", Mock(side_effect=full))
    assert main(["cancel", sweep.id]) == 4
    assert "No space left on device): it was not asked to end" in capsys.readouterr().err
    (gate / "go").touch()
    assert bench.wait(sweep.id).status is RunStatus.COMPLETED


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.EROFS, "only readable", "/elsewhere/file"), None),
        (NotOwnerError("an owner whose epoch has passed"), None),
        (
            OSError(errno.ENOSPC, "no room", "index.db"),
            "took a write no more, with 100.0 MB free: too little for that, or",
        ),
    ],
)
def test_what_is_an_obstacle_and_how_it_is_told(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, error: OSError, words: str | None
) -> None:
    monkeypatch.setattr("hyperstep.runtime.runner.obstacles.free_bytes", lambda _: 100 * _KB * _KB)
    found = obstacle_of(error, bench.home)
    assert (found is None) == (words is None)
    assert found is None or str(words) in found.words


@pytest.mark.parametrize(
    ("free", "inodes", "words"),
    [
        (100 * _KB, True, "is full (0.1 MB free); free some space, the run goes on by itself"),
        (20 * _KB * _KB, True, "has less free (20.0 MB) than local.min_free_mb asks for; free some space, the run"),
        (20 * _KB * _KB, False, "has no inode left for another file (20.0 MB free); remove some files, the run goes"),
    ],
)
def test_a_full_disk_is_told_with_what_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, inodes: bool, words: str
) -> None:
    monkeypatch.setattr("hyperstep.runtime.runner.obstacles.free_bytes", lambda _: free)
    monkeypatch.setattr("hyperstep.runtime.runner.obstacles.has_inodes", lambda _: inodes)
    assert words in full_words(tmp_path)


@pytest.mark.skipif(not can_host(), reason="there are no trial hosts")
def test_a_runner_that_dies_on_a_full_disk_is_followed_by_one_that_waits_for_room(
    on_small_disk: Bench, label: Label, gate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another process takes each byte that is given back, and trials end meanwhile: one of them by its own fault."""
    bench, home = on_small_disk, on_small_disk.home
    script = GATED[: GATED.index('with open("outputs/model.txt"')] + "sys.exit(3 * x)"
    sweep = submit_step(home, bench.tuning_step(script, sweep_config(total=2)), label)
    bench.wait_until(lambda: len(list(gate.glob("up-*"))) == 2)
    killed = owner_pid(bench, sweep.id)
    home.close()
    with kept_full(home.path.parent):
        kill(killed)

        def successor() -> int | bool:
            return next((pid for pid in runners_of(sweep.id) if pid != killed), False)

        waiting = bench.wait_until(successor)
        time.sleep(5)  # had it died, the next one or two would have come
        assert runners_of(sweep.id) == [waiting]
        said = _shown(sweep.id, capsys)
        assert f"pid {waiting} waits to take the run over: the disk of {home.path} is full (0.0 MB free)" in said
        main(["show", sweep.id, "--json"])
        told = json.loads(capsys.readouterr().out)
        assert (told["runner"], told["runner_gone"]) == (None, False)
        assert "free some space" in told["paused"]
        (gate / "go").touch()  # they end, and nobody who owns the run lives
    assert bench.wait(sweep.id).status is RunStatus.COMPLETED
    journal = home.store.journal(sweep.id)
    trials = journal.runs(kind=RunKind.TRIAL)
    assert [trial.status for trial in trials] == [RunStatus.COMPLETED, RunStatus.FAILED]
    assert [len(journal.attempts(trial.id)) for trial in trials] == [1, 1]


@pytest.mark.skipif(not can_host(), reason="there are no trial hosts")
def test_a_runner_that_dies_on_a_disk_that_can_only_be_read_is_followed_by_one_that_waits(
    on_small_disk: Bench, label: Label, gate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Trials that end meanwhile are not lost, though nobody who owns the run lives."""
    bench, home = on_small_disk, on_small_disk.home
    script = GATED[: GATED.index('with open("outputs/model.txt"')]
    sweep = submit_step(home, bench.tuning_step(script, sweep_config(total=4)), label)
    bench.wait_until(lambda: len(list(gate.glob("up-*"))) == 2)
    killed = owner_pid(bench, sweep.id)
    home.close()
    with only_readable_now(home.path):
        kill(killed)
        waiting = bench.wait_until(lambda: _runner_after(sweep.id, killed) or False)
        bench.wait_until(lambda: "waits to take the run over" in _shown(sweep.id, capsys))
        assert f"pid {waiting} waits to take the run over: the disk of {home.path} is mounted for" in _shown(
            sweep.id, capsys
        )
        (gate / "go").touch()
    ended = bench.wait(sweep.id)
    assert ended.status is RunStatus.COMPLETED, ended.error
    journal = home.store.journal(sweep.id)
    owner = journal.owner()
    assert owner is not None
    assert owner.pid == waiting
    assert [len(journal.attempts(trial.id)) for trial in journal.runs(kind=RunKind.TRIAL)] == [1] * 4


@pytest.mark.skipif(not can_host(), reason="there are no trial hosts")
@pytest.mark.parametrize("pausing", ["owner", "successor"])
def test_a_runner_that_pauses_is_guarded_by_the_next_host_when_its_own_is_killed(
    on_small_disk: Bench, label: Label, gate: Path, pausing: str
) -> None:
    bench, home = on_small_disk, on_small_disk.home
    script = GATED[: GATED.index('with open("outputs/model.txt"')]
    sweep = submit_step(home, bench.tuning_step(script, sweep_config(total=4)), label)
    bench.wait_until(lambda: len(list(gate.glob("up-*"))) == 2)
    runner, run = owner_pid(bench, sweep.id), str(home.root_folder(sweep.id).resolve())
    home.close()
    with kept_full(home.path.parent):
        if pausing == "successor":
            kill(runner)
            runner = bench.wait_until(lambda: _runner_after(sweep.id, runner) or False)
        else:
            (gate / "go").touch()  # what it records meets the full disk
            bench.wait_until(lambda: paused(bench, sweep.id) != "")
        kill(current_host())
        bench.wait_until(lambda: guarded_runner(run) == runner)
        kill(runner)
        bench.wait_until(lambda: _runner_after(sweep.id, runner) or False)
        (gate / "go").touch()
    ended = bench.wait(sweep.id)
    assert ended.status is RunStatus.COMPLETED, ended.error
    journal = home.store.journal(sweep.id)
    assert [len(journal.attempts(trial.id)) for trial in journal.runs(kind=RunKind.TRIAL)] == [1] * 4


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who listens")
def test_a_limit_of_time_holds_while_the_run_pauses_and_its_host_stands_still(
    on_small_disk: Bench, label: Label, gate: Path
) -> None:
    bench, home = on_small_disk, on_small_disk.home
    script = GATED.replace('os.path.join(gate, "go")', 'os.path.join(gate, f"go-{x}")')
    step = bench.tuning_step(script, sweep_config(total=2))
    step = replace(step, code=replace(step.code, max_silence_s=8.0))
    sweep = submit_step(home, step, label)
    bench.wait_until(lambda: len(list(gate.glob("up-*"))) == 2)
    silent, host = claimed_pid(home.attempt(_trials(home, sweep.id)[0], 0).folder), current_host()
    assert silent is not None
    home.close()
    with kept_full(home.path.parent):
        (gate / "go-1").touch()  # its end meets the full disk
        bench.wait_until(lambda: paused(bench, sweep.id) != "")
        os.kill(host, signal.SIGSTOP)
        bench.wait_until(lambda: is_gone(silent))
        os.kill(host, signal.SIGCONT)
    bench.wait(sweep.id)
    first = _trials(home, sweep.id)[0]
    assert first.error is not None
    assert "max_silence_s = 8" in first.error.message


def _trials(home: Home, root_id: str) -> list[RunRecord]:
    return home.store.journal(root_id).runs(kind=RunKind.TRIAL)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has died")
def test_a_runner_in_the_foreground_that_waits_for_room_ends_with_its_command(
    on_small_disk: Bench, gate: Path, tmp_path: Path
) -> None:
    """Nothing is its own yet; who owns the run next cancels it."""
    bench, home = on_small_disk, on_small_disk.home
    (tmp_path / "train.py").write_text(GATED)
    tune = ["tune", "--foreground", "-q", str(tmp_path / "train.py"), "--space", "x=choice:0,1", "--metric", "acc"]
    command = subprocess.Popen([sys.executable, "-m", "hyperstep", *tune])
    bench.wait_until(lambda: len(list(gate.glob("up-*"))) == 2)
    (root,) = home.store.roots()
    killed = owner_pid(bench, root.id)
    home.close()
    with kept_full(home.path.parent):
        kill(killed)
        waiting = bench.wait_until(lambda: _runner_after(root.id, killed) or False)
        bench.wait_until(lambda: _heeds(waiting, signal.SIGTERM))
        command.kill()
        command.wait()
        bench.wait_until(lambda: is_gone(waiting))
    ensure_runner(home, root.id)
    assert bench.wait(root.id).status is RunStatus.CANCELED
    (gate / "go").touch()


def test_where_nobody_can_guard_a_command_that_waits_starts_one_runner_that_waits_for_room(
    on_small_disk: Bench, label: Label, gate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench, home = on_small_disk, on_small_disk.home
    (gate / "go").touch()
    with monkeypatch.context() as context:
        context.setenv(FOREGROUND_VARIABLE, "1")  # so that its submission starts none
        sweep = submit_step(home, bench.tuning_step(GATED, sweep_config(total=2)), label)
    monkeypatch.setattr("hyperstep.launchers.can_host", lambda: False)
    assert bench.read(sweep.id).status is RunStatus.NOT_STARTED  # as who waits, it keeps open what it reads
    with kept_full(home.path.parent):
        for _ in range(3):
            _keep_driven(sweep.id)
        assert len(_unended(sweep.id)) == 1
    assert bench.wait(sweep.id).status is RunStatus.COMPLETED


def _unended(root_id: str) -> list[int]:
    """Its runners, those included that are only being started."""
    mine = [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]
    return [child.pid for child in mine if root_id in child.cmdline()]


@pytest.mark.skipif(os.name != "posix", reason="there is no limit of that kind")
def test_a_runner_that_is_killed_while_it_looks_for_room_leaves_no_file(tmp_path: Path) -> None:
    """The system kills it within the write: no file may grow beyond a limit."""
    (tmp_path / "of a user").mkdir()
    if not (looking := os.fork()):
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
            obstacles._can_write(tmp_path / "of a user")
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(looking, 0)[1]) == -signal.SIGXFSZ
    assert not list((tmp_path / "of a user").iterdir())


def _heeds(pid: int, number: int) -> bool:
    caught = Path(f"/proc/{pid}/status").read_text().partition("SigCgt:")[2].split()[0]
    return bool(int(caught, 16) >> (number - 1) & 1)


def _runner_after(root_id: str, killed: int) -> int | None:
    return next((pid for pid in runners_of(root_id) if pid != killed), None)


def _shown(root_id: str, capsys: pytest.CaptureFixture[str]) -> str:
    main(["show", root_id])
    return capsys.readouterr().out


def test_on_a_full_disk_ended_runs_can_be_looked_at_and_nothing_is_called_damaged(
    on_small_disk: Bench, label: Label, gate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who closed a database last removed what SQLite needs beside it even for a look."""
    bench, home = on_small_disk, on_small_disk.home
    (gate / "go").touch()
    sweep = submit_step(home, bench.tuning_step(GATED, sweep_config(total=2)), label)
    assert bench.wait(sweep.id).status is RunStatus.COMPLETED
    bench.wait_until(lambda: live_owner(home, sweep.id) is None)
    home.close()
    bench.wait_until(lambda: closed_in_order(home.path))
    looks = [["runs"], ["show", "latest"], ["best", "latest"], ["logs", "latest"], ["gc"]]
    expected = [(main(look), capsys.readouterr().out) for look in looks]
    fill(home.path.parent)
    assert [(main(look), capsys.readouterr().out) for look in looks] == expected
    main(["doctor"])
    said = capsys.readouterr().out
    assert "Only 0 B are free where the home lies: `hyperstep gc` shows what can go." in said
    assert "damaged" not in said
    assert "hyperstep rm" not in said
    assert main(["gc", "--yes"]) == 0
    assert "removed 1 working folder" in capsys.readouterr().out


def test_little_room_starts_nothing_new_and_lets_what_runs_end(on_small_disk: Bench, label: Label, gate: Path) -> None:
    bench, home = on_small_disk, on_small_disk.home
    sweep = submit_step(home, bench.tuning_step(GATED, sweep_config(total=4)), label)
    bench.wait_until(lambda: len(list(gate.glob("up-*"))) == 2)
    ballast = fill(home.path.parent, leave_bytes=700 * _KB)
    bench.wait_until(lambda: paused(bench, sweep.id) != "")
    (gate / "go").touch()
    journal = home.store.journal(sweep.id)

    def two_completed() -> bool:
        return [t.status for t in journal.runs(kind=RunKind.TRIAL)].count(RunStatus.COMPLETED) == 2

    bench.wait_until(two_completed)
    assert bench.read(sweep.id).status is RunStatus.RUNNING
    assert not (gate / "up-2").exists()
    ballast.unlink()
    assert bench.wait(sweep.id).status is RunStatus.COMPLETED
    assert len(list(gate.glob("up-*"))) == 4


def test_a_trial_that_fills_the_disk_by_itself_fails_with_that_reason(on_small_disk: Bench, label: Label) -> None:
    bench = on_small_disk
    script = """
import os, time
while not os.path.getsize(os.path.join(os.environ["HYPERSTEP_ATTEMPT_FOLDER"], "claim.json")):
    time.sleep(0.01)
with open("big", "wb") as file:
    while True:
        file.write(b"1" * 65536)
"""
    sweep = submit_step(bench.home, bench.tuning_step(script, sweep_config(total=1)), label)
    bench.wait_until(lambda: paused(bench, sweep.id) != "")
    for big in bench.home.path.rglob("big"):
        big.unlink()
    ended = bench.wait(sweep.id)
    assert ended.status is RunStatus.FAILED
    trial = bench.home.store.journal(sweep.id).runs(kind=RunKind.TRIAL)[0]
    assert trial.error is not None
    assert trial.error.code == "UserError"
    assert "No space left on device" in trial.error.message


def test_records_that_another_process_holds_are_waited_for(
    bench: Bench, label: Label, gate: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HYPERSTEP_STORE_WAIT_S", "0.2")
    home = Home.open()
    sweep = submit_step(home, bench.tuning_step(GATED, sweep_config(total=2)), label)
    bench.wait_until(lambda: len(list(gate.glob("up-*"))) == 2)
    file = home.root_folder(sweep.id) / "run.db"
    with closing(sqlite3.connect(file, isolation_level=None, timeout=60)) as holder:
        holder.execute("begin immediate")
        (gate / "go").touch()
        bench.wait_until(lambda: paused(bench, sweep.id) != "")
        main(["show", sweep.id])
        assert "paused: another process holds the records; end or continue it" in capsys.readouterr().out
        holder.execute("rollback")
    ended = bench.wait(sweep.id)
    assert ended.status is RunStatus.COMPLETED, ended.error
    journal = home.store.journal(sweep.id)
    assert [len(journal.metrics(t.id)) for t in journal.runs(kind=RunKind.TRIAL)] == [1, 1]
    home.close()


def test_a_submission_that_finds_the_index_held_waits_says_so_and_then_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HYPERSTEP_STORE_WAIT_S", "2.5")
    home = Home.open()
    home.store.roots()
    (tmp_path / "train.py").write_text("print('acc=1')")
    tune = [
        "tune",
        str(tmp_path / "train.py"),
        "--space",
        "x=choice:1",
        "--metric",
        "acc",
        "--metric-pattern",
        "acc=(.)",
    ]
    with closing(sqlite3.connect(home.path / "index.db", isolation_level=None)) as holder:
        holder.execute("begin immediate")
        assert main(tune) == 4
    said = capsys.readouterr().err
    assert "must be free for writing within the waiting time, and another process holds it" in said
    assert "Try again; when it stays so, look for a hyperstep process that is suspended" in said
    assert home.store.roots() == []
    assert main(tune) == 0
    home.close()


@pytest.mark.parametrize("free_kb", [0, 1500])
def test_nothing_is_submitted_on_a_full_disk_and_that_is_said(
    on_small_disk: Bench, capsys: pytest.CaptureFixture[str], tmp_path: Path, free_kb: int
) -> None:
    """With a little room it is the copy of the folder that does not fit."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "train.py").write_text(GATED)
    (folder / "data.bin").write_bytes(os.urandom(4_000_000))
    ballast = fill(on_small_disk.home.path.parent)
    os.truncate(ballast, ballast.stat().st_size - free_kb * _KB)
    command = ["tune", str(folder / "train.py"), "--space", "x=choice:1,2", "--metric", "acc"]
    assert main(command) == 4
    said = capsys.readouterr().err
    assert ("1 MB must be free" if free_kb == 0 else "There is no room left on a disk: [Errno 28]") in said
    assert "`hyperstep gc` shows what can go" in said
    ballast.unlink()
    assert on_small_disk.home.store.roots() == []
