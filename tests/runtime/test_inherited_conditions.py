"""A trial has the umask, the niceness, the limits, the cores and the batch job of whoever submitted its run."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from tests.runtime.bench import Bench
from tests.runtime.processes_of_ours import is_gone, kill, next_owner_pid, owner_pid, runners_of
from tests.runtime.waiting_script import started, submit_waiting

from hyperstep.cli.live_processes import live_processes
from hyperstep.cli.reading import read_root
from hyperstep.launchers import can_host
from hyperstep.launchers.glance import live_hosts
from hyperstep.launchers.hosts import hosts_here
from hyperstep.launchers.inherited import conditions
from hyperstep.records.attempt import Launched
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime.guarding import start_runner
from hyperstep.runtime.liveness import live_owner
from hyperstep.runtime.submission import Label

pytestmark = [
    pytest.mark.skipif(not can_host(), reason="there are no trial hosts"),
    pytest.mark.usefixtures("own_hosts"),
]

SAYS_WHAT_IT_HAS = """
import json, os, resource, sys
from hyperstep_trial import Run
mask = os.umask(0o22)
os.umask(mask)
has = {
    "umask": mask,
    "nice": os.getpriority(os.PRIO_PROCESS, 0),
    "files": resource.getrlimit(resource.RLIMIT_NOFILE),
    "core": resource.getrlimit(resource.RLIMIT_CORE),
    "memory": resource.getrlimit(resource.RLIMIT_AS),
    "cpu_s": resource.getrlimit(resource.RLIMIT_CPU),
    "cores": sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [],
    "job": os.environ.get("SLURM_JOB_ID", ""),
    "threads": os.environ["OMP_NUM_THREADS"],
}
with open(os.environ["SAID"], "a") as file:
    file.write(json.dumps(has) + "\\n")
