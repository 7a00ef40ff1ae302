"""Whole tunings from the command line: real runners, real trials, real terminals."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import subprocess
from pathlib import Path
from typing import Any

import psutil
import pytest
from tests.cli.real_process import PATIENCE_S, OnTerminal, hyperstep, run, write_script

pytestmark = pytest.mark.end_to_end
posix_only = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals and signals")

TRAIN = """
import argparse, pathlib
from azureml.core import Run
parser = argparse.ArgumentParser()
parser.add_argument("--x", type=float)
parser.add_argument("--shift", type=float, default=0.0)
args = parser.parse_args()
Run.get_context().log("score", -(args.x - 3 + args.shift) ** 2)
pathlib.Path("outputs/model.txt").write_text(str(args.x))
print("done with", args.x)
"""
SPACE = ("--space", "x=choice:1,2,3,4", "--sampler", "grid")


def reading(*arguments: str) -> Any:
    """What a reading command answers, as JSON."""
    done = run(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def tune(script: str, *arguments: str, metric: str = "score") -> tuple[int, str]:
    """Tune on pipes; returns exit code and our words."""
    done = run("tune", script, *SPACE, "--metric", metric, *arguments)
    assert done.stdout == b""
    return done.returncode, done.stderr.decode()


def test_a_newcomers_script_is_tuned_and_its_best_model_is_a_file(tmp_path: Path) -> None:
    code, text = tune(write_script(tmp_path, TRAIN), "--shift", "1", "--model-file", "outputs/model.txt")
    assert code == 0, text
    assert all(line.startswith("hyperstep: ") for line in text.splitlines())
    assert "parameters  x=2" in text
    best = reading("best", "latest")
    assert (best["value"], best["parameters"], best["metric"], best["goal"]) == (0.0, {"x": 2}, "score", "maximize")
    assert Path(best["model"]).read_text(encoding="utf-8") == "2.0"
    assert best["model"] in text
    model = next(file for file in best["files"] if file["name"] == "outputs/model.txt")
    assert Path(model["path"]).read_text(encoding="utf-8") == "2.0"
    shown = reading("show", "latest")
    assert (shown["kind"], shown["status"], shown["runner"]) == ("sweep", "Completed", None)
    assert [trial["best"] for trial in shown["trials"]] == [-1.0, 0.0, -1.0, -4.0]
    assert run("logs", best["id"]).stdout == b"done with 2.0\n"


LEFT_OVER = """
import pathlib, sys
from azureml.core import Run
x = float(sys.argv[sys.argv.index("--x") + 1])
Run.get_context().log("score", x)
model = pathlib.Path("outputs/model.txt")
found = model.read_text()
if "again" in sys.argv:
    model.write_text(found)
