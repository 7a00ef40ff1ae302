"""Reuse across real runs: nothing starts on a hit, equal work is done once, large data, what scripts read by name."""

from __future__ import annotations

import json
import os
import signal
import time

import pytest
from msgspec.structs import replace
from tests.runtime.bench import Bench
from tests.runtime.test_pipeline_runs import MIDDLE, MIDDLE_IN, RAW, submit

from hyperstep.cli.render_reuse import verdict_lines
from hyperstep.digest import Json
from hyperstep.pipeline.plan import Verdict
from hyperstep.pipeline.reuse_rules import ReuseRules
from hyperstep.pipeline.spec import DatastorePaths, PipelineSpec, StepOutput, StepSpec
from hyperstep.records.run import RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.reuse.step_plan import plan_pipeline
from hyperstep.runtime.submission import Label, submit_pipeline

COPY = """
import os, sys
os.makedirs(sys.argv[2])
open(sys.argv[2] + "/copy.txt", "w").write(open(sys.argv[1]).read())
"""
STORE = "workspaceblobstore"


def one_step(bench: Bench, script: str = COPY, **changes: object) -> PipelineSpec:
    step = StepSpec("copy", "copy", bench.code(script, "$RAW", "$MIDDLE"), inputs=(RAW,), outputs=(MIDDLE,))
    return PipelineSpec(steps=(replace(step, **changes),))


def raw(bench: Bench, text: str = "abc") -> None:
    (bench.home.datastore_folder("local", STORE) / "raw.txt").write_text(text)


def evidence(bench: Bench, root: RunRecord, step: RunRecord) -> dict[str, object]:
    ledger = bench.home.store.journal(root.id).decisions(root.id)
    return dict(next(d.evidence for d in ledger if d.kind == "reuse" and d.subject == step.id))


def test_a_pipeline_that_is_reused_whole_has_ended_when_submit_returns_and_has_no_runner(
    bench: Bench, label: Label
) -> None:
    raw(bench)
    _, first = submit(bench, one_step(bench), label)
    root = submit_pipeline(bench.home, one_step(bench), label)
    journal = bench.home.store.journal(root.id)
    (step,) = journal.runs(kind=RunKind.STEP)
    assert journal.run(root.id).status is RunStatus.COMPLETED
    assert bench.home.store.roots(limit=1)[0].status is RunStatus.COMPLETED
    assert not (bench.home.root_folder(root.id) / "runner.log").exists()
    assert step.reused_from == first["copy"].id
    assert step.properties["azureml.isreused"] == "true"
    found = evidence(bench, root, step)
    assert found["reason"] == "equal to an earlier run"
    assert isinstance(found["age_s"], float)
    assert isinstance(found["saved_s"], float)


@pytest.mark.parametrize(("variable", "reason"), [("HYPERSTEP_NO_REUSE", "--no-reuse"), ("HYPERSTEP_VERIFY", None)])
def test_what_the_command_line_was_told_holds_for_the_run(
    bench: Bench, label: Label, monkeypatch: pytest.MonkeyPatch, variable: str, reason: str | None
) -> None:
    raw(bench)
    submit(bench, one_step(bench), label)
    monkeypatch.setenv(variable, '["copy"]')
    root, steps = submit(bench, one_step(bench), label)
    assert root.status is RunStatus.COMPLETED
    assert (steps["copy"].reused_from is None) == (reason is not None)
    if reason is not None:
        assert evidence(bench, root, steps["copy"])["reason"] == reason


