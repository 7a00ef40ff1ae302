"""A pipeline that pauses goes on in the same process: what its steps have claimed does not keep it from itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from msgspec.structs import replace
from tests.runtime.bench import Bench

from hyperstep.errors import StoreBusyError
from hyperstep.pipeline.spec import PipelineSpec, StepSpec
from hyperstep.records.status import RunStatus
from hyperstep.runtime import submission
from hyperstep.runtime.doorbell import doorbell_path, hung
from hyperstep.runtime.pause_note import PauseNote
from hyperstep.runtime.runner import __main__ as runner_process
from hyperstep.runtime.runner.context import RunnerContext
from hyperstep.runtime.runner.loop import Runner
from hyperstep.runtime.runner.obstacles import Patience
from hyperstep.runtime.runner.ownership import take_over
from hyperstep.runtime.runner.pipeline_driver import PipelineDriver
from hyperstep.runtime.runner.reuse.steady_inputs import States
from hyperstep.runtime.runner.reuse.step_reuse import ReuseAnswer
from hyperstep.runtime.runner.submitted import submitted
from hyperstep.runtime.submission import Label, submit_pipeline
from hyperstep.testing.behaviour import Behaviour
from hyperstep.testing.scripted_launcher import ScriptedLauncher

BUSY = "The database is locked."


class Runners:
    """Runners of one pipeline run in one process, one after the other, whose processes never end."""

    def __init__(self, bench: Bench, root_id: str) -> None:
        self._bench = bench
        self._root_id = root_id
        self._journal = bench.home.store.journal(root_id)
        owner = take_over(self._journal)
        assert owner is not None
        self._epoch = owner.epoch

    @contextmanager
    def next(self) -> Iterator[Runner]:
        folder = self._bench.home.root_folder(self._root_id)
        envelope = replace(runner_process._envelope(submitted(self._journal)), slots=4)
        context = RunnerContext(self._bench.home, self._journal, self._epoch, envelope)
        patience = Patience(self._bench.home, PauseNote(folder), print, _end_of_test)
        with hung(doorbell_path(folder)) as bell:
            launcher = ScriptedLauncher(bell.ring, lambda _attempt: Behaviour(hangs=True))
            runner = Runner(context, launcher, bell, patience)
            yield runner
            runner.put_aside()

    def statuses(self) -> dict[str, RunStatus]:
        return {run.name: run.status for run in self._journal.runs() if run.parent_id}


class WentRoundError(Exception):
    """The loop has gone round."""


def _end_of_test(*_: object) -> None:
    raise WentRoundError


@pytest.fixture
def runners(bench: Bench, label: Label, monkeypatch: pytest.MonkeyPatch) -> Runners:
    monkeypatch.setattr(submission, "start_runner", lambda _home, _root_id: True)
    steps = tuple(StepSpec(name, name, bench.code(f"print('{name}')")) for name in ("a", "b"))
    return Runners(bench, submit_pipeline(bench.home, PipelineSpec(steps), label).id)


def test_a_step_that_was_claimed_before_a_pause_is_not_waited_for(
    runners: Runners, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy_at_b(driver: PipelineDriver, step: StepSpec, answer: ReuseAnswer, states: States) -> None:
        if step.name == "b":
            raise StoreBusyError(BUSY)
        prepare(driver, step, answer, states)

    prepare = PipelineDriver._prepare
    with monkeypatch.context() as patch, runners.next() as runner:
        patch.setattr(PipelineDriver, "_prepare", busy_at_b)
        with pytest.raises(StoreBusyError):
            runner.run()
    assert runners.statuses() == {"a": RunStatus.RUNNING, "b": RunStatus.NOT_STARTED}
    monkeypatch.setattr(PipelineDriver, "tick", _end_of_test)
    with runners.next() as runner, pytest.raises(WentRoundError):
        runner.run()
    assert runners.statuses() == {"a": RunStatus.RUNNING, "b": RunStatus.RUNNING}