"""


def test_a_model_that_was_beside_the_script_is_none_that_a_trial_wrote(tmp_path: Path) -> None:
    script = Path(write_script(tmp_path, LEFT_OVER))
    (script.parent / "outputs").mkdir()
    (script.parent / "outputs" / "model.txt").write_text("local")
    (script.parent / "logs").mkdir()
    (script.parent / "logs" / "old.txt").write_text("local")
    code, text = tune(str(script), "--model-file", "outputs/model.txt")
    assert code == 1
    assert "must write the file" in text
    assert "outputs/model.txt, " not in text
    files = [file["name"] for file in reading("best", "latest")["files"]]
    assert files == ["azureml-logs/70_driver_log.txt", "user_logs/std_log.txt"]
    code, text = tune(str(script), "--model-file", "outputs/model.txt", "--", "again")
    assert code == 0, text
    best = reading("best", "latest")
    assert Path(best["model"]).read_text() == "local"
    assert "outputs/model.txt" in [file["name"] for file in best["files"]]


def test_a_metric_can_be_read_from_what_the_script_prints(tmp_path: Path) -> None:
    script = write_script(tmp_path, "import sys\nprint('loss=' + sys.argv[2], flush=True)")
    code, text = tune(script, "--goal", "minimize", "--metric-pattern", r"loss=([0-9.]+)", metric="loss")
    assert code == 0, text
    assert "best loss 1 " in text


def test_when_all_trials_fail_it_says_why_and_exits_with_1(tmp_path: Path) -> None:
    code, text = tune(write_script(tmp_path, "raise ValueError('no such column')"))
    assert code == 1
    assert "ValueError: no such column" in text
    assert b"ValueError: no such column" in run("logs", "latest").stdout


def test_wrong_input_is_refused_before_anything_is_recorded(tmp_path: Path) -> None:
    script = write_script(tmp_path, TRAIN)
    for wrong in (["--space", "x=uniform:2,1"], ["--policy", "bandit:evaluation_interval=2"]):
        done = run("tune", script, "--space", "y=choice:1", *wrong, "--metric", "score")
        assert done.returncode == 2
        assert done.stderr.startswith(b"hyperstep: ")
        assert len(done.stderr.splitlines()) == 1
    assert run("tune", str(tmp_path / "no.py"), *SPACE, "--metric", "m").returncode == 2
    assert reading("runs") == []


@posix_only
def test_on_a_terminal_the_sweep_is_drawn_while_it_runs(tmp_path: Path) -> None:
    terminal = OnTerminal(hyperstep("tune", write_script(tmp_path, TRAIN), *SPACE, "--metric", "score"), size=(40, 120))
    assert terminal.wait() == 0
    text = terminal.output.decode()
    assert "/4" in text
    assert "best trial" in text.rpartition("\x1b[J")[2], "the last words stand where the live lines were"


SLOW = """
import pathlib, sys, time
from azureml.core import Run
Run.get_context().log("score", float(sys.argv[2]))
time.sleep(300)
"""


@posix_only
def test_ctrl_c_cancels_the_sweep(tmp_path: Path) -> None:
    terminal = OnTerminal(hyperstep("tune", write_script(tmp_path, SLOW), *SPACE, "--metric", "score"), size=(40, 120))
    terminal.read_until(b"best")
    terminal.type(b"\x03")
    assert terminal.wait() == 130
    shown = reading("show", "latest")
    assert (shown["status"], shown["runner"]) == ("Canceled", None)
    assert {trial["status"] for trial in shown["trials"]} == {"Canceled"}


DRIVER = """
from azureml.core import Experiment, ScriptRunConfig, Workspace
from azureml.train.hyperdrive import GridParameterSampling, HyperDriveConfig, PrimaryMetricGoal, choice
config = HyperDriveConfig(
    run_config=ScriptRunConfig("source", "train.py"),
    hyperparameter_sampling=GridParameterSampling({"x": choice(1, 2)}),
    primary_metric_name="score",
    primary_metric_goal=PrimaryMetricGoal.MAXIMIZE,
    max_total_runs=2,
)
run = Experiment(Workspace.from_config(), "slow").submit(config)
print(run.id)
"""


def test_a_run_outlives_its_script_and_can_be_seen_and_canceled_from_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "train.py").write_text(SLOW, encoding="utf-8")
    done = run("run", write_script(tmp_path, DRIVER))
    assert done.returncode == 0, done.stderr
    run_id = done.stdout.decode().strip().splitlines()[-1]
    assert b"goes on without this process" in done.stderr
    assert f"hyperstep cancel {run_id[:11]}" in done.stderr.decode()
    while run("best", run_id, "--json").returncode == 3:
        pass
    shown = reading("show", run_id)
    assert shown["runner"]["pid"] > 0
    assert shown["status"] == "Running"
    assert run("cancel", run_id, "--wait", "60").returncode == 0
    assert reading("show", "latest")["status"] == "Canceled"


PATIENT = """
import pathlib, sys, time
from azureml.core import Run
while not pathlib.Path("GO").exists():
    time.sleep(0.05)
