"""Sweeps that train with torch, cold and warm; and libraries that have run torch when a server forks."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace
from tests.runtime.bench import Bench, sweep_config
from tests.runtime.test_warm_sweeps import decided, environment_with, finish, until_warm, values

from hyperstep.cli.commands.show import show
from hyperstep.digest import Json
from hyperstep.launchers.hosts import hosts_here
from hyperstep.pipeline.spec import StepSpec
from hyperstep.records.attempt import Launched
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime.submission import Label

pytest.importorskip("torch")
pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="trials are forked on Linux"),
    pytest.mark.usefixtures("own_hosts"),
]

TRAINS = """
import sys
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from hyperstep_trial import Run
if __name__ == "__main__":
    rate = 10.0 ** int(sys.argv[sys.argv.index("--x") + 1])
    torch.manual_seed(7)
    x, y = load_digits(return_X_y=True)
    x, y = torch.tensor(x / 16, dtype=torch.float32), torch.tensor(y)
    net = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    best, loss = torch.optim.Adam(net.parameters(), rate), nn.CrossEntropyLoss()
    for _ in range(4):
        for images, labels in DataLoader(TensorDataset(x, y), 256, shuffle=True, num_workers=1):
            best.zero_grad()
            loss(net(images), labels).backward()
            best.step()
        Run.get_context().log("acc", (net(x).argmax(1) == y).double().mean().item())
"""
DRAWS = """
import random
import numpy, torch
from hyperstep_trial import Run
for draw in (torch.rand(1).item(), torch.randperm(10**6)[0].item(), numpy.random.rand(), random.random()):
    Run.get_context().log("acc", draw)
"""
TELLS_THREADS = """
import os, sys
if "--own" in sys.argv:
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = sys.argv[sys.argv.index("--own") + 1]
import torch
from hyperstep_trial import Run
torch.ones(500, 500).mm(torch.ones(500, 500))
Run.get_context().log("acc", torch.get_num_threads())
"""
MULTIPLIES = "import torch\ntorch.ones(700, 700).mm(torch.ones(700, 700))\n"
DERIVES = "import torch\ntorch.ones(3, requires_grad=True).sum().backward()\n"
FORKS_A_TASK = """
import warnings
import torch
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    @torch.jit.script
    def double(x: torch.Tensor) -> torch.Tensor:
        return torch.jit.wait(torch.jit.fork(torch.add, x, x))
