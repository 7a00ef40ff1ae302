"""A pipeline that is reused as a whole has no runner, neither while its submitter lives nor where that failed."""

from __future__ import annotations

from unittest.mock import Mock

import pytest
from tests.runtime.bench import Bench
from tests.runtime.test_pipeline_runs import submit
from tests.runtime.test_reuse_runs import one_step, raw

from hyperstep.azureml_v1.core.experiment import Experiment
from hyperstep.azureml_v1.core.run import Run
from hyperstep.azureml_v1.core.workspace import Workspace
from hyperstep.errors import DiskFullError
from hyperstep.records.run import RunKind
from hyperstep.records.status import RunStatus
from hyperstep.runtime.liveness import live_owner
from hyperstep.runtime.runner.reuse import whole_reuse
from hyperstep.runtime.submission import Label, submit_pipeline


def test_who_submitted_it_is_not_its_runner_and_may_tag_it(bench: Bench, label: Label) -> None:
    raw(bench)
    submit(bench, one_step(bench), label)
    root = submit_pipeline(bench.home, one_step(bench), label)
    assert live_owner(bench.home, root.id) is None
    experiment = Experiment(Workspace.from_config(), label.experiment)
    run = Run(experiment, root.id)
    run.tag("seen", "1")
    run.log("rows", 5)
    assert (run.get_tags(), run.get_metrics()) == ({"seen": "1"}, {"rows": 5})
    assert not (bench.home.root_folder(root.id) / "inbox").exists()


def test_what_goes_wrong_there_is_left_to_a_runner(bench: Bench, label: Label, monkeypatch: pytest.MonkeyPatch) -> None:
    raw(bench)
    _, first = submit(bench, one_step(bench), label)

    monkeypatch.setattr(whole_reuse, "complete_reused", Mock(side_effect=DiskFullError("no room")))
    root = submit_pipeline(bench.home, one_step(bench), label)
    assert bench.wait(root.id).status is RunStatus.COMPLETED
    (step,) = bench.home.store.journal(root.id).runs(kind=RunKind.STEP)
    assert step.reused_from == first["copy"].id
