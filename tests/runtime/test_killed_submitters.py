"""kill -9 of who submits, at any moment: there is no run, or one that the next look takes over and finishes."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.runtime.bench import Bench

from hyperstep.cli.main import main
from hyperstep.launchers import can_host
from hyperstep.records.run import RunKind
from hyperstep.records.status import RunStatus
from hyperstep.runtime import liveness
from hyperstep.runtime.submission import is_abandoned

pytestmark = pytest.mark.skipif(not can_host(), reason="signals of POSIX")

POINTS = int(os.environ.get("SUBMITTER_POINTS", "20"))
"""How many of the calls; a number above that of all calls takes each of them."""
SCRIPT = """
import sys
from hyperstep_trial import Run
Run.get_context().log("acc", 1)
"""
ROOT = Path(__file__).parents[2]


def submit(digest: str, *point: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.runtime.dying_submitter", digest, *point]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_submitter_that_is_killed_leaves_no_run_or_a_whole_one(
    bench: Bench, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0
    for _ in range(2):  # the first one has a trial host to start
        whole = submit(bench.code(SCRIPT).snapshot)
        assert whole.returncode == 0, whole.stderr
        calls = int(whole.stdout)
    assert calls > 100
    known = {run.id for run in bench.home.store.roots()}
    assert len(known) == 2
    for run_id in known:
        assert bench.wait(run_id).status is RunStatus.COMPLETED
    monkeypatch.setattr(liveness, "START_S", 0.0)  # whoever looks does so later
    monkeypatch.setenv("HYPERSTEP_RESUME", "always")
    missing = 0
    points = sorted(random.Random(5).sample(range(1, calls), min(POINTS, calls - 1)))
    for point in points:
        code = bench.code(f"{SCRIPT}# {point}")  # nothing of another run stands for it
        died = submit(code.snapshot, str(point))
        assert died.returncode == -signal.SIGKILL or int(died.stdout) < point, died.stderr
        new = [run for run in bench.home.store.roots() if run.id not in known]
        if not new:
            missing += 1
            continue
        (root,) = new
        known.add(root.id)
        assert is_abandoned(bench.home, root.id) or liveness.live_owner(bench.home, root.id)
        assert main(["show", root.id]) == 0
        assert bench.wait(root.id).status is RunStatus.COMPLETED
        journal = bench.home.store.journal(root.id)
        assert {run.status for run in journal.runs()} == {RunStatus.COMPLETED}
        for run in journal.runs(kind=RunKind.STEP) + journal.runs(kind=RunKind.SWEEP):
            assert bench.home.store.root_of(run.id) == root.id
            assert main(["show", run.id]) == 0
    assert 0 < missing < len(points)
    assert len(list((bench.home.path / "runs").iterdir())) >= len(known)
    capsys.readouterr()
    assert main(["runs", "--json", "-n", "999"]) == 0
    assert {run["id"] for run in json.loads(capsys.readouterr().out)} == known
    assert main(["doctor"]) == 0