def test_a_step_that_is_no_step_is_warned_of(
    bench: Bench, label: Label, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    raw(bench)
    monkeypatch.setenv("HYPERSTEP_NO_REUSE", '["coppy"]')
    submit(bench, one_step(bench), label)
    assert "--no-reuse=coppy: there is no such step; the steps are: copy" in caplog.text


def test_two_submits_at_once_do_the_work_once_and_both_complete(bench: Bench, label: Label) -> None:
    raw(bench)
    gate = bench.folder / "gate"
    slow = COPY + f"import time\nwhile not os.path.exists({str(gate)!r}): time.sleep(0.01)\n"
    roots = [submit_pipeline(bench.home, one_step(bench, slow), label) for _ in range(2)]

    def waiting() -> int:
        logs = [bench.home.root_folder(root.id) / "runner.log" for root in roots]
        return sum("waits for an equal one" in log.read_text() for log in logs if log.exists())

    bench.wait_until(lambda: waiting() == 1)
    (verdict,) = plan_pipeline(bench.home, one_step(bench, slow), label.workspace, ReuseRules(), time.time())
    assert (verdict.verdict, verdict.source_run in {root.id for root in roots}) == (Verdict.DEPENDS, True)
    assert "an equal step is under way in another run" in "".join(verdict_lines([verdict], lambda run_id: run_id[:8]))
    gate.touch()
    assert [bench.wait(root.id).status for root in roots] == [RunStatus.COMPLETED] * 2
    steps = [bench.home.store.journal(root.id).runs(kind=RunKind.STEP)[0] for root in roots]
    attempts = [len(bench.home.store.journal(s.root_id).attempts(s.id)) for s in steps]
    assert sorted(attempts) == [0, 1]
    ran, reused = sorted(steps, key=lambda step: step.reused_from is not None)
    assert reused.reused_from == ran.id


def test_who_waits_goes_on_waiting_when_the_other_runs_runner_is_killed_and_followed(
    bench: Bench, label: Label
) -> None:
    raw(bench)
    gate, starts = bench.folder / "gate", bench.folder / "starts"
    script = (
        f"open({str(starts)!r}, 'a').write('s')\n"
        + COPY
        + f"import time\nwhile not os.path.exists({str(gate)!r}): time.sleep(0.01)\n"
    )
    first = submit_pipeline(bench.home, one_step(bench, script), label)
    bench.wait_until(starts.exists)
    second = submit_pipeline(bench.home, one_step(bench, script), label)
    log = bench.home.root_folder(second.id) / "runner.log"
    bench.wait_until(lambda: log.exists() and "waits for an equal one" in log.read_text())
    journal = bench.home.store.journal(first.id)
    owner = journal.owner()
    assert owner is not None
    os.kill(owner.pid, signal.SIGKILL)
    bench.wait_until(lambda: (now := journal.owner()) is not None and now.epoch > owner.epoch)
    gate.touch()
    assert [bench.wait(root.id).status for root in (first, second)] == [RunStatus.COMPLETED] * 2
    (step,) = bench.home.store.journal(second.id).runs(kind=RunKind.STEP)
    assert step.reused_from == journal.runs(kind=RunKind.STEP)[0].id
    assert starts.read_text() == "s"


def test_who_waits_for_a_step_that_fails_does_the_work_itself(bench: Bench, label: Label) -> None:
    raw(bench)
    gate, broken = bench.folder / "gate", bench.folder / "broken"
    broken.touch()
    script = (
        COPY
        + f"""
import time
while not os.path.exists({str(gate)!r}): time.sleep(0.01)
if os.path.exists({str(broken)!r}):
    os.remove({str(broken)!r})
    raise SystemExit(3)
"""
    )
    roots = [submit_pipeline(bench.home, one_step(bench, script), label) for _ in range(2)]
    logs = [bench.home.root_folder(root.id) / "runner.log" for root in roots]
    bench.wait_until(lambda: any("waits for an equal" in log.read_text() for log in logs if log.exists()))
    gate.touch()
    ended = {bench.wait(root.id).status for root in roots}
    assert ended == {RunStatus.FAILED, RunStatus.COMPLETED}


def test_a_failure_in_the_last_of_four_steps_leaves_the_others_as_sources(bench: Bench, label: Label) -> None:
    raw(bench)
    first = one_step(bench).steps[0]
    add = "import sys\nopen('outputs/n.txt', 'w').write(sys.argv[1])"
    port = replace(MIDDLE_IN, source=StepOutput("copy", "middle"))
    middle = [StepSpec(f"s{n}", f"step {n}", bench.code(add, "$MIDDLE"), inputs=(port,)) for n in (2, 3)]
    last = StepSpec("s4", "last", bench.code("raise SystemExit(1)"), run_after=("s2", "s3"))
    root, _ = submit(bench, PipelineSpec(steps=(first, *middle, last)), label)
    assert root.status is RunStatus.FAILED
    mended = replace(last, code=bench.code("print('well')"))
    root, steps = submit(bench, PipelineSpec(steps=(first, *middle, mended)), label)
    assert root.status is RunStatus.COMPLETED
    assert [name for name, run in steps.items() if run.reused_from] == ["copy", "s2", "s3"]
    assert steps["s4"].reused_from is None


def test_large_data_is_read_in_the_background_and_counts_by_content_from_then_on(
    bench: Bench, label: Label, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = Home.open(replace(bench.home.settings, hash_limit_bytes=10))
    large = Bench(home, tmp_path_factory.mktemp("large"))
    try:
        raw(large, "large" * 10)
        _, first = submit(large, one_step(large), label)
        large.wait_until(lambda: len(home.store.remembered("local", "copy", limit=9)) == 2)
        file = home.datastore_folder("local", STORE) / "raw.txt"
        raw(large, "large" * 10)
        assert file.stat().st_mtime_ns
        _, second = submit(large, one_step(large), label)
        assert second["copy"].reused_from == first["copy"].id
        raw(large, "LARGE" * 10)
        root, third = submit(large, one_step(large), label)
        assert third["copy"].reused_from is None
        found = evidence(large, root, third["copy"])["differences"]
        assert isinstance(found, list)
        assert [d["part"] for d in found] == ["inputs: raw"]
    finally:
        home.close()


def test_a_second_large_file_in_a_folder_is_read_and_counts_by_content_too(
    bench: Bench, label: Label, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = Home.open(replace(bench.home.settings, hash_limit_bytes=10))
    large = Bench(home, tmp_path_factory.mktemp("large"))
    folder = home.datastore_folder("local", STORE) / "raw"
    folder.mkdir(parents=True)
    port = replace(RAW, source=DatastorePaths(((STORE, "raw"),)))
    counts = one_step(large, "import os, sys\nos.makedirs(sys.argv[2])\nprint(os.listdir(sys.argv[1]))", inputs=(port,))
    try:
        (folder / "a.bin").write_text("a" * 50)
        submit(large, counts, label)
        large.wait_until(lambda: len(home.store.remembered("local", "copy", limit=9)) == 2)
        (folder / "b.bin").write_text("b" * 50)
        edited = PipelineSpec(steps=(replace(counts.steps[0], version="2"),))
        _, second = submit(large, edited, label)
        large.wait_until(lambda: len(home.store.remembered("local", "copy", limit=9)) == 4)
        _, third = submit(large, edited, label)
        assert third["copy"].reused_from == second["copy"].id
    finally:
        home.close()


READ = """
from azureml.core import Dataset, Run
from azureml.core.model import Model
from azureml.exceptions import WebserviceException
ws = Run.get_context().experiment.workspace
print(Dataset.get_by_name(ws, "reference").to_path())
try:
    print(Model(ws, "best").version)
except WebserviceException:
    print("no model yet")
"""


def test_what_a_script_reads_by_name_is_recorded_and_looked_at_again(bench: Bench, label: Label) -> None:
    store = bench.home.store
    raw(bench, "reference")
    body: dict[str, Json] = {"definition": {"kind": "FileDataset", "paths": [[STORE, "raw.txt"]]}, "id": "1"}
    store.put_named("local", "dataset", "reference", body, 1.0)
    spec = PipelineSpec(steps=(StepSpec("read", "read", bench.code(READ)),))
    root, steps = submit(bench, spec, label)
    assert root.status is RunStatus.COMPLETED, root.error
    dataset, model = json.loads(steps["read"].properties["hyperstep.reads"])
    assert dataset.pop("state")
    assert dataset.pop("marks")
    assert [dataset, model] == [
        {"what": "dataset", "name": "reference", "asked": None, "found": "version 1"},
        {"what": "model", "name": "best", "asked": None, "found": None},
    ]
    bench.wait_until(lambda: bool(store.remembered("local", "read", limit=1)))
    assert submit(bench, spec, label)[1]["read"].reused_from == steps["read"].id
    raw(bench, "changed")
    root, steps = submit(bench, spec, label)
    found = evidence(bench, root, steps["read"])
    assert found["reason"] == "what the earlier run read by name has changed"
    assert [d["part"] for d in found["differences"]] == ["read: dataset reference"]  # type: ignore[attr-defined]
