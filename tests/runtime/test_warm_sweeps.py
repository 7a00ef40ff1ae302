"""Sweeps whose trials are forked from real warm servers: learnt, shared, and cold by themselves where that fails."""

from __future__ import annotations

import sys
import sysconfig
import venv
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace
from tests.runtime.bench import Bench, sweep_config
from tests.runtime.processes_of_ours import replace_owner

from hyperstep.cli.commands.show import show
from hyperstep.cli.progress import recorded_decisions
from hyperstep.digest import Json
from hyperstep.errors import InvalidInputError
from hyperstep.launchers.hosts import hosts_here, stop_idle
from hyperstep.pipeline.spec import StepSpec
from hyperstep.records.attempt import Launched
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.run_store.base import AttemptRecord, Journal
from hyperstep.runtime.ranking import counted_values
from hyperstep.runtime.runner.warm.choosing import FIRST
from hyperstep.runtime.submission import Label, submit_step
from hyperstep.sweep.decision_log import decision_digest

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="trials are forked on Linux"),
    pytest.mark.usefixtures("own_hosts"),
]

FITS = """
import sys
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from hyperstep_trial import Run
x, y = load_iris(return_X_y=True)
c = 10.0 ** int(sys.argv[sys.argv.index("--x") + 1])
for steps in (1, 3, 9):
    model = LogisticRegression(C=c, max_iter=500, tol=1.0 / steps).fit(x, y)
    Run.get_context().log("acc", model.score(x, y))
"""
LOCKED = """
import os, threading
_lock = threading.Lock()
os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release)
def work():
    with _lock:
        return 1.0
"""
TURNING = """
import os
_pid = os.getpid()
def work():
    while os.getpid() != _pid:
        pass
    return 1.0
"""
USES_LOCKED = """
import sys, time, forkshy
from hyperstep_trial import Run
Run.get_context().log("acc", forkshy.work() + int(sys.argv[sys.argv.index("--x") + 1]))
if "forkshy" in sys.modules and "--slow" in sys.argv:
    time.sleep(float(sys.argv[sys.argv.index("--slow") + 1]))
"""
SHY = """
import os
_pid = os.getpid()
def work():
    if os.getpid() != _pid:
        raise RuntimeError("not the process that loaded me")
    return 1.0
"""
USES_SHY = """
import os, time, forkshy
from hyperstep_trial import Run
if forkshy._pid != os.getpid():
    open(os.environ["GATE"] + ".up", "w").close()
    while not os.path.exists(os.environ["GATE"]):
        time.sleep(0.02)
Run.get_context().log("acc", forkshy.work())
"""
USES_SHY_AND_WAITS_COLD = """
import os, time, forkshy
from hyperstep_trial import Run
gate = os.environ["GATE"]
if forkshy._pid != os.getpid():
    open(gate + ".up", "w").close()
elif os.path.exists(gate + ".up"):
    open(gate + ".again", "w").close()
    while not os.path.exists(gate):
        time.sleep(0.02)
Run.get_context().log("acc", forkshy.work())
"""
USES_MINE = """
import helper, mine
from hyperstep_trial import Run
Run.get_context().log("acc", mine.VALUE)
"""
USES_STATISTICS = """
import statistics
from hyperstep_trial import Run
Run.get_context().log("acc", float(statistics.mean([1, 3])))
"""


def finish(bench: Bench, label: Label, step: StepSpec) -> tuple[RunRecord, list[Launched]]:
    """Run a sweep to its end; how each of its attempts was started."""
    sweep = bench.wait(submit_step(bench.home, replace(step, allow_reuse=False), label).id)
    assert sweep.status is RunStatus.COMPLETED, sweep.error
    journal = bench.home.store.journal(sweep.id)
    records = [record for trial in journal.runs(kind=RunKind.TRIAL) for record in journal.attempts(trial.id)]
    return sweep, [record.launched for record in records if record.launched]


