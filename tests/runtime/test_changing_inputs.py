"""What read inputs that changed after it was known by them stands for nothing later, also when they were set back."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.runtime.bench import Bench, sweep_config
from tests.runtime.test_pipeline_runs import MIDDLE, RAW, submit

from hyperstep.codec import from_json
from hyperstep.pipeline.plan import SweepVerdict
from hyperstep.pipeline.reuse import Reason, ReuseDecision
from hyperstep.pipeline.reuse_rules import ReuseRules
from hyperstep.pipeline.spec import DatastorePaths, PipelineSpec, StepSpec
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.reuse.steady_inputs import CHANGED_INPUT
from hyperstep.runtime.runner.reuse.step_plan import plan_single
from hyperstep.runtime.runner.reuse.trial_plan import told_trials
from hyperstep.runtime.submission import Label, submit_pipeline, submit_step

COPIES_LATE = """
import os, sys, time
open(os.environ["GATE"] + ".up", "w").close()
while not os.path.exists(os.environ["GATE"]):
    time.sleep(0.01)
os.makedirs(sys.argv[2])
open(sys.argv[2] + "/copy.txt", "w").write(open(sys.argv[1]).read())
"""
LISTS_LATE = """
import os, sys, time
gate = os.environ["GATE"]
def wait(name):
    while not os.path.exists(name):
        time.sleep(0.01)
open(gate + ".up", "w").close()
wait(gate)
os.makedirs(sys.argv[2])
with open(sys.argv[2] + "/read.txt", "w") as read:
    for name in sorted(os.listdir(sys.argv[1])):
        read.write(name + open(os.path.join(sys.argv[1], name)).read())
open(gate + ".read", "w").close()
wait(gate + ".end")
"""
READS = """
import os, sys, time
from hyperstep_trial import Run
x = int(sys.argv[sys.argv.index("--x") + 1])
if x == 2:
    open(os.environ["GATE"] + ".up", "w").close()
    while not os.path.exists(os.environ["GATE"]):
        time.sleep(0.01)
Run.get_context().log("acc", float(open(sys.argv[1]).read()) + x)
"""


@pytest.fixture
def data(bench: Bench) -> Path:
    """The input's file."""
    return bench.home.datastore_folder("local", "workspaceblobstore") / "raw.txt"


def change_while_it_runs(bench: Bench, gate: Path, data: Path, text: str) -> None:
    """Once a script waits at the gate, give it other data, and let it go on."""
    bench.wait_until(gate.with_name("gate.up").exists)
    data.write_text(text)
    gate.touch()


def one_step(bench: Bench) -> PipelineSpec:
    code = bench.code(COPIES_LATE, "$RAW", "$MIDDLE")
    return PipelineSpec(steps=(StepSpec("copy", "copy", code, inputs=(RAW,), outputs=(MIDDLE,)),))


def test_a_step_that_read_data_which_changed_after_its_start_is_no_source(
    bench: Bench, label: Label, gate: Path, data: Path
) -> None:
    data.write_text("111")
    root = submit_pipeline(bench.home, one_step(bench), label)
    change_while_it_runs(bench, gate, data, "222")
    assert bench.wait(root.id).status is RunStatus.COMPLETED
    data.write_text("111")
    second, steps = submit(bench, one_step(bench), label)
    assert steps["copy"].reused_from is None
    assert told(bench, second) == (Reason.UNSTEADY, ["inputs: raw"])
    _, again = submit(bench, one_step(bench), label)
    assert again["copy"].reused_from == steps["copy"].id
    log = (bench.home.root_folder(root.id) / "runner.log").read_text()
    assert "step 'copy' cannot be reused later: Input 'raw' must not change while a step reads it." in log


