"""Large inputs are read in the background, so that a later touch of them is no change."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple

from msgspec.structs import replace

from hyperstep.artifact_store.tree import Reading
from hyperstep.errors import USER_FAULTS
from hyperstep.pipeline.fingerprint import Fingerprint, fingerprint_process
from hyperstep.records.run import ForcedRun
from hyperstep.run_store.base import CHANGED
from hyperstep.runtime.runner.reuse.steady_inputs import States, first_change, input_states
from hyperstep.runtime.runner.reuse.step_facts import Identified, StepQuestion, identify
from hyperstep.runtime.runner.reuse.step_sources import remember_also


class _Begun(NamedTuple):
    """A step whose inputs are being read."""

    question: StepQuestion
    states: States
    """Of its inputs, before."""
    reading: Future[Identified | None]


class UnreadInputs:
    """Reads the inputs of started steps, one after the other, while their processes run.

    The process that owns this ends when everything has been read; ``close`` waits for it.

    Args:
        note: Told of what could not be read.
    """

    def __init__(self, note: Callable[[str], None]) -> None:
        self._note = note
        self._begun: dict[str, _Begun] = {}
        self._reader: ThreadPoolExecutor | None = None

    def begin(self, question: StepQuestion, forced: ForcedRun | None = None) -> None:
        """Start to read what a step's fingerprint knows by size and times only.

        Args:
            question: The step; nothing of it has started.
            forced: The step's run, if it was: kept by the content too as soon as that is known.
        """
        states = input_states(question.step, question.inputs, question.rules)
        self._begun[question.step.id] = _Begun(question, states, self._start(question, forced))

    def begin_again(self, question: StepQuestion, forced: ForcedRun) -> None:
        """Read for a forced step which an earlier owner put to work, and who may not have come to the end of it."""
        self._start(question, forced)

    def remember(self, step_id: str, fingerprint: Fingerprint) -> None:
        """Let a step that has ended be found by the content of its inputs too, as soon as that is known.

        One that did not complete is no source itself, but its finished trials are.

        Args:
            step_id: The step.
            fingerprint: Under which it, or its sweep, is remembered already.
        """
        if step_id in self._begun and self._reader is not None:
            done = self._reader.submit(self._remember, self._begun.pop(step_id), fingerprint)
            done.add_done_callback(self._tell_fault)

    def close(self) -> None:
        """Wait until everything has been read and remembered."""
        if self._reader is not None:
            self._reader.shutdown()

    def _start(self, question: StepQuestion, forced: ForcedRun | None) -> Future[Identified | None]:
        self._reader = self._reader or ThreadPoolExecutor(max_workers=1, thread_name_prefix="unread-inputs")
        reading = self._reader.submit(self._read, question, forced)
        reading.add_done_callback(self._tell_fault)
        return reading

    def _tell_fault(self, done: Future[Any]) -> None:
        """Nobody asks for the result: a fault would be lost."""
        fault = done.exception()
        if fault is not None:
            self._note(f"inputs that were read later cannot be remembered: {type(fault).__name__}: {fault}")

    def _read(self, question: StepQuestion, forced: ForcedRun | None) -> Identified | None:
        try:
            found = identify(question, Reading(question.home.path))
        except (*USER_FAULTS, OSError) as error:
            self._note(f"step '{question.step.name}': an input cannot be read: {error}")
            return None
        if forced is not None:
            digest = fingerprint_process(found.fingerprint.parts).digest
            question.home.store.remember_forced(replace(forced, digest=digest))
        return found

    def _remember(self, begun: _Begun, fingerprint: Fingerprint) -> None:
        question, found = begun.question, None if begun.reading.exception() else begun.reading.result()
        now = input_states(question.step, question.inputs, question.rules)
        if found is None or first_change(begun.states, now):
            return
        source = question.home.store.recall(question.workspace, fingerprint.digest)
        if source is not None and CHANGED not in source.record:
            remember_also(question.home, source, found.fingerprint)
        self._remember_sweeps(question, fingerprint, found.fingerprint)

    @staticmethod
    def _remember_sweeps(question: StepQuestion, before: Fingerprint, content: Fingerprint) -> None:
        """Let the trials of the step be found by the content of its inputs too."""
        process, store = fingerprint_process(content.parts), question.home.store
        for sweep in store.recall_sweeps(question.workspace, fingerprint_process(before.parts).digest):
            store.remember_sweep(replace(sweep, digest=process.digest, parts=process.parts))