def values(bench: Bench, sweep: RunRecord) -> dict[int, list[Json]]:
    """What each trial logged, as far as it counts: one that is stopped may get further until its end."""
    journal = bench.home.store.journal(sweep.id)
    trials = journal.runs(kind=RunKind.TRIAL)
    return {
        trial.number: [metric.value for metric in journal.metrics(trial.id)][: counted_values(trial.properties)]
        for trial in trials
    }


def decided(bench: Bench, sweep: RunRecord) -> str | None:
    """Digest of a sweep's decisions in logical order."""
    return decision_digest(recorded_decisions(bench.home.store.journal(sweep.id).decisions(sweep.id)))


def how_many_cold(started: list[Launched], why: str) -> int:
    return sum(1 for launched in started if launched.why_cold == why)


@pytest.fixture
def config() -> Mapping[str, Json]:
    policy: Json = {"name": "Bandit", "properties": {"slack_factor": 0.01, "evaluation_interval": 1}}
    space: Json = {"x": ["choice", [[-4, -3, -2, -1, 0, 1]]]}
    return {**sweep_config(total=6, space=space, policy=policy), "deterministic": True}


def test_a_sweep_learns_from_its_first_trial_and_gives_what_a_cold_one_gives(
    bench: Bench, label: Label, config: Mapping[str, Json]
) -> None:
    step = bench.tuning_step(FITS, config)
    finish(bench, label, step)
    sweep, started = finish(bench, label, step)  # by now the server has imported
    assert how_many_cold(started, FIRST) == 0
    assert sum(launched.warm for launched in started) >= 4
    off, cold = finish(bench, label, replace(step, tuning=replace(bench.tuning(config), warm="off")))
    assert {launched.why_cold for launched in cold} == {"warm is off"}
    assert values(bench, sweep) == values(bench, off)
    assert decided(bench, sweep) == decided(bench, off)
    shown = CliRunner().invoke(show, [sweep.id]).output
    assert f"started warm: {sum(launched.warm for launched in started)} of 6 attempts" in shown


def test_a_changed_script_shares_the_server_and_a_changed_variable_does_not(
    bench: Bench, label: Label, config: Mapping[str, Json]
) -> None:
    step = bench.tuning_step(FITS, config)
    finish(bench, label, step)
    servers = {server.pid for host in hosts_here() for server in host.servers}
    assert len(servers) == 1
    changed = bench.tuning_step(FITS + "\nprint('changed')\n", config)
    _, started = finish(bench, label, changed)
    assert how_many_cold(started, FIRST) >= 1
    _, started = finish(bench, label, changed)
    assert any(launched.warm for launched in started)
    assert {server.pid for host in hosts_here() for server in host.servers} == servers
    code = replace(step.code, environment_variables={"SOMETHING": "else"})
    _, started = finish(bench, label, replace(step, code=code))
    assert how_many_cold(started, FIRST) >= 1
    found = [server for host in hosts_here() for server in host.servers]
    assert len(found) == 2
    assert all("sklearn.linear_model" in server.modules for server in found)
    assert sum(host.servers for host in stop_idle()) == 2
    bench.wait_until(lambda: not any(host.servers for host in hosts_here()))


@pytest.mark.parametrize(("library", "patience_s", "slow"), [(LOCKED, 1.0, 1), (TURNING, 0.3, 0)])
def test_a_library_that_hangs_in_a_fork_is_found_and_remembered(
    bench: Bench, label: Label, tmp_path: Path, library: str, patience_s: float, slow: int
) -> None:
    (bench.home.path / "hyperstep.toml").write_text(f"[local]\nwarm_patience_s = {patience_s}\n")
    python = environment_with("forkshy", library, tmp_path / "venv")
    space: Json = {"x": ["choice", [list(range(5))]], "slow": ["choice", [[slow]]]}
    step = bench.tuning_step(USES_LOCKED, sweep_config(total=5, concurrent=1, space=space))
    step = replace(step, code=replace(step.code, python=python))
    sweep, started = finish(bench, label, step)
    assert_all_completed(bench, bench.home.store.journal(sweep.id))
    assert sum(launched.warm for launched in started) == 1
    assert "hung" in started[-1].why_cold
    assert len(started) == 6
    assert "one hung" in CliRunner().invoke(show, [sweep.id]).output
    _, again = finish(bench, label, step)
    assert all("hung" in launched.why_cold for launched in again)


