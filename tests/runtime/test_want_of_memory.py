"""A control group with little memory: the system ends what takes too much, and that is told from other kills."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.runtime.bench import Bench, sweep_config

from hyperstep.launchers.control_path import default_control_path
from hyperstep.launchers.host_link import connect_or_start, host_pid
from hyperstep.launchers.process_table import keeper_of
from hyperstep.records.run import RunKind
from hyperstep.records.status import RunStatus
from hyperstep.runtime.submission import Label, submit_step
from hyperstep.testing.launcher_bench import is_running, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="control groups")

GROUPS = Path("/sys/fs/cgroup")
LIMIT_BYTES = 256 << 20
HUNGRY = """
import os, sys, time
from hyperstep_trial import Run
x = int(sys.argv[sys.argv.index("--x") + 1])
Run.get_context().log("acc", x)
if x:
    open(os.environ["GATE"] + ".up", "w").close()
    while not os.path.exists(os.environ["GATE"]):
        time.sleep(0.02)
    taken = [bytearray(b"x") * (32 << 20) for _ in range(16)]
"""


def _make_group() -> Path:
    """A group below our own, of the version that counts memory here."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if "memory" in controllers.split(","):
            group, limit = GROUPS / "memory" / path.lstrip("/") / "hyperstep-test", "memory.limit_in_bytes"
        elif not controllers and (GROUPS / "cgroup.controllers").exists():
            group, limit = GROUPS / path.lstrip("/") / "hyperstep-test", "memory.max"
        else:
            continue
        group.mkdir()
        (group / limit).write_text(str(LIMIT_BYTES))
        return group
    message = "no control group counts memory"
    raise OSError(message)


@pytest.fixture
def group() -> Iterator[Path]:
    try:
        group = _make_group()
    except OSError as error:
        pytest.skip(f"no control group can be made: {error}")
    yield group
    wait_until(lambda: not (group / "cgroup.procs").read_text().split(), "the end of what was in the group")
    group.rmdir()


@pytest.fixture
def host(group: Path, own_hosts: None) -> Iterator[int]:  # noqa: ARG001 - for its effect
    """A trial host in the group, whose children are in it too, and its keeper."""
    with connect_or_start(default_control_path(), idle_s=10.0):
        pid = host_pid(default_control_path())
        assert pid is not None
        for process in (pid, keeper_of(pid)):
            (group / "cgroup.procs").write_text(str(process))
    yield pid
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "gate"
    monkeypatch.setenv("GATE", str(path))
    return path


@pytest.mark.parametrize("by_keeper", [False, True])
def test_a_trial_that_takes_too_much_is_tried_once_more_and_says_why_it_failed(
    bench: Bench, label: Label, host: int, gate: Path, *, by_keeper: bool
) -> None:
    config = sweep_config(total=2)
    sweep = submit_step(bench.home, bench.tuning_step(HUNGRY, config), label)
    bench.wait_until(Path(f"{gate}.up").exists)
    if by_keeper:
        os.kill(host, signal.SIGKILL)
        bench.wait_until(lambda: not is_running(host))
    gate.touch()
    assert bench.wait(sweep.id).status is RunStatus.COMPLETED
    journal = bench.home.store.journal(sweep.id)
    modest, hungry = journal.runs(kind=RunKind.TRIAL)
    assert (modest.status, hungry.status) == (RunStatus.COMPLETED, RunStatus.FAILED)
    ends = [attempt.end for attempt in journal.attempts(hungry.id) if attempt.end]
    assert [end.signal for end in ends] == [signal.SIGKILL] * len(ends)
    assert [end.out_of_memory for end in ends] == [True, True]  # the next host, its runner's child, is in the group too
    assert "the system ran out of memory" in hungry.reason
