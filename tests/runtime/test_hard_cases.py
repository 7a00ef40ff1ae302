"""What once went wrong: odd records, wide pipelines, launches that all fail, a runner that cannot go on."""

from __future__ import annotations

import json
import math
import os
import signal
from pathlib import Path

import psutil
from msgspec.structs import replace
from tests.runtime.bench import Bench, sweep_config

from hyperstep.digest import Json
from hyperstep.pipeline.spec import PipelineSpec, StepSpec
from hyperstep.records.run import RunKind
from hyperstep.records.status import RunStatus
from hyperstep.runtime.inbox import ask
from hyperstep.runtime.liveness import live_owner
from hyperstep.runtime.submission import Label, request_cancel, submit_pipeline, submit_step

SLEEPS = "import time\nprint('up', flush=True)\ntime.sleep(600)"


def script(bench: Bench, text: str) -> StepSpec:
    return StepSpec("s0000000", "script", bench.code(text))


def test_odd_lines_among_the_records_are_left_out_and_end_nothing(bench: Bench, label: Label) -> None:
    text = """
import os
from hyperstep_trial import Run
run = Run.get_context()
run.log("acc", 1)
big = '{"kind":"scalar","name":"acc","value":' + "9" * 400 + "}"
long = '{"kind":"upload","name":"' + "n" * 5000 + '"}'
lines = [big, long, '{"kind":"scalar"}', '[]', '{']
lines += ['{"kind":"upload","name":"../../x"}', '{"kind":"row","name":"a","time":"x"}']
with open(os.environ["HYPERSTEP_ATTEMPT_FOLDER"] + "/records.jsonl", "a") as file:
    file.write("\\n".join(lines) + "\\n")
run.log("acc", 2)
"""
    sweep = bench.wait(submit_step(bench.home, bench.tuning_step(text, sweep_config(total=1)), label).id)
    assert sweep.status is RunStatus.COMPLETED, sweep.error
    journal = bench.home.store.journal(sweep.id)
    assert [m.value for m in journal.metrics(f"{sweep.id}_0")] == [1, math.inf, 2]
    assert not any(".." in a.path for a in journal.artifacts(f"{sweep.id}_0"))


def test_a_tag_is_no_metric(bench: Bench, label: Label) -> None:
    text = "from hyperstep_trial import Run\nrun = Run.get_context()\nrun.tag('acc', 'x')\nrun.log('Acc', 1)"
    sweep = bench.wait(submit_step(bench.home, bench.tuning_step(text, sweep_config(total=3)), label).id)
    assert sweep.status is RunStatus.FAILED
    assert sweep.error is not None
    assert "'Acc'" in sweep.error.message


def test_a_users_property_never_replaces_what_the_engine_keeps(bench: Bench, label: Label) -> None:
    text = """
import json, os
pairs = [("outputs", "x"), ("counted_values", "0"), ("mine", "1"), ("mine", "2")]
with open(os.environ["HYPERSTEP_ATTEMPT_FOLDER"] + "/records.jsonl", "a") as file:
    for name, value in pairs:
        print(json.dumps({"kind": "property", "name": name, "value": value}), file=file)
"""
    spec = PipelineSpec(steps=(script(bench, text),))
    root = bench.wait(submit_pipeline(bench.home, spec, label).id)
    assert root.status is RunStatus.COMPLETED
    step = bench.home.store.journal(root.id).runs(kind=RunKind.STEP)[0]
    assert step.properties["outputs"] == "{}"
    assert "counted_values" not in step.properties
    assert step.properties["mine"] == "1"


def test_a_pipeline_of_two_hundred_reused_steps_completes(bench: Bench, label: Label) -> None:
    code = bench.code("print('done')")
    first = StepSpec("first000", "work", code)
    assert bench.wait(submit_pipeline(bench.home, PipelineSpec((first,)), label).id).status is RunStatus.COMPLETED
    wide = tuple(replace(first, id=f"{n:08d}") for n in range(200))
    root = bench.wait(submit_pipeline(bench.home, PipelineSpec(wide), label).id)
    assert root.status is RunStatus.COMPLETED, root.error
    assert all(run.reused_from for run in bench.home.store.journal(root.id).runs(kind=RunKind.STEP))


def test_a_sweep_whose_interpreter_is_missing_fails_with_that_reason(bench: Bench, label: Label) -> None:
    step = bench.tuning_step("print()", sweep_config(total=150))
    step = replace(step, code=replace(step.code, python="/nowhere/python"))
    sweep = bench.wait(submit_step(bench.home, step, label).id)
    assert sweep.status is RunStatus.FAILED
    assert sweep.error is not None
    assert "All 150 trials failed" in sweep.error.message
    assert "/nowhere/python" in sweep.error.message


