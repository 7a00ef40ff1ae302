"""Trials with more threads at work than cores of their own are told so."""

from __future__ import annotations

import sys

import pytest
from click.testing import CliRunner
from tests.runtime.bench import Bench, sweep_config

from hyperstep.cli.commands.show import show
from hyperstep.digest import Json
from hyperstep.runtime.cores import usable_cores
from hyperstep.runtime.submission import Label, submit_step

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="threads are counted on Linux")

_CORES = usable_cores()
BUSY = """
import os, sys, time
from hyperstep_trial import Run
workers = int(sys.argv[sys.argv.index("--workers") + 1])
end = time.monotonic() + 4
children = []
for _ in range(workers):
    children.append(os.fork())
    if not children[-1]:
        break
while children and 0 in children and time.monotonic() < end:
    pass
if 0 in children:
    os._exit(0)
for child in children:
    os.waitpid(child, 0)
Run.get_context().log("acc", 1)
"""


@pytest.mark.parametrize("workers", [1, 3])
def test_it_is_said_of_trials_that_want_more_than_their_share_only(bench: Bench, label: Label, workers: int) -> None:
    space: Json = {"workers": ["choice", [[workers]]], "n": ["choice", [list(range(_CORES))]]}
    config = sweep_config(total=_CORES, concurrent=_CORES, space=space)
    sweep = bench.wait(submit_step(bench.home, bench.tuning_step(BUSY, config), label).id)
    shown = CliRunner().invoke(show, [sweep.id]).output
    assert ("too many threads: up to" in shown) is (workers > 1)
    for trial in bench.home.store.journal(sweep.id).attempts():
        assert trial.threads is not None
        assert trial.threads.share == 1
        assert (trial.threads.most > 1) is (workers > 1)
