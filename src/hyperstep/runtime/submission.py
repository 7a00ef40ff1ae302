"""Submitting a run, asking it to end, and telling whether anybody drives it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hyperstep.pipeline.spec import PipelineSpec, StepSpec
from hyperstep.records.run import RunRecord
from hyperstep.run_store.base import Owner
from hyperstep.runtime.home import Home


@dataclass(frozen=True, slots=True)
class Label:
    """How a submitted run is found again."""

    workspace: str
    experiment: str
    name: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    run_id: str = ""
    """The id to give the run; one is made without it."""


def submit_pipeline(home: Home, spec: PipelineSpec, label: Label) -> RunRecord:
    """Record a pipeline run with its step runs and start its runner; returns the pipeline run at once.

    Raises:
        InvalidInputError: The graph has a cycle (the message names it), an output name is used twice, an input has no
            producer, or a sweep's config breaks a rule. Nothing is recorded then.
    """
    raise NotImplementedError


def submit_step(home: Home, step: StepSpec, label: Label) -> RunRecord:
    """The same for one step on its own: the root is a sweep when the step tunes, else a script run."""
    raise NotImplementedError


def request_cancel(home: Home, run_id: str, reason: str) -> None:
    """Ask the runner of ``run_id`` (a root run, a step, a sweep or a trial) to end it. Returns at once.

    When no runner lives, one is started to do it.
    """
    raise NotImplementedError


def live_owner(home: Home, root_id: str) -> Owner | None:
    """The runner that drives a root run now; None when none lives."""
    raise NotImplementedError


def ensure_runner(home: Home, root_id: str) -> bool:
    """Start a runner for a run that has not ended and that nobody drives; returns whether one was started."""
    raise NotImplementedError