def test_a_trial_under_a_watch_is_watched_on_by_the_next_runner(bench: Bench, label: Label, tmp_path: Path) -> None:
    journal = take_over_a_shy_sweep(bench, label, tmp_path, USES_SHY, "up")
    assert_all_completed(bench, journal)
    records = attempts_of(journal)
    assert len([record for record in records if record.launched and record.launched.warm]) == 1
    assert len([record for record in records if record.end and record.end.doubt]) == 1
    assert records[-1].launched is not None
    assert "cold it ended well" in records[-1].launched.why_cold


def test_one_that_hangs_under_a_watch_is_ended_by_the_next_runner(bench: Bench, label: Label, tmp_path: Path) -> None:
    (bench.home.path / "hyperstep.toml").write_text("[local]\nwarm_patience_s = 3.0\n")
    python = environment_with("forkshy", LOCKED, tmp_path / "venv")
    space: Json = {"x": ["choice", [list(range(8))]], "slow": ["choice", [[0]]]}
    step = bench.tuning_step(USES_LOCKED, sweep_config(total=8, concurrent=1, space=space))
    sweep = submit_step(bench.home, replace(step, code=replace(step.code, python=python)), label)
    journal = bench.home.store.journal(sweep.id)
    bench.wait_until(lambda: [r for r in attempts_of(journal) if r.launched and r.launched.warm])
    replace_owner(bench, sweep.id)
    assert_all_completed(bench, journal)
    assert len([r for r in attempts_of(journal) if r.end and "hung" in r.end.doubt]) == 1


def test_a_doubt_is_settled_by_the_next_runner(bench: Bench, label: Label, tmp_path: Path) -> None:
    journal = take_over_a_shy_sweep(bench, label, tmp_path, USES_SHY_AND_WAITS_COLD, "again")
    assert_all_completed(bench, journal)
    assert len(attempts_of(journal)) == 9
    (verdict,) = (bench.home.path / "cache" / "warm" / "verdicts").glob("*.json")
    assert "failed with exit code 1, and cold it ended well" in verdict.read_text()


def take_over_a_shy_sweep(bench: Bench, label: Label, folder: Path, script: str, waits_as: str) -> Journal:
    """Submit a sweep that uses SHY, give it another runner when a trial waits at its gate, and open that."""
    step = bench.tuning_step(script, sweep_config(total=8, concurrent=1))
    python, gate = environment_with("forkshy", SHY, folder / "venv"), folder / "gate"
    code = replace(step.code, python=python, environment_variables={"GATE": str(gate)})
    sweep = submit_step(bench.home, replace(step, code=code), label)
    bench.wait_until(gate.with_suffix(f".{waits_as}").exists)
    replace_owner(bench, sweep.id)
    gate.touch()
    return bench.home.store.journal(sweep.id)


def assert_all_completed(bench: Bench, journal: Journal) -> None:
    """The sweep and each of its trials."""
    assert bench.wait(journal.root_id).status is RunStatus.COMPLETED
    assert {trial.status for trial in journal.runs(kind=RunKind.TRIAL)} == {RunStatus.COMPLETED}


def attempts_of(journal: Journal) -> list[AttemptRecord]:
    """Those of all trials."""
    return [record for trial in journal.runs(kind=RunKind.TRIAL) for record in journal.attempts(trial.id)]


