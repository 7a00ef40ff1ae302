"""A process that cannot be started: what the user can mend fails the trial at once, what passes does not."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.runtime.bench import Bench, sweep_config
from tests.runtime.processes_of_ours import current_host
from tests.runtime.test_obstacles import GATED, paused

from hyperstep.pipeline.spec import StepSpec
from hyperstep.records.run import RunKind
from hyperstep.records.status import RunStatus
from hyperstep.runtime import submission
from hyperstep.runtime.submission import Label, submit_step

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="limits of another process"),
    pytest.mark.usefixtures("own_hosts"),
]


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "gate"
    folder.mkdir()
    monkeypatch.setenv("GATE", str(folder))
    return folder


def _ends(bench: Bench, sweep_id: str) -> list[list[tuple[int | None, bool]]]:
    journal = bench.home.store.journal(sweep_id)
    trials = journal.runs(kind=RunKind.TRIAL)
    return [[(a.end.exit_code, a.end.lost) for a in journal.attempts(t.id) if a.end] for t in trials]


def test_a_run_pauses_while_the_host_has_no_open_file_left(bench: Bench, label: Label, gate: Path) -> None:
    config = sweep_config(total=4, concurrent=1)
    sweep = submit_step(bench.home, bench.tuning_step(GATED, config), label)
    bench.wait_until(lambda: len(list(gate.glob("up-*"))) == 1)
    host = current_host()
    limits = resource.prlimit(host, resource.RLIMIT_NOFILE)
    open_now = len(list(Path(f"/proc/{host}/fd").iterdir()))
    resource.prlimit(host, resource.RLIMIT_NOFILE, (open_now, limits[1]))
    (gate / "go").touch()
    said = bench.wait_until(lambda: paused(bench, sweep.id) or False)
    assert "no process, memory or open file left; end something, the run goes on by itself" in said
    assert "Too many open files" in said
    resource.prlimit(host, resource.RLIMIT_NOFILE, limits)
    assert bench.wait(sweep.id).status is RunStatus.COMPLETED
    assert _ends(bench, sweep.id) == [[(0, False)]] * 4


RUNNER = """
import sys
from hyperstep.runtime.runner.__main__ import main
home, root_id, sys.executable = sys.argv[1:]
sys.exit(main(home, root_id))
"""
"""A runner whose trial hosts are started by another program."""


@pytest.mark.parametrize(("deaths", "ends"), [(18, [(None, True)] * 2 + [(0, False)]), (999, [(None, True)] * 3)])
def test_an_attempt_whose_hosts_are_killed_before_they_start_it_is_lost_and_tried_again(
    bench: Bench,
    label: Label,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    deaths: int,
    ends: list[tuple[int | None, bool]],
) -> None:
    said, interpreter = tmp_path / "deaths", tmp_path / "python"
    interpreter.write_text(
        f'#!/bin/sh\necho x >> {said}\n[ $(wc -l < {said}) -gt {deaths} ] || kill -9 $$\nexec {sys.executable} "$@"\n'
    )
    interpreter.chmod(0o755)
    monkeypatch.setattr(submission, "start_runner", lambda _home, _root_id: True)
    config = sweep_config(total=1)
    sweep = submit_step(
        bench.home, bench.tuning_step("import hyperstep_trial as t; t.Run.get_context().log('acc', 1)", config), label
    )
    command = [sys.executable, "-c", RUNNER, str(bench.home.path), sweep.id, str(interpreter)]
    assert subprocess.run(command, check=False, timeout=300).returncode == 0
    assert _ends(bench, sweep.id) == [ends]
    (trial,) = bench.home.store.journal(sweep.id).runs(kind=RunKind.TRIAL)
    assert trial.status is (RunStatus.COMPLETED if deaths == 18 else RunStatus.FAILED)
    assert deaths == 18 or "was ended from outside 3 times" in trial.reason


def test_a_program_that_is_missing_fails_the_step_at_once(bench: Bench, label: Label, tmp_path: Path) -> None:
    code = replace(bench.code("print()"), python=str(tmp_path / "no-python"))
    run = submit_step(bench.home, StepSpec("s0000000", "script", code), label)
    ended = bench.wait(run.id)
    assert ended.status is RunStatus.FAILED
    assert ended.error is not None
    assert "Check the program" in ended.error.message
    assert len(bench.home.store.journal(run.id).attempts(run.id)) == 1
