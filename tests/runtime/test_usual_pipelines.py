"""The usual pipeline, prepare, tune and register, submitted unchanged: each step is a hit, again and again."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.runtime.bench import Bench, sweep_config
from tests.runtime.test_reads_by_name import HEAD, REGISTERS
from tests.runtime.test_reads_of_siblings import both, planned

from hyperstep.pipeline.plan import Verdict
from hyperstep.pipeline.spec import PipelineSpec, StepSpec, TuningSpec
from hyperstep.runtime.submission import Label

PREPARES = "run.parent.tag('rows', 5)\nrun.parent.log('rows', 5)\n"
TRIES = """
run.parent.parent.parent.log('tried', 1.0)
run.log('acc', 1.0)
os.makedirs('outputs', exist_ok=True)
open('outputs/model.pkl', 'w').close()
"""
BEST = """
(step,) = {found}
best = next(iter(step.get_children())).get_best_run_by_primary_metric()
print(run.parent.get_tags(), run.parent.get_metrics(), best.get_metrics())
"""
FOUND = {
    "find_step_run": "run.parent.find_step_run('tune')",
    "get_steps": "[step for step in run.parent.get_steps() if step.name == 'tune']",
    "get_children": "[child for child in run.parent.get_children(status='Completed') if child.name == 'tune']",
}
REGISTER = {
    "Model.register": "os.makedirs('outputs', exist_ok=True)\n" + REGISTERS,
    "register_model": "best.register_model('best', 'outputs/model.pkl', tags={'run': best.id})\n",
}


@pytest.mark.parametrize("found", FOUND)
@pytest.mark.parametrize("register", REGISTER)
def test_a_pipeline_that_is_submitted_again_and_again_is_a_hit_throughout(
    bench: Bench, label: Label, found: str, register: str
) -> None:
    scripts = {"prepare": PREPARES, "tune": TRIES, "register": BEST.format(found=FOUND[found]) + REGISTER[register]}
    prepare, tune, last = (StepSpec(name, name, bench.code(HEAD + script)) for name, script in scripts.items())
    tune = replace(tune, tuning=TuningSpec(sweep_config(total=2)), run_after=("prepare",), kind="HyperDriveStep")
    spec = PipelineSpec(steps=(prepare, tune, replace(last, run_after=("tune",))))
    tagged = replace(label, tags={"stage": "test"})
    _, first = both(bench, spec, tagged)
    for _ in range(3):
        assert set(planned(bench, spec, tagged).values()) == {Verdict.HIT}
        _, steps = both(bench, spec, tagged)
        assert {node: run.reused_from for node, run in steps.items()} == {node: run.id for node, run in first.items()}
