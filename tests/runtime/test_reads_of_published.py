"""What a script reads of published pipelines, endpoints, schedules and drafts counts as an input does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace
from tests.runtime.bench import Bench
from tests.runtime.test_changing_inputs import told
from tests.runtime.test_pipeline_runs import submit
from tests.runtime.test_reads_by_name import once, reading

from hyperstep.pipeline.reuse import Reason
from hyperstep.pipeline.spec import PipelineSpec
from hyperstep.pipeline.template import template_of
from hyperstep.runtime.publishing import PIPELINE_PROPERTY, EndpointRecord, endpoints, publish, published_pipelines
from hyperstep.runtime.schedules import ScheduleRecord, schedules
from hyperstep.runtime.submission import Label, submit_pipeline

CORE = "from azureml.pipeline.core import PipelineEndpoint, PipelineRun, PublishedPipeline, Schedule\n"


def publish_one(bench: Bench) -> str:
    return publish(bench.home, "local", "n", template_of(PipelineSpec(steps=()), ())).id


def disable_all(bench: Bench) -> None:
    for record in published_pipelines.all(bench.home, "local"):
        published_pipelines.change(bench.home, "local", replace(record, active=False))


def add_version(bench: Bench) -> None:
    (record,) = endpoints.all(bench.home, "local")
    endpoints.change(bench.home, "local", replace(record, versions={"0": "a", "1": "b"}))


def run_it(bench: Bench) -> None:
    (record,) = published_pipelines.all(bench.home, "local")
    label = Label("local", "other", properties={PIPELINE_PROPERTY: record.id})
    bench.wait(submit_pipeline(bench.home, PipelineSpec(steps=()), label).id)


CASES: dict[str, tuple[str, Callable[[Bench], object], str]] = {
    "another is published": ("PublishedPipeline.list(ws)", publish_one, "read: published pipeline (all)"),
    "one of a list is disabled": ("PublishedPipeline.list(ws)", disable_all, "read: published pipeline (all)"),
    "it is disabled": (
        "PublishedPipeline.get(ws, 'PIPELINE').status",
        disable_all,
        "read: published pipeline PIPELINE",
    ),
    "another version": ("PipelineEndpoint.get(ws, 'e').list_versions()", add_version, "read: pipeline endpoint e"),
    "an endpoint by its name": ("PipelineEndpoint.get(ws, name='n')", add_version, "read: pipeline endpoint (all)"),
    "another schedule": (
        "Schedule.list(ws)",
        lambda bench: schedules.add(bench.home, "local", ScheduleRecord("s", "s", "other")),
        "read: schedule (all)",
    ),
    "it has run": ("PipelineRun.get_pipeline_runs(ws, 'PIPELINE')", run_it, "read: runs of (all)"),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_published_counts_as_it_was_read(bench: Bench, label: Label, name: str) -> None:
    read, change, part = CASES[name]
    published = publish_one(bench)
    endpoints.add(bench.home, "local", EndpointRecord("e", "n", versions={"0": published}))
    spec = reading(bench, f"{CORE}print({read.replace('PIPELINE', published)})\n")
    first = once(bench, spec, label)
    if name != "it has run":  # the run that looks is one of those that it looks through
        assert submit(bench, spec, label)[1]["read"].reused_from == first.id
    change(bench)
    second, steps = submit(bench, spec, label)
    assert steps["read"].reused_from is None
    assert told(bench, second) == (Reason.READS_CHANGED, [part.replace("PIPELINE", published)])