Run.get_context().log("score", float(sys.argv[2]))
"""


def submit_patient(folder: Path) -> str:
    """A sweep of two trials that wait for a file ``go``; returns its id once a runner owns it."""
    (folder / "source").mkdir()
    text = PATIENT.replace("GO", str(folder / "go"))
    (folder / "source" / "train.py").write_text(text, encoding="utf-8")
    done = run("run", "-q", write_script(folder, DRIVER))
    run_id = done.stdout.decode().strip().splitlines()[-1]
    while not all(trial["pid"] for trial in reading("show", run_id)["trials"]) or not reading("show", run_id)["trials"]:
        pass
    return run_id


@posix_only
def test_a_killed_runner_is_followed_by_the_next_one_though_nobody_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run_id = submit_patient(tmp_path)
    runner = reading("show", run_id)["runner"]
    os.kill(runner["pid"], signal.SIGKILL)
    while reading("show", run_id)["runner"] in (runner, None):
        pass
    (tmp_path / "go").touch()
    resumed = run("resume", run_id)
    assert resumed.returncode == 0, resumed.stderr
    shown = reading("show", run_id)
    assert shown["counts"]["completed"] == 2
    assert [trial["attempt_count"] for trial in shown["trials"]] == [1, 1]


def kill_runner_and_hosts(run_id: str) -> None:
    """Nobody is left that would start the next runner by itself."""
    shown = reading("show", run_id)
    os.kill(shown["runner"]["pid"], signal.SIGSTOP)  # it would look for another host
    for pid in (*shown["hosts"], shown["runner"]["pid"]):
        os.kill(pid, signal.SIGKILL)
    while not reading("show", run_id)["runner_gone"]:
        pass


WAITING = """
import pathlib, sys
from azureml.core import Experiment, Workspace
from azureml.train.hyperdrive import HyperDriveRun
run = HyperDriveRun(Experiment(Workspace.from_config(), "patient"), sys.argv[1])
if sys.argv[2] == "asking":
    while run.get_status() not in ("Completed", "Failed", "Canceled"):
        pass
else:
    run.wait_for_completion(show_output=False)
print(run.get_status())
"""


@posix_only
@pytest.mark.usefixtures("own_hosts")
@pytest.mark.parametrize("look", ["logs", "best", "waiting", "asking"])
def test_any_look_that_needs_a_runner_starts_the_next_one(
    look: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run_id = submit_patient(tmp_path)
    kill_runner_and_hosts(run_id)
    monkeypatch.setenv("HYPERSTEP_RESUME", "always")
    (tmp_path / "go").touch()
    (tmp_path / "look.py").write_text(WAITING, encoding="utf-8")
    if look in {"waiting", "asking"}:
        done = run("run", "-q", str(tmp_path / "look.py"), run_id, look)
        assert done.stdout.decode().splitlines()[-1] == "Completed"
    else:
        done = run(look, run_id, *(["-f"] if look == "logs" else []))
    assert b"gone; another one goes on" in done.stderr
    assert run("resume", run_id).returncode == 0
    assert reading("show", run_id)["counts"]["completed"] == 2


@posix_only
@pytest.mark.usefixtures("own_hosts")
def test_who_looks_at_a_run_whose_runner_and_host_were_killed_starts_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run_id = submit_patient(tmp_path)
    shown = reading("show", run_id)
    os.kill(shown["runner"]["pid"], signal.SIGSTOP)
    assert "is stopped; hyperstep resume" in run("show", run_id).stdout.decode()
    kill_runner_and_hosts(run_id)
    assert "its runner is gone; hyperstep resume" in run("show", run_id).stdout.decode()
    assert b"running, runner gone" in run("runs").stdout
    monkeypatch.setenv("HYPERSTEP_RESUME", "always")
    assert reading("show", run_id, "--no-resume")["runner_gone"]
    looked = run("show", run_id)
    assert looked.stderr.decode() == "hyperstep: its runner is gone; another one goes on\n"
    assert b"the last one is gone; another one goes on" in looked.stdout
    (tmp_path / "go").touch()
    followed = run("resume", run_id)
    assert followed.returncode == 0, followed.stderr
    assert reading("show", run_id)["counts"]["completed"] == 2


@posix_only
def test_a_pipe_behind_the_command_ends_with_the_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "train.py").write_text(PATIENT.replace("GO", str(tmp_path / "go")), encoding="utf-8")
    script = write_script(tmp_path, DRIVER)
    line = shlex.join(hyperstep("run", "-q", script)) + " | cat"
    done = subprocess.run(["sh", "-c", line], capture_output=True, check=True, timeout=PATIENCE_S)
    run_id = done.stdout.decode().strip().splitlines()[-1]
    assert reading("show", run_id)["status"] not in {"Completed", "Failed", "Canceled"}
    (tmp_path / "go").touch()
    assert run("resume", run_id).returncode == 0


def processes_that_mention(text: str) -> list[int]:
    """Ids of the processes whose command line or environment holds a text: ours, below a test's own folder."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.pid != os.getpid() and (
                text in " ".join(process.cmdline()) or text in process.environ().get("HYPERSTEP_HOME", "")
            ):
                found.append(process.pid)
    return found