def test_continuing_after_a_failure_ends_also_with_a_chain_behind_it(bench: Bench, label: Label) -> None:
    ok, bad = bench.code("print()"), bench.code("raise SystemExit(1)")
    steps = (
        StepSpec("a", "a", bad),
        StepSpec("b", "b", ok, run_after=("a",)),
        StepSpec("c", "c", ok, run_after=("b",)),
        StepSpec("d", "d", ok),
    )
    root = bench.wait(submit_pipeline(bench.home, PipelineSpec(steps, continue_on_step_failure=True), label).id)
    assert root.status is RunStatus.FAILED
    found = {run.name: run.status for run in bench.home.store.journal(root.id).runs(kind=RunKind.STEP)}
    assert found == {
        "a": RunStatus.FAILED,
        "b": RunStatus.CANCELED,
        "c": RunStatus.CANCELED,
        "d": RunStatus.COMPLETED,
    }


def pid_of(bench: Bench, run_id: str) -> int:
    attempt = bench.home.attempt(bench.read(run_id), 0)
    bench.wait_until(lambda: attempt.log_file.exists() and b"up" in attempt.log_file.read_bytes())
    return int(json.loads(attempt.claim_file.read_text())["pid"])


def test_a_runner_that_cannot_go_on_leaves_no_process_and_no_run_running(bench: Bench, label: Label) -> None:
    run = submit_step(bench.home, script(bench, SLEEPS), label)
    pid = pid_of(bench, run.id)
    inbox = bench.home.root_folder(run.id) / "inbox"
    inbox.mkdir(exist_ok=True)
    (inbox / "0.answer.json").mkdir()  # the runner cannot write its answer there
    (inbox / "0.request.json").write_text(json.dumps({"kind": "update_run", "body": {"run_id": run.id}}))
    ended = bench.wait(run.id)
    assert ended.status is RunStatus.FAILED
    assert ended.error is not None
    assert "The runner could not go on" in ended.error.message
    bench.wait_until(lambda: not psutil.pid_exists(pid))


def test_a_cancel_outlives_the_runner_that_took_it_up(bench: Bench, label: Label) -> None:
    stubborn = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SLEEPS
    spec = PipelineSpec(steps=(script(bench, stubborn),))
    root = submit_pipeline(bench.home, spec, label)
    step = bench.home.store.journal(root.id).runs(kind=RunKind.STEP)[0]
    pid_of(bench, step.id)
    request_cancel(bench.home, root.id, "enough")
    owner = live_owner(bench.home, root.id)
    assert owner is not None
    os.kill(owner.pid, signal.SIGKILL)
    assert bench.wait(root.id).status is RunStatus.CANCELED
    assert (bench.read(step.id).status, bench.read(step.id).reason) == (RunStatus.CANCELED, "enough")


def test_a_request_that_is_answered_twice_counts_once(bench: Bench, label: Label) -> None:
    run = submit_step(bench.home, script(bench, SLEEPS), label)
    pid_of(bench, run.id)
    inbox = bench.home.root_folder(run.id) / "inbox"
    body = {"run_id": run.id, "records": [{"kind": "scalar", "name": "acc", "value": 1}]}
    model: dict[str, Json] = {"workspace": "local", "kind": "model", "name": "m", "body": {"a": 1}}
    for _ in range(2):
        for request_id, kind, text in (("00000000000000000007-x", "log", body), ("8-y", "put_named", model)):
            temporary = inbox / "writing"
            inbox.mkdir(exist_ok=True)
            temporary.write_text(json.dumps({"kind": kind, "body": text}))
            temporary.rename(inbox / f"{request_id}.request.json")
        bench.wait_until(lambda: not list(inbox.glob("*.request.json")))
    assert ask(bench.home, run.id, "put_named", model) == 2
    journal = bench.home.store.journal(run.id)
    assert [m.value for m in journal.metrics(run.id)] == [1]
    request_cancel(bench.home, run.id, "done")
    bench.wait(run.id)


def test_a_persons_own_run_id_leads_nowhere_else(bench: Bench, label: Label, tmp_path: Path) -> None:
    label = replace(label, run_id="../../out/of/it")
    run = bench.wait(submit_step(bench.home, script(bench, "print()"), label).id)
    assert run.status is RunStatus.COMPLETED
    assert bench.home.root_folder(run.id).parent == bench.home.path / "runs"
    assert not (tmp_path / "out").exists()


def test_a_trials_file_for_the_sweep_above_it_is_kept_there(bench: Bench, label: Label) -> None:
    text = """
from azureml.core import Run
run = Run.get_context()
run.log("acc", 1)
open("plot.txt", "w").write(run.id)
run.parent.upload_file(f"plots/{run.id}.txt", "plot.txt")
"""
    sweep = bench.wait(submit_step(bench.home, bench.tuning_step(text, sweep_config(total=2)), label).id)
    assert sweep.status is RunStatus.COMPLETED, sweep.error
    files = {a.path: a.digest for a in bench.home.store.journal(sweep.id).artifacts(sweep.id)}
    for trial in (0, 1):
        name = f"{sweep.id}_{trial}"
        assert bench.home.artifacts.read_bytes(files[f"plots/{name}.txt"]) == name.encode()
