"""What something from outside ended is tried again, and goes on from its checkpoint; each logged value counts once."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.runtime.bench import Bench, sweep_config
from tests.runtime.processes_of_ours import claimed_pid, kill, owner_pid

from hyperstep.launchers import can_host
from hyperstep.pipeline.spec import StepSpec
from hyperstep.records.run import RunKind
from hyperstep.records.status import RunStatus
from hyperstep.runtime.submission import Label, submit_step

pytestmark = pytest.mark.skipif(not can_host(), reason="signals of POSIX")

DIES_TWICE = """
import os, pathlib, signal, sys
from hyperstep_trial import Run
run = Run.get_context()
checkpoint = pathlib.Path(os.environ["HYPERSTEP_CHECKPOINT_DIR"]) / "state"
times = int(checkpoint.read_text()) if checkpoint.exists() else 0
print("attempt", times)
run.log("acc", times)
checkpoint.write_text(str(times + 1))
pathlib.Path(f"outputs/of-{times}.txt").write_text("x")
if times < int(sys.argv[sys.argv.index("--deaths") + 1] if "--deaths" in sys.argv else 2):
    os.kill(os.getpid(), signal.SIGSEGV)
"""


def test_a_crashed_script_goes_on_from_its_checkpoint_and_only_the_last_attempt_counts(
    bench: Bench, label: Label
) -> None:
    run = bench.wait(submit_step(bench.home, StepSpec("s0000000", "script", bench.code(DIES_TWICE)), label).id)
    assert run.status is RunStatus.COMPLETED, run.error
    journal = bench.home.store.journal(run.id)
    ends = [a.end for a in journal.attempts(run.id)]
    assert [(end.signal, end.exit_code) for end in ends if end] == [(11, None), (11, None), (None, 0)]
    assert [m.value for m in journal.metrics(run.id)] == [2]
    assert [a.path for a in journal.artifacts(run.id) if a.path.startswith("outputs/")] == ["outputs/of-2.txt"]
    logs = [bench.home.attempt(run, number).log_file.read_text() for number in range(3)]
    assert logs == ["attempt 0\n", "attempt 1\n", "attempt 2\n"]
    assert not (bench.home.run_folder(run) / "checkpoint").exists()


def test_a_trial_that_crashes_too_often_fails_and_keeps_its_checkpoint(bench: Bench, label: Label) -> None:
    config = sweep_config(total=2, space={"deaths": ["choice", [[1, 9]]]})
    sweep = bench.wait(submit_step(bench.home, bench.tuning_step(DIES_TWICE, config), label).id)
    assert sweep.status is RunStatus.COMPLETED
    journal = bench.home.store.journal(sweep.id)
    good, bad = journal.runs(kind=RunKind.TRIAL)
    assert (good.status, len(journal.attempts(good.id))) == (RunStatus.COMPLETED, 2)
    assert (bad.status, len(journal.attempts(bad.id))) == (RunStatus.FAILED, 3)
    assert (bench.home.run_folder(bad) / "checkpoint" / "state").read_text() == "3"
    retries = [d.evidence for d in journal.decisions(sweep.id) if d.kind == "retry" and d.subject == bad.id]
    assert [(e["attempt"], e["cause"]) for e in retries] == [(1, "signal 11"), (2, "signal 11")]
    assert json.loads(sweep.properties["score"]) == 1


def test_an_error_of_the_users_code_is_not_tried_again(bench: Bench, label: Label) -> None:
    script = StepSpec("s0000000", "script", bench.code("raise SystemExit(1)"))
    run = bench.wait(submit_step(bench.home, script, label).id)
    assert run.status is RunStatus.FAILED
    assert len(bench.home.store.journal(run.id).attempts(run.id)) == 1


LOGS_ON = """
import os, sys
from hyperstep_trial import Run
run = Run.get_context()
attempt = int(os.environ["HYPERSTEP_ATTEMPT"])
said = os.open(os.environ["SAID"] + f"-{attempt}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
number = 0
while attempt < 2 or number < 50:
    run.log("acc", number)
    os.write(said, b"x")
    number += 1
"""


def test_every_value_that_log_returned_from_is_stored_once_though_the_process_is_killed_meanwhile(
    bench: Bench, label: Label, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = tmp_path / "said"
    monkeypatch.setenv("SAID", str(said))
    chance = random.Random(7)
    run_id = submit_step(bench.home, StepSpec("s0000000", "script", bench.code(LOGS_ON)), label).id
    journal = bench.home.store.journal(run_id)
    for number in range(2):
        attempt = bench.home.attempt(bench.read(run_id), number)
        bench.wait_until(lambda a=attempt: a.records_file.exists() and a.records_file.stat().st_size)  # type: ignore[misc]
        pid = claimed_pid(attempt.folder)
        assert pid is not None
        time.sleep(chance.random() / 20)
        kill(pid)
        bench.wait_until(lambda n=number: len(journal.attempts(run_id)) > n + 1)  # type: ignore[misc]
        returned = Path(f"{said}-{number}").stat().st_size
        lines = attempt.records_file.read_bytes().count(b"\n")
        record = journal.attempts(run_id)[number]
        assert record.end is not None
        assert record.end.signal == signal.SIGKILL
        assert lines in {returned, returned + 1}  # it may be killed between the write and the word about it
        assert record.offset == len(attempt.records_file.read_bytes().rpartition(b"\n")[0]) + 1
    assert bench.wait(run_id).status is RunStatus.COMPLETED
    assert [m.value for m in journal.metrics(run_id)] == list(range(50))


TORN = """
import os, signal
from hyperstep_trial import Run
run = Run.get_context()
run.log("acc", 1)
with open(os.environ["HYPERSTEP_ATTEMPT_FOLDER"] + "/records.jsonl", "ab") as file:
    file.write(b'{"kind":"scalar","name":"acc","va')
if os.environ["HYPERSTEP_ATTEMPT"] == "0":
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("tuned", [False, True])
def test_a_torn_record_is_reported_and_not_guessed(bench: Bench, label: Label, *, tuned: bool) -> None:
    script = StepSpec("s0000000", "script", bench.code(TORN))
    step = bench.tuning_step(TORN, sweep_config(total=1)) if tuned else script
    run = bench.wait(submit_step(bench.home, step, label).id)
    assert run.status is RunStatus.COMPLETED, run.error
    journal = bench.home.store.journal(run.id)
    subject = f"{run.id}_0" if tuned else run.id
    torn = [(d.subject, d.evidence) for d in journal.decisions(run.id) if d.kind == "torn"]
    assert torn == [(subject, {"attempt": n, "bytes": 33}) for n in (0, 1)]
    assert [m.value for m in journal.metrics(subject)] == [1]


def test_files_of_a_run_that_ran_too_long_are_kept(bench: Bench, label: Label) -> None:
    text = "import time\nopen('outputs/half.txt', 'w').close()\nprint('up', flush=True)\ntime.sleep(600)"
    code = replace(bench.code(text), max_duration_s=2.0)
    run = bench.wait(submit_step(bench.home, StepSpec("s0000000", "script", code), label).id)
    assert run.error is not None
    assert run.error.message == "ran longer than max_run_duration_seconds = 2"
    kept = {artifact.path for artifact in bench.home.store.journal(run.id).artifacts(run.id)}
    assert kept == {"outputs/half.txt", "azureml-logs/70_driver_log.txt", "user_logs/std_log.txt"}


def test_a_limit_of_time_is_held_while_the_runner_stands_still(bench: Bench, label: Label) -> None:
    text = "import time\nprint('up', flush=True)\ntime.sleep(600)"
    code = replace(bench.code(text), max_duration_s=3.0)
    run_id = submit_step(bench.home, StepSpec("s0000000", "script", code), label).id
    runner = owner_pid(bench, run_id)
    attempt = bench.home.attempt(bench.read(run_id), 0)
    bench.wait_until(attempt.claim_file.exists)
    os.kill(runner, signal.SIGSTOP)
    bench.wait_until(attempt.exit_file.exists)
    kill(runner)
    run = bench.wait(run_id)
    assert run.status is RunStatus.FAILED
    assert run.error is not None
    assert run.error.message == "ran longer than max_run_duration_seconds = 3"
    assert len(bench.home.store.journal(run_id).attempts(run_id)) == 1


DIES_LOGGING = """
import os, signal, sys
from hyperstep_trial import Run
run = Run.get_context()
first = os.environ["HYPERSTEP_ATTEMPT"] == "0"
left = int(sys.argv[sys.argv.index("--moment") + 1])
said = os.open(f"{os.environ['SAID']}-{left}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

def pass_by(frame, event, called):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)

run.log("ready", 1)  # what is loaded at the first call is not counted
if first:
    sys.setprofile(pass_by)
for number in range(12):
    run.log("acc", number)
    if first:
        os.write(said, b"x")
if first:
    sys.setprofile(None)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_trial_may_be_killed_at_any_moment_of_its_logging(
    bench: Bench, label: Label, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The moments are calls and returns, of Python and of the system, some of them within each ``log``."""
    said = tmp_path / "said"
    monkeypatch.setenv("SAID", str(said))
    moments = random.Random(3).sample(range(1, 800), 24)
    config = sweep_config(total=24, space={"moment": ["choice", [moments]]})
    sweep = bench.wait(submit_step(bench.home, bench.tuning_step(DIES_LOGGING, config), label).id)
    assert sweep.status is RunStatus.COMPLETED
    journal = bench.home.store.journal(sweep.id)
    returned = []
    for trial, moment in zip(journal.runs(kind=RunKind.TRIAL), moments, strict=True):
        first, second = journal.attempts(trial.id)
        assert [(a.end.signal, a.end.exit_code) for a in (first, second) if a.end] == [
            (signal.SIGKILL, None),
            (None, 0),
        ]
        returned.append(Path(f"{said}-{moment}").stat().st_size)
        file = bench.home.attempt(trial, 0).records_file
        lines = file.read_bytes().splitlines(keepends=True) if file.exists() else []
        values = [json.loads(line)["value"] for line in lines if b'"acc"' in line]
        assert values == list(range(len(values)))
        assert len(values) in {returned[-1], returned[-1] + 1}  # killed between the write and the word about it
        assert first.offset == sum(map(len, lines))
        assert [m.value for m in journal.metrics(trial.id, name="acc")] == list(range(12))
    assert len(set(returned)) > 5  # the moments are spread over the logging