def wait_for_a_value() -> None:
    """Until a trial of the newest run has reported its metric."""
    while (shown := run("show", "latest", "--json")).returncode or not json.loads(shown.stdout)["best"]:
        pass


@posix_only
class TestForeground:
    def test_a_run_in_the_foreground_is_over_with_the_command(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "go").touch()
        (tmp_path / "source").mkdir()
        (tmp_path / "source" / "train.py").write_text(PATIENT.replace("GO", str(tmp_path / "go")), encoding="utf-8")
        done = run("run", "--foreground", "-q", write_script(tmp_path, DRIVER))
        assert done.returncode == 0, done.stderr
        assert not processes_that_mention(str(tmp_path))
        run_id = done.stdout.decode().strip().splitlines()[-1]
        shown = reading("show", run_id)
        assert (shown["status"], shown["counts"]["completed"], shown["hosts"]) == ("Completed", 2, [])

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_a_signal_cancels_it_and_leaves_no_process(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
    ) -> None:
        monkeypatch.chdir(tmp_path)
        script = write_script(tmp_path, STUBBORN)
        command = hyperstep("tune", "--foreground", script, *SPACE, "--metric", "score")
        tuning = subprocess.Popen(command, stderr=subprocess.PIPE)
        wait_for_a_value()
        tuning.send_signal(number)
        _, said = tuning.communicate(timeout=PATIENCE_S)
        assert tuning.returncode == 128 + number, said
        assert not processes_that_mention(str(tmp_path))
        shown = reading("show", "latest")
        assert shown["status"] == "Canceled"
        assert ("Ctrl-C" in json.dumps(shown)) == (number == signal.SIGINT)

    def test_the_command_s_sudden_end_cancels_it_too(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        script = write_script(tmp_path, STUBBORN)
        tuning = subprocess.Popen(hyperstep("tune", "--foreground", "-q", script, *SPACE, "--metric", "score"))
        wait_for_a_value()
        tuning.kill()
        tuning.wait()
        while processes_that_mention(str(tmp_path)):
            pass
        assert reading("show", "latest")["status"] == "Canceled"

    def test_what_whoever_started_it_had_ignored_does_not_cancel_it(self, tmp_path: Path) -> None:
        """As ``nohup`` does, for the end of the terminal."""
        script = write_script(tmp_path, PATIENT.replace("GO", str(tmp_path / "go")))
        command = hyperstep("tune", "--foreground", "-q", script, *SPACE, "--metric", "score")
        tuning = subprocess.Popen(["nohup", *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        while not (trials := _trials_of_latest()) or not trials[0]["pid"]:
            assert tuning.poll() is None
        tuning.send_signal(signal.SIGHUP)
        (tmp_path / "go").touch()
        _, said = tuning.communicate(timeout=PATIENCE_S)
        assert tuning.returncode == 0, said
        assert reading("show", "latest")["status"] == "Completed"


def _trials_of_latest() -> list[Any]:
    """Of a run that may not have been submitted yet."""
    done = run("show", "latest", "--json")
    return json.loads(done.stdout)["trials"] if not done.returncode else []


STUBBORN = """
import signal, sys, time
from azureml.core import Run
signal.signal(signal.SIGTERM, signal.SIG_IGN)
Run.get_context().log("score", float(sys.argv[2]))
time.sleep(300)
"""


@posix_only
def test_a_second_ctrl_c_does_not_wait_and_says_that_the_sweep_ends(tmp_path: Path) -> None:
    script = write_script(tmp_path, STUBBORN)
    terminal = OnTerminal(hyperstep("tune", script, *SPACE, "--metric", "score"), size=(40, 120))
    terminal.read_until(b"best")
    terminal.type(b"\x03")
    terminal.read_until(b"does not wait")
    terminal.type(b"\x03")
    assert terminal.wait() == 130
    assert b"was asked to end and does so by itself" in terminal.output
    assert b"goes on" not in terminal.output
    assert run("cancel", "latest", "--wait", "60").returncode == 0
    assert reading("show", "latest")["status"] == "Canceled"


def test_a_pattern_that_matches_nothing_is_named_in_the_advice(tmp_path: Path) -> None:
    code, text = tune(write_script(tmp_path, "print('acc: 0.5')\n"), "--metric-pattern", "accuracy=([0-9.]+)")
    assert code == 1
    assert "--metric-pattern 'accuracy=([0-9.]+)' found no number in the output; see hyperstep logs HD_" in text
