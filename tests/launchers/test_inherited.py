"""What a process has inherited: read without a change to it, and equal for a process and its children."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hyperstep.launchers import can_host, inherited
from hyperstep.launchers.base import Launcher
from hyperstep.launchers.control_path import default_control_path
from hyperstep.launchers.host_link import HostLink, connect_or_start, host_pid
from hyperstep.launchers.inherited import Conditions, conditions, conditions_from_json
from hyperstep.launchers.inline import InlineLauncher
from hyperstep.launchers.local import LocalLauncher
from hyperstep.testing.behaviour import Behaviour
from hyperstep.testing.launcher_bench import Bench

pytestmark = pytest.mark.skipif(not can_host(), reason="conditions are those of Unix")

ASKED_IN_A_CHILD = (
    "import json; from hyperstep.launchers.inherited import conditions; print(json.dumps(conditions()._asdict()))"
)


@pytest.fixture(params=[0o022, 0o077, 0o002])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def in_a_child() -> Conditions:
    """What a child of ours has."""
    done = subprocess.run([sys.executable, "-c", ASKED_IN_A_CHILD], capture_output=True, check=True)
    return conditions_from_json(json.loads(done.stdout))


def test_a_child_has_what_we_have() -> None:
    assert in_a_child() == conditions()
    assert in_a_child().digest == conditions().digest


def test_it_is_what_the_system_says(umask: int) -> None:
    found = conditions()
    assert found.umask == umask
    assert found.nice == os.nice(0)
    assert found.groups[0] == os.getegid()
    assert ("RLIMIT_NOFILE", *resource.getrlimit(resource.RLIMIT_NOFILE)) in found.limits
    assert len({name for name, _, _ in found.limits}) == len(found.limits)
    assert "RLIMIT_OFILE" not in {name for name, _, _ in found.limits}, "another name of the same limit"


def test_where_the_system_does_not_tell_it_the_umask_is_put_back(umask: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inherited, "_STATUS", Path("/nowhere"))
    assert conditions().umask == umask
    assert os.umask(umask) == umask


@pytest.mark.parametrize(
    "change",
    [
        {"umask": 0o177},
        {"nice": 19},
        {"groups": (4711,)},
        {"cpus": (4711,)},
        {"limits": (("RLIMIT_NOFILE", 1, 2),)},
        {"job": "SLURM_JOB_ID=1"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_each_of_them_makes_another_host(change: dict[str, object]) -> None:
    ours = conditions()
    assert ours._replace(**change).digest != ours.digest  # type: ignore[arg-type]


@pytest.mark.parametrize("name", inherited.JOB_VARIABLES)
def test_a_batch_job_has_a_host_of_its_own(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in inherited.JOB_VARIABLES:
        monkeypatch.delenv(each, raising=False)
    outside = default_control_path()
    monkeypatch.setenv(name, "7")
    assert conditions().job == f"{name}=7"
    assert default_control_path() != outside
    monkeypatch.delenv(name)
    assert default_control_path() == outside


@pytest.mark.parametrize("make", [LocalLauncher, InlineLauncher])
def test_an_attempt_has_the_umask_of_its_launchers_process(
    make: Callable[[Callable[[], None]], Launcher],
    umask: int,
    tmp_path: Path,
    control_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(control_path.parent))
    bench = Bench(tmp_path, make)
    attempt = bench.run(Behaviour(files={"made.txt": "by the attempt"}))
    assert (attempt.work_folder / "made.txt").stat().st_mode & 0o777 == 0o666 & ~umask
    bench.clear()


@pytest.mark.skipif(sys.platform != "linux", reason="limits of another process")
def test_a_host_that_can_open_no_file_says_what_it_has(control_path: Path, umask: int) -> None:
    link = HostLink(connect_or_start(control_path, idle_s=60.0), lambda _message: None, lambda _link: None)
    pid = host_pid(control_path)
    assert pid is not None
    usual = conditions()
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, before[1]))
    found = conditions_from_json(link.ask("hosts")["conditions"])
    resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
    link.close()
    limits = tuple((name, 3 if name == "RLIMIT_NOFILE" else soft, top) for name, soft, top in usual.limits)
    assert found == usual._replace(limits=limits)
    assert found.umask == umask
