"""After a forced run nothing older stands for its like, whatever became of it."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.runtime.bench import Bench
from tests.runtime.runner.reuse_bed import PREPARE, WORKSPACE, Bed
from tests.runtime.runner.reuse_cases import large_data
from tests.runtime.test_pipeline_runs import submit
from tests.runtime.test_reuse_runs import COPY, STORE, evidence, one_step, raw

from hyperstep.errors import ConflictError
from hyperstep.pipeline.fingerprint import fingerprint_process
from hyperstep.pipeline.reuse import Reason
from hyperstep.pipeline.reuse_rules import EVERY_STEP
from hyperstep.pipeline.spec import PipelineSpec
from hyperstep.records.run import ForcedRun, RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.run_store.sqlite.rebuilding import rebuild_index
from hyperstep.runtime.garbage.removal import remove_run
from hyperstep.runtime.home import Home
from hyperstep.runtime.reuse_options import NO_REUSE_VARIABLE
from hyperstep.runtime.runner.data_paths import find_input
from hyperstep.runtime.runner.reuse.step_facts import StepQuestion, identify
from hyperstep.runtime.runner.reuse.unread_inputs import UnreadInputs
from hyperstep.runtime.submission import Label, submit_pipeline

ALL = json.dumps([EVERY_STEP])


def breakable(bench: Bench) -> tuple[PipelineSpec, Path]:
    """A step that fails while a file is there of which nobody else knows."""
    broken = bench.folder / "broken"
    return one_step(bench, f"import os, sys\nif os.path.exists({str(broken)!r}): sys.exit('broken')\n{COPY}"), broken


def forced(
    bench: Bench, spec: PipelineSpec, label: Label, monkeypatch: pytest.MonkeyPatch
) -> tuple[RunRecord, dict[str, RunRecord]]:
    monkeypatch.setenv(NO_REUSE_VARIABLE, ALL)
    found = submit(bench, spec, label)
    monkeypatch.delenv(NO_REUSE_VARIABLE)
    return found


def test_a_forced_run_that_failed_bars_older_ones_and_it_is_said(
    bench: Bench, label: Label, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw(bench)
    spec, broken = breakable(bench)
    submit(bench, spec, label)
    broken.touch()
    failed, _ = forced(bench, spec, label, monkeypatch)
    assert failed.status is RunStatus.FAILED
    broken.unlink()
    root, third = submit(bench, spec, label)
    assert third["copy"].reused_from is None
    assert evidence(bench, root, third["copy"])["reason"] == Reason.BARRED.value
    bench.wait_until(lambda: len(bench.home.store.remembered("local", "copy", limit=9)) == 2)
    assert submit(bench, spec, label)[1]["copy"].reused_from == third["copy"].id


def test_so_does_one_that_goes_on(bench: Bench, label: Label, monkeypatch: pytest.MonkeyPatch) -> None:
    raw(bench)
    gate, started = bench.folder / "gate", bench.folder / "started"
    gate.touch()
    script = (
        f"import os, time\nopen({str(started)!r}, 'w')\nwhile not os.path.exists({str(gate)!r}): time.sleep(0.01)\n"
    )
    spec = one_step(bench, script + COPY)
    submit(bench, spec, label)
    gate.unlink()
    started.unlink()
    monkeypatch.setenv(NO_REUSE_VARIABLE, ALL)
    going_on = submit_pipeline(bench.home, spec, label)
    monkeypatch.delenv(NO_REUSE_VARIABLE)
    bench.wait_until(started.exists)
    root = submit_pipeline(bench.home, spec, label)
    journal = bench.home.store.journal(root.id)
    bench.wait_until(lambda: journal.runs(kind=RunKind.STEP)[0].status is RunStatus.RUNNING)
    gate.touch()
    assert [bench.wait(each.id).status for each in (going_on, root)] == [RunStatus.COMPLETED] * 2
    (step,) = journal.runs(kind=RunKind.STEP)
    assert step.reused_from is None


def test_so_does_one_that_was_removed_and_is_known_to_an_index_made_anew(
    bench: Bench, label: Label, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw(bench)
    submit(bench, one_step(bench), label)
    root, _ = forced(bench, one_step(bench), label, monkeypatch)
    bench.wait_until(lambda: _is_removed(bench, root))
    bench.home.store.close()
    rebuild_index(bench.home.path, "now")
    assert submit(bench, one_step(bench), label)[1]["copy"].reused_from is None


def _is_removed(bench: Bench, root: RunRecord) -> bool:
    with suppress(ConflictError):  # its runner is still about to leave
        remove_run(bench.home, root)
        return True
    return False


def test_a_forced_run_that_failed_bars_older_ones_of_equal_large_data_too(
    bench: Bench, label: Label, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = Home.open(replace(bench.home.settings, hash_limit_bytes=10))
    large = Bench(home, tmp_path_factory.mktemp("large"))
    file = home.datastore_folder("local", STORE) / "raw.txt"
    try:
        raw(large, "large" * 10)
        spec, broken = breakable(large)
        submit(large, spec, label)
        large.wait_until(lambda: len(home.store.remembered("local", "copy", limit=9)) == 2)
        os.utime(file, (1_700_000_000, 1_700_000_000))
        broken.touch()
        failed, _ = forced(large, spec, label, monkeypatch)
        large.wait_until(lambda: "ended: " in (home.root_folder(failed.id) / "runner.log").read_text())
        broken.unlink()
        os.utime(file, (1_700_000_001, 1_700_000_001))
        root, steps = submit(large, spec, label)
        assert steps["copy"].reused_from is None
        assert evidence(large, root, steps["copy"])["reason"] == Reason.BARRED.value
    finally:
        home.close()


def test_a_forced_step_of_an_earlier_owner_is_read_again_and_known_by_content(tmp_path: Path) -> None:
    bed = Bed(Home.open(), tmp_path / "project")
    bed.fill()
    large_data(bed)
    time.sleep(0.1)  # what was written just now may change once more within one tick: its digest is not kept
    spec = bed.spec()
    step = next(step for step in spec.steps if step.name == PREPARE)
    inputs = {port.name: find_input(bed.home, WORKSPACE, port, {}) for port in step.inputs}
    question = StepQuestion(bed.home, WORKSPACE, spec, step, inputs, bed.rules)
    sizes = fingerprint_process(identify(question).fingerprint.parts).digest
    run = ForcedRun(WORKSPACE, sizes, "step", "root", 1.0)
    unread = UnreadInputs(print)
    unread.begin_again(question, run)
    unread.close()
    content = fingerprint_process(identify(question).fingerprint.parts).digest
    assert content != sizes
    assert bed.home.store.newest_forced(WORKSPACE, content) == replace(run, digest=content)
    bed.home.close()