Run.get_context().log("acc", int(sys.argv[sys.argv.index("--x") + 1]))
"""
SUBMITS = """
import sys
from pathlib import Path
from tests.runtime.bench import Bench, sweep_config
from hyperstep.runtime.home import Home
from hyperstep.runtime.submission import Label, submit_step
from msgspec.structs import replace
folder, script, warm, concurrent = sys.argv[1:]
home = Home.open()
bench = Bench(home, Path(folder))
step = bench.tuning_step(Path(script).read_text(), sweep_config(total=4, concurrent=int(concurrent)))
step = replace(step, allow_reuse=False, tuning=replace(step.tuning, warm=warm))
print(submit_step(home, step, Label("local", "experiment")).id)
home.close()
"""
_OPEN_FILES = resource.getrlimit(resource.RLIMIT_NOFILE)
_NICE = os.getpriority(os.PRIO_PROCESS, 0)
_GIB = 1 << 30

CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "umask": ("os.umask(0o077)", {"umask": 0o077}),
    "nice": ("os.nice(3)", {"nice": min(_NICE + 3, 19)}),
    "ulimit -n": (
        f"resource.setrlimit(resource.RLIMIT_NOFILE, (333, {_OPEN_FILES[1]}))",
        {"files": [333, _OPEN_FILES[1]]},
    ),
    "ulimit -c": ("resource.setrlimit(resource.RLIMIT_CORE, (0, 0))", {"core": [0, 0]}),
    "ulimit -t": ("resource.setrlimit(resource.RLIMIT_CPU, (5000, 6000))", {"cpu_s": [5000, 6000]}),
    "ulimit -v": (
        f"resource.setrlimit(resource.RLIMIT_AS, ({64 * _GIB}, {64 * _GIB}))",
        {"memory": [64 * _GIB, 64 * _GIB]},
    ),
    "a batch job": ("os.environ['SLURM_JOB_ID'] = '4711'", {"job": "4711"}),
}
if hasattr(os, "sched_getaffinity"):
    _core = min(os.sched_getaffinity(0))
    CASES["taskset"] = (f"os.sched_setaffinity(0, [{_core}])", {"cores": [_core], "threads": "1"})


class Submitter:
    """Submits sweeps of four trials, one after the other, from processes of its own."""

    def __init__(self, bench: Bench, said: Path) -> None:
        self._bench = bench
        self._said = said
        self.hosts: set[Path] = set()
        """Control sockets of all that were seen: one that is idle for long leaves."""

    def submit(self, change: str, *, warm: str = "auto") -> tuple[list[dict[str, Any]], list[Launched]]:
        """What each trial says that it has, and how it was started, when the sweep has ended.

        Args:
            change: A statement by which the submitter gets what it has.
            warm: As of a sweep.
        """
        before = len(self._lines())
        sweep = self.sweep(change, warm)
        journal = self._bench.home.store.journal(sweep.id)
        records = [record for trial in journal.runs(kind=RunKind.TRIAL) for record in journal.attempts(trial.id)]
        launched = [record.launched for record in records if record.launched]
        self.hosts |= set(live_hosts())
        return [json.loads(line) for line in self._lines()[before:]], launched

    def sweep(self, change: str, warm: str = "auto", concurrent: int = 1) -> RunRecord:
        """The sweep, when it has ended."""
        script = self._bench.folder / "train.py"
        script.write_text(SAYS_WHAT_IT_HAS)
        again = [sys.executable, "-c", SUBMITS, str(self._bench.folder), str(script), warm, str(concurrent)]
        code = f"import os, resource, sys\n{change}\nos.execv(sys.executable, {again!r})"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        sweep = self._bench.wait(done.stdout.split()[-1])
        assert sweep.status is RunStatus.COMPLETED, sweep.error
        return sweep

    def until_warm(self, change: str) -> list[dict[str, Any]]:
        """What the trials of a sweep say of which one was warm at least."""
        for _ in range(5):
            said, launched = self.submit(change)
            if any(each.warm for each in launched):
                return said
        pytest.fail(f"never warm: {launched}")

    def _lines(self) -> list[str]:
        return self._said.read_text().splitlines() if self._said.exists() else []


@pytest.fixture
def submitter(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Submitter:
    said = tmp_path / "said.jsonl"
    monkeypatch.setenv("SAID", str(said))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    return Submitter(bench, said)


def expected(usual: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """What a trial has when only that is changed."""
    assert {name: usual[name] for name in changes} != changes or sys.platform != "linux"
    return {**usual, **changes}


@pytest.fixture(params=sorted(CASES))
def case(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    change, has = CASES[request.param]
    if request.param == "ulimit -c" and resource.getrlimit(resource.RLIMIT_CORE)[1] == 0:
        pytest.skip("there are no core files here")
    return change, has


def test_cold_trials_have_what_their_submitter_has_and_not_what_the_first_one_had(
    submitter: Submitter, case: tuple[str, dict[str, Any]]
) -> None:
    change, has = case
    (usual, *_), _launched = submitter.submit("pass", warm="off")
    assert submitter.submit("pass", warm="off")[0] == [usual] * 4
    assert len(submitter.hosts) == 1
    said, launched = submitter.submit(change, warm="off")
    assert not any(each.warm for each in launched)
    assert said == [expected(usual, has)] * 4
    assert len(submitter.hosts) == 2
    assert submitter.submit("pass", warm="off")[0] == [usual] * 4
    assert submitter.submit(change, warm="off")[0] == said
    assert len(submitter.hosts) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="trials are forked on Linux")
def test_warm_trials_have_what_their_submitter_has_and_not_what_the_first_one_had(
    submitter: Submitter, case: tuple[str, dict[str, Any]]
) -> None:
    change, has = case
    usual = submitter.until_warm("pass")
    assert usual == usual[:1] * 4
    said = submitter.until_warm(change)
    assert said == [expected(usual[0], has)] * 4
    assert len([host for host in hosts_here() if host.servers]) == 2


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system gives no cores to a process")
def test_there_are_as_many_slots_as_cores_that_the_submitter_may_use(submitter: Submitter) -> None:
    sweep = submitter.sweep(CASES["taskset"][0], concurrent=4)
    assert sweep.properties["requested_concurrency"] == "4"
    assert sweep.properties["effective_concurrency"] == "1"


@pytest.fixture
def _other_umask() -> Iterator[None]:
    mask = os.umask(0o037)
    yield
    os.umask(mask)


def parent_of(pid: int) -> int:
    return psutil.Process(pid).ppid()


def assert_completed_once(bench: Bench, run_id: str) -> None:
    assert bench.wait(run_id).status is RunStatus.COMPLETED
    journal = bench.home.store.journal(run_id)
    assert [attempt.key.number for attempt in journal.attempts(run_id)] == [0]
    assert [metric.value for metric in journal.metrics(run_id)] == [1, 2]


@pytest.mark.usefixtures("_other_umask")
def test_a_runner_has_what_its_submitter_has_and_finds_the_host_that_started_it(
    bench: Bench, label: Label, gate: Path
) -> None:
    run_id = submit_waiting(bench, label)
    process, runner = started(bench, run_id), owner_pid(bench, run_id)
    (host,) = live_hosts().values()
    assert parent_of(process) == parent_of(runner) == host
    assert live_processes(bench.home, read_root(bench.home.store, run_id)).hosts == (host,)
    (state,) = hosts_here()
    assert state.ours
    assert state.conditions == conditions()
    assert state.runs == (str(bench.home.root_folder(run_id).resolve()),)
    kill(host)
    bench.wait_until(lambda: is_gone(host) and bool(live_hosts()))
    assert [state.ours for state in hosts_here()] == [True]
    gate.touch()
    assert_completed_once(bench, run_id)


def test_a_run_that_is_resumed_from_elsewhere_goes_on_in_the_conditions_of_that_place(
    bench: Bench, label: Label, gate: Path, request: pytest.FixtureRequest
) -> None:
    run_id = submit_waiting(bench, label)
    process, first = started(bench, run_id), owner_pid(bench, run_id)
    (host,) = live_hosts().values()
    os.kill(first, signal.SIGSTOP)  # it would start another host
    kill(host)
    kill(first)
    bench.wait_until(lambda: is_gone(first))
    request.getfixturevalue("_other_umask")
    assert not live_hosts()
    start_runner(bench.home, run_id)
    runner = next_owner_pid(bench, run_id, first)
    (state,) = hosts_here()
    assert state.conditions == conditions()
    assert parent_of(runner) == state.pid
    assert not is_gone(process)
    gate.touch()
    assert_completed_once(bench, run_id)


def test_a_run_that_is_taken_over_from_elsewhere_keeps_its_process_and_only_one_runner(
    bench: Bench, label: Label, gate: Path, request: pytest.FixtureRequest
) -> None:
    run_id = submit_waiting(bench, label)
    process, first = started(bench, run_id), owner_pid(bench, run_id)
    os.kill(first, signal.SIGSTOP)
    request.getfixturevalue("_other_umask")
    start_runner(bench.home, run_id, force=True)
    second = next_owner_pid(bench, run_id, first)
    assert parent_of(first) != parent_of(second)
    os.kill(first, signal.SIGCONT)
    bench.wait_until(lambda: is_gone(first))
    owner = live_owner(bench.home, run_id)
    assert owner is not None
    assert owner.pid == second
    assert not is_gone(process)
    gate.touch()
    assert_completed_once(bench, run_id)
    bench.wait_until(lambda: not runners_of(run_id))
