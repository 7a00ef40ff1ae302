"""`hyperstep logs`: of a trial, of a pipeline, of a sweep that failed, and while it grows."""

from __future__ import annotations

import json
import subprocess

import pytest
from tests.cli.fabricated import PIPELINE, START, SWEEP, make_sweep, make_trial
from tests.cli.real_process import PATIENCE_S, hyperstep

from hyperstep.cli.main import main
from hyperstep.records.attempt import AttemptKey
from hyperstep.records.run import RunError
from hyperstep.records.status import RunStatus
from hyperstep.run_store.base import AttemptRecord
from hyperstep.runtime.home import Home

Captured = pytest.CaptureFixture[str]


def test_a_trials_log_is_what_its_process_wrote(running: Home, capsys: Captured) -> None:
    assert running.store.roots()
    assert main(["logs", f"{SWEEP}_1"]) == 0
    assert capsys.readouterr().out == f"{SWEEP}_1 says so\n" * 40
    assert main(["logs", f"{SWEEP}_1", "-n", "2"]) == 0
    assert capsys.readouterr().out == f"{SWEEP}_1 says so\n" * 2


def test_a_pipelines_logs_come_step_by_step_with_headers(running: Home, capsys: Captured) -> None:
    assert running.store.roots()
    assert main(["logs", PIPELINE]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "==> tune (22222222-bbbb) <=="
    assert lines[1].split(" ", 2)[1:] == ["stop", f'{SWEEP}_1 {{"policy":"Bandit","value":0.5}}']
    assert lines[2] == "==> register (33333333-cccc) <=="


def test_a_failed_sweep_shows_the_end_of_a_failed_trials_log(running: Home, capsys: Captured) -> None:
    journal = running.store.journal(PIPELINE)
    with journal.transaction(0) as writer:
        writer.put_run(make_sweep(status=RunStatus.FAILED, error=RunError("UserError", "all trials failed")))
    journal.close()
    assert main(["logs", SWEEP]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "all trials failed" in lines
    assert f"==> the end of {SWEEP}_2; the whole: hyperstep logs {SWEEP}_2 <==" in lines
    assert lines[-30:] == [f"{SWEEP}_2 says so"] * 30
    assert len(lines) == 1 + 1 + 1 + 30


def test_following_goes_on_until_the_run_has_ended(running: Home) -> None:
    log = running.attempt(make_trial(0, RunStatus.COMPLETED), 0).log_file
    journal = running.store.journal(PIPELINE)
    with journal.transaction(0) as writer:
        writer.put_run(make_trial(4, RunStatus.RUNNING, folder=f"{SWEEP}_0"))
        writer.put_attempt(AttemptRecord(AttemptKey(f"{SWEEP}_4", 0), START))
    with subprocess.Popen(hyperstep("logs", f"{SWEEP}_4", "-f", "-n", "1"), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"{SWEEP}_0 says so\n".encode()
        with log.open("a", encoding="utf-8") as stream:
            stream.write("later\n")
        assert process.stdout.readline() == b"later\n"
        with log.open("a", encoding="utf-8") as stream:
            stream.write("last, without an end")
        with journal.transaction(0) as writer:
            writer.put_run(make_trial(4, RunStatus.COMPLETED, folder=f"{SWEEP}_0"))
        assert process.stdout.read() == b"last, without an end"
        assert process.wait(PATIENCE_S) == 0
    journal.close()


def test_logs_as_json_hold_the_text_and_where_it_lies(running: Home, capsys: Captured) -> None:
    assert main(["logs", f"{SWEEP}_1", "--json", "-n", "2"]) == 0
    log = running.attempt(make_trial(1, RunStatus.CANCELED), 0).log_file
    text = f"{SWEEP}_1 says so\n" * 2
    entry = {"id": f"{SWEEP}_1", "name": "trial", "file": str(log), "text": text}
    assert json.loads(capsys.readouterr().out) == {"id": f"{SWEEP}_1", "logs": [entry]}
    assert main(["logs", PIPELINE, "--json"]) == 0
    tune, register = json.loads(capsys.readouterr().out)["logs"]
    assert (tune["name"], tune["file"]) == ("tune", None)
    assert " stop " in tune["text"]
    assert (register["name"], register["file"], register["text"]) == ("register", None, "")


def test_logs_as_json_do_not_follow(running: Home, capsys: Captured) -> None:
    assert running.store.roots()
    assert main(["logs", PIPELINE, "--json", "-f"]) == 2
    assert "leave out -f" in capsys.readouterr().err


def test_a_runner_that_is_gone_is_told_beside_the_log(running: Home, capsys: Captured) -> None:
    assert running.store.roots()
    assert main(["logs", f"{SWEEP}_1"]) == 0
    expected = "hyperstep: its runner is gone; hyperstep resume 11111111 takes it over\n"
    assert capsys.readouterr().err == expected


def test_following_a_run_without_a_runner_says_that_it_waits(running: Home) -> None:
    journal = running.store.journal(PIPELINE)
    with subprocess.Popen(hyperstep("logs", f"{SWEEP}_3", "-f"), stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        words = process.stderr.readline().decode()
        assert words.startswith("hyperstep: its runner is gone; hyperstep resume 11111111 takes it over. Waiting")
        with journal.transaction(0) as writer:
            writer.put_run(make_trial(3, RunStatus.CANCELED))
        assert process.wait(PATIENCE_S) == 0
    journal.close()


def test_an_earlier_attempt_can_be_read(running: Home, capsys: Captured) -> None:
    journal = running.store.journal(PIPELINE)
    trial = make_trial(1, RunStatus.COMPLETED)
    with journal.transaction(0) as writer:
        writer.put_attempt(AttemptRecord(AttemptKey(trial.id, 1), START))
    journal.close()
    later = running.attempt(trial, 1)
    later.folder.mkdir(parents=True)
    later.log_file.write_text("the second time\n")
    assert main(["logs", trial.id]) == 0
    assert capsys.readouterr().out == "the second time\n"
    assert main(["logs", trial.id, "--attempt", "0", "-n", "1"]) == 0
    assert capsys.readouterr().out == f"{trial.id} says so\n"


def test_an_attempt_that_there_was_not_is_not_found(running: Home, capsys: Captured) -> None:
    assert running.store.roots()
    assert main(["logs", f"{SWEEP}_1", "--attempt", "7"]) == 3
    assert "It has had 0." in capsys.readouterr().err