double(torch.ones(3))
"""
WORKS_AFTER = """
import rash, torch
from hyperstep_trial import Run
a = torch.ones(700, 700, requires_grad=True)
a.mm(a).sum().backward()
work = getattr(rash, "double", lambda x: x)
Run.get_context().log("acc", work(a.grad)[0, 0].item())
"""
EXPECTED = {MULTIPLIES: 1400.0, DERIVES: 1400.0, FORKS_A_TASK: 2800.0}


def test_a_sweep_is_as_a_cold_one(bench: Bench, label: Label) -> None:
    policy: Json = {"name": "Bandit", "properties": {"slack_factor": 0.1, "evaluation_interval": 1}}
    space: Json = {"x": ["choice", [[-6, -5, -4, -3, -2, -1]]], "again": ["choice", [[0, 1]]]}
    config: Mapping[str, Json] = {**sweep_config(total=12, space=space, policy=policy), "deterministic": True}
    step = bench.tuning_step(TRAINS, config)
    sweep, started = until_warm(bench, label, step)
    assert len(started) == 12
    off, cold = finish(bench, label, replace(step, tuning=replace(bench.tuning(config), warm="off")))
    assert {launched.why_cold for launched in cold} == {"warm is off"}
    assert values(bench, sweep) == values(bench, off)
    assert decided(bench, sweep) == decided(bench, off)
    assert len({tuple(found) for found in values(bench, off).values()}) > 3
    (server,) = (server for host in hosts_here() for server in host.servers)
    assert {"torch", "torch.utils.data", "sklearn.datasets"} <= set(server.modules)
    assert not uses_a_gpu(server.pid)


def test_without_a_seed_no_two_draw_the_same(bench: Bench, label: Label) -> None:
    sweep, _started = until_warm(bench, label, bench.tuning_step(DRAWS, sweep_config(total=4)))
    drawn = list(values(bench, sweep).values())
    assert [len(set(column)) for column in zip(*drawn, strict=True)] == [4, 4, 4, 4]


@pytest.mark.parametrize("concurrent", [1, 2])
def test_it_has_its_share_of_threads(bench: Bench, label: Label, concurrent: int) -> None:
    step = bench.tuning_step(TELLS_THREADS, sweep_config(total=3, concurrent=concurrent))
    sweep, _started = until_warm(bench, label, step)
    off, _cold = finish(
        bench,
        label,
        replace(step, tuning=replace(bench.tuning(sweep_config(total=3, concurrent=concurrent)), warm="off")),
    )
    assert values(bench, sweep) == values(bench, off)


def test_a_script_that_sets_the_number_of_threads_before_it_imports_torch_gets_it(bench: Bench, label: Label) -> None:
    step = bench.tuning_step(TELLS_THREADS, sweep_config(total=3, concurrent=1))
    step = replace(step, code=replace(step.code, arguments=(*step.code.arguments, "--own", "1")))
    for _ in range(2):
        sweep, started = finish(bench, label, step)
        assert set(map(tuple, values(bench, sweep).values())) == {(1,)}
    assert all("sets MKL_NUM_THREADS, OMP_NUM_THREADS itself" in launched.why_cold for launched in started)


@pytest.mark.parametrize("source", [MULTIPLIES, FORKS_A_TASK])
def test_a_library_whose_import_has_left_torch_without_its_threads_is_found_and_remembered(
    source: str, bench: Bench, label: Label, tmp_path: Path
) -> None:
    (bench.home.path / "hyperstep.toml").write_text("[local]\nwarm_patience_s = 2.0\n")
    step = with_rash_library(bench, source, tmp_path)
    started: list[Launched] = []
    while not any("hung" in launched.why_cold for launched in started):
        sweep, started = finish(bench, label, step)
        assert {trial.status for trial in trials_of(bench, sweep)} == {RunStatus.COMPLETED}
        assert how_many_warm(started) <= 1
    shown = " ".join(CliRunner().invoke(show, [sweep.id]).output.split())
    assert "its libraries do not work in a warm trial: one hung" in shown
    assert set(map(tuple, values(bench, sweep).values())) == {(EXPECTED[source],)}
    _, again = finish(bench, label, step)
    assert all("hung" in launched.why_cold for launched in again)


def test_where_its_threads_wait_for_dead_ones_at_work_a_limit_tells(bench: Bench, label: Label, tmp_path: Path) -> None:
    step = with_rash_library(bench, MULTIPLIES, tmp_path)
    at_work = {"OMP_NUM_THREADS": "2", "OMP_WAIT_POLICY": "ACTIVE"}
    step = replace(step, code=replace(step.code, environment_variables=at_work, max_silence_s=20.0))
    started: list[Launched] = []
    while not any("max_silence_s" in launched.why_cold for launched in started):
        sweep, started = finish(bench, label, step)
        assert {trial.status for trial in trials_of(bench, sweep)} == {RunStatus.COMPLETED}
        assert how_many_warm(started) <= 1
    assert "and cold it ended well" in started[-1].why_cold


def test_a_library_that_has_derived_at_its_import_does_no_harm(bench: Bench, label: Label, tmp_path: Path) -> None:
    sweep, _started = until_warm(bench, label, with_rash_library(bench, DERIVES, tmp_path))
    assert set(map(tuple, values(bench, sweep).values())) == {(EXPECTED[DERIVES],)}


def with_rash_library(bench: Bench, source: str, folder: Path) -> StepSpec:
    """A sweep whose trials train with two threads, and import a library that does this when it is loaded."""
    python = environment_with("rash", source, folder / "venv")
    share_libraries(folder / "venv")
    step = bench.tuning_step(WORKS_AFTER, sweep_config(total=4, concurrent=1))
    return replace(step, code=replace(step.code, python=python, environment_variables={"OMP_NUM_THREADS": "2"}))


def how_many_warm(started: list[Launched]) -> int:
    return sum(launched.warm for launched in started)


def trials_of(bench: Bench, sweep: RunRecord) -> list[RunRecord]:
    return list(bench.home.store.journal(sweep.id).runs(kind=RunKind.TRIAL))


def share_libraries(venv: Path) -> None:
    """Have an environment all distributions that are installed here."""
    site = Path(sysconfig.get_path("purelib", vars={"base": str(venv), "platbase": str(venv)}))
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if not (site / entry.name).exists() and entry.suffix != ".pth":
            (site / entry.name).symlink_to(entry)


def uses_a_gpu(pid: int) -> bool:
    text = Path(f"/proc/{pid}/maps").read_text()
    return "libcuda.so" in text or "/dev/nvidia" in text