def test_an_editable_install_of_another_checkout_is_what_the_next_warm_trials_load(
    bench: Bench, label: Label, tmp_path: Path
) -> None:
    python = environment_with("helper", "", tmp_path / "venv")
    (link,) = (tmp_path / "venv").rglob("ours.pth")
    usual = link.read_text()
    for name, value in (("one", 1.0), ("two", 2.0)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mine.py").write_text(f"VALUE = {value}")
    link.write_text(f"{usual}\n{tmp_path / 'one'}\n")
    step = bench.tuning_step(USES_MINE, sweep_config(total=4, concurrent=1))
    step = replace(step, code=replace(step.code, python=python))
    sweep, _started = until_warm(bench, label, step)
    assert set(map(tuple, values(bench, sweep).values())) == {(1.0,)}
    link.write_text(f"{usual}\n{tmp_path / 'two'}\n")
    sweep, _started = finish(bench, label, step)
    assert set(map(tuple, values(bench, sweep).values())) == {(2.0,)}
    sweep, _started = until_warm(bench, label, step)
    assert set(map(tuple, values(bench, sweep).values())) == {(2.0,)}


def test_a_module_on_the_python_path_that_comes_to_hide_a_library_is_seen_and_has_trials_cold(
    bench: Bench, label: Label, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "mine.py").write_text("")
    step = bench.tuning_step(USES_STATISTICS, sweep_config(total=4, concurrent=1))
    step = replace(step, code=replace(step.code, environment_variables={"PYTHONPATH": str(folder)}))
    sweep, started = until_warm(bench, label, step)
    assert set(map(tuple, values(bench, sweep).values())) == {(2.0,)}
    for value in (7.0, 8.0):
        (folder / "statistics.py").write_text(f"def mean(values):\n    return {value}\n")
        sweep, started = finish(bench, label, step)
        assert set(map(tuple, values(bench, sweep).values())) == {(value,)}
        assert all("PYTHONPATH" in launched.why_cold for launched in started)
    (folder / "statistics.py").unlink()
    sweep, started = finish(bench, label, step)
    assert set(map(tuple, values(bench, sweep).values())) == {(2.0,)}
    assert any(launched.warm for launched in started)


def test_what_a_trial_has_taught_is_refused_with_warm_always_before_anything_runs(bench: Bench, label: Label) -> None:
    source = bench.folder / f"source-{abs(hash(USES_STATISTICS))}"
    source.mkdir()
    (source / "statistics.py").write_text("def mean(values):\n    return 7.0\n")
    step = bench.tuning_step(USES_STATISTICS, sweep_config(total=3, concurrent=1))
    assert step.tuning is not None
    always = replace(step, tuning=replace(step.tuning, warm="always"))
    _, started = finish(bench, label, always)
    hidden = "its folder has a module of the same name as a library: statistics; rename it"
    assert [each.why_cold for each in started] == [f"although warm = always: {why}" for why in (FIRST, hidden, hidden)]
    before = len(bench.home.store.roots())
    with pytest.raises(InvalidInputError, match="here none can be: its folder has a module"):
        submit_step(bench.home, always, label)
    assert len(bench.home.store.roots()) == before
    _, started = finish(bench, label, step)
    assert {each.why_cold for each in started} == {hidden}
    (source / "statistics.py").unlink()
    renamed = replace(always, code=bench.code(USES_STATISTICS))
    assert finish(bench, label, renamed)[1][0].why_cold.endswith(FIRST)


def until_warm(bench: Bench, label: Label, step: StepSpec) -> tuple[RunRecord, list[Launched]]:
    """Run sweeps until all trials of one are warm."""
    for _ in range(5):
        sweep, started = finish(bench, label, step)
        if all(launched.warm for launched in started):
            return sweep, started
    pytest.fail(f"never warm: {started}")


def environment_with(name: str, source: str, folder: Path) -> str:
    """A virtual environment in which a distribution is installed; returns its interpreter."""
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    (site / name).mkdir(parents=True)
    (site / name / "__init__.py").write_text(source)
    (site / f"{name}-1.0.dist-info").mkdir()
    (site / f"{name}-1.0.dist-info" / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (site / "ours.pth").write_text(str(Path(__file__).parents[2] / "src"))
    return str(python)