def test_of_large_data_that_changed_while_they_were_read_the_same_is_said(
    bench: Bench, label: Label, gate: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = Home.open(replace(bench.home.settings, hash_limit_bytes=2))
    large = Bench(home, tmp_path_factory.mktemp("large"))
    data = home.datastore_folder("local", "workspaceblobstore") / "raw.txt"
    data.write_text("111")
    root = submit_pipeline(home, one_step(large), label)
    change_while_it_runs(large, gate, data, "222")
    assert large.wait(root.id).status is RunStatus.COMPLETED
    data.write_text("111")
    second, steps = submit(large, one_step(large), label)
    assert steps["copy"].reused_from is None
    assert told(large, second) == (Reason.UNSTEADY, ["inputs: raw"])
    home.close()


def told(bench: Bench, root: RunRecord) -> tuple[Reason, list[str]]:
    """Why its step ran, and the parts that are named."""
    (decision,) = [d for d in bench.home.store.journal(root.id).decisions(root.id) if d.kind == "reuse"]
    found = from_json(ReuseDecision, {k: v for k, v in decision.evidence.items() if k != "fingerprint"})
    return found.reason, [difference.part for difference in found.differences]


def test_of_a_run_whose_data_changed_the_parts_that_differ_now_are_named(
    bench: Bench, label: Label, gate: Path, data: Path
) -> None:
    data.write_text("111")
    root = submit_pipeline(bench.home, one_step(bench), label)
    change_while_it_runs(bench, gate, data, "222")
    assert bench.wait(root.id).status is RunStatus.COMPLETED
    second, _ = submit(bench, one_step(bench), label)
    assert told(bench, second) == (Reason.CHANGED, ["inputs: raw"])


@pytest.mark.parametrize("forced", [False, True])
def test_a_run_whose_data_changed_does_not_stand_before_an_earlier_source_unless_it_was_forced(
    bench: Bench, label: Label, gate: Path, data: Path, forced: bool
) -> None:
    data.write_text("111")
    gate.touch()
    _, steps = submit(bench, one_step(bench), label)
    gate.unlink()
    gate.with_name("gate.up").unlink()
    location = json.loads(steps["copy"].properties["outputs"])["middle"]
    output = bench.home.datastore_folder("local", location["datastore"]) / location["path"]
    output.rename(output.with_name("aside"))
    anew = submit_pipeline(bench.home, replace(one_step(bench), regenerate_outputs=forced), label)
    change_while_it_runs(bench, gate, data, "222")
    assert bench.wait(anew.id).status is RunStatus.COMPLETED
    data.write_text("111")
    output.with_name("aside").rename(output)
    second, again = submit(bench, one_step(bench), label)
    if forced:
        assert told(bench, second) == (Reason.UNSTEADY, ["inputs: raw"])
    else:
        assert again["copy"].reused_from == steps["copy"].id


@pytest.mark.parametrize("way", ["add and remove", "swap and swap back"])
def test_a_change_of_a_folder_that_was_undone_before_the_end_is_one(
    bench: Bench, label: Label, gate: Path, data: Path, way: str
) -> None:
    folder = data.with_name("folder")
    folder.mkdir()
    (folder / "a.txt").write_text("111")
    port = replace(RAW, source=DatastorePaths((("workspaceblobstore", "folder"),)))
    code = bench.code(LISTS_LATE, "$RAW", "$MIDDLE")
    spec = PipelineSpec(steps=(StepSpec("copy", "copy", code, inputs=(port,), outputs=(MIDDLE,)),))
    root = submit_pipeline(bench.home, spec, label)
    bench.wait_until(gate.with_name("gate.up").exists)
    if way == "add and remove":
        (folder / "ghost.txt").write_text("222")
    else:
        folder.rename(data.with_name("away"))
        shutil.copytree(data.with_name("away"), folder)
        (folder / "a.txt").write_text("222")
    gate.touch()
    bench.wait_until(gate.with_name("gate.read").exists)
    if way == "add and remove":
        (folder / "ghost.txt").unlink()
    else:
        shutil.rmtree(folder)
        data.with_name("away").rename(folder)
    gate.with_name("gate.end").touch()
    assert bench.wait(root.id).status is RunStatus.COMPLETED
    second, steps = submit(bench, spec, label)
    assert steps["copy"].reused_from is None
    assert told(bench, second) == (Reason.UNSTEADY, ["inputs: raw"])
    _, steps = submit(bench, spec, label)
    assert steps["copy"].reused_from is not None


def reading_step(bench: Bench, total: int) -> StepSpec:
    step = bench.tuning_step(READS, sweep_config(total=total, concurrent=1))
    return replace(step, inputs=(RAW,), code=replace(step.code, arguments=("$RAW",)))


def trials_of(bench: Bench, sweep: RunRecord) -> list[RunRecord]:
    return bench.home.store.journal(sweep.id).runs(kind=RunKind.TRIAL)


def reasons(sweep: SweepVerdict | None) -> list[tuple[str, list[str]]]:
    """Why each trial runs, or does not, and the parts that are named."""
    assert sweep is not None
    return [(trial.reason, [difference.part for difference in trial.differences]) for trial in sweep.trials]


def test_trials_that_ended_after_a_change_of_the_data_stand_for_no_others_and_those_before_do(
    bench: Bench, label: Label, gate: Path, data: Path
) -> None:
    step = reading_step(bench, total=5)
    data.write_text("30")
    sweep = submit_step(bench.home, step, label)
    change_while_it_runs(bench, gate, data, "40")
    assert bench.wait(sweep.id).status is RunStatus.COMPLETED
    assert [CHANGED_INPUT in trial.properties for trial in trials_of(bench, sweep)] == [False] * 2 + [True] * 3
    data.write_text("30")
    told: list[tuple[str, list[str]]] = [(Reason.HIT.value, [])] * 2 + [(Reason.UNSTEADY.value, ["inputs: raw"])] * 3
    planned = plan_single(bench.home, step, "local", ReuseRules(), time.time()).sweep
    assert reasons(planned) == told
    again = submit_step(bench.home, step, label)
    assert bench.wait(again.id).status is RunStatus.COMPLETED
    assert [trial.reused_from is not None for trial in trials_of(bench, again)] == [True] * 2 + [False] * 3
    journal = bench.home.store.journal(again.id)
    assert reasons(told_trials(journal, again.id, None)) == told
    values = [journal.metrics(trial.id)[0].value for trial in trials_of(bench, again)]
    assert values == [30, 31, 32, 33, 34]
    third = submit_step(bench.home, step, label)
    assert bench.wait(third.id).status is RunStatus.COMPLETED
    assert all(trial.reused_from is not None for trial in trials_of(bench, third))


def test_data_that_were_changed_and_set_back_while_a_trial_ran_have_changed(
    bench: Bench, label: Label, gate: Path, data: Path
) -> None:
    step = reading_step(bench, total=4)
    data.write_text("30")
    before = data.stat()
    sweep = submit_step(bench.home, step, label)
    bench.wait_until(gate.with_name("gate.up").exists)
    data.write_text("40")
    data.write_text("30")
    os.utime(data, ns=(before.st_atime_ns, before.st_mtime_ns))
    gate.touch()
    assert bench.wait(sweep.id).status is RunStatus.COMPLETED
    assert [CHANGED_INPUT in trial.properties for trial in trials_of(bench, sweep)] == [False] * 2 + [True] * 2
