"""Fingerprints: what is in them, what is not, and how a miss is explained."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from hyperstep.codec import from_json, to_json
from hyperstep.digest import Json
from hyperstep.pipeline.fingerprint import (
    Fingerprint,
    StepFacts,
    counts_by_definition,
    fingerprint_process,
    fingerprint_step,
    written_options,
)
from hyperstep.pipeline.reuse import Difference, differences
from hyperstep.pipeline.reuse_rules import DatasetReuse
from hyperstep.pipeline.spec import (
    CodeSpec,
    DataMode,
    DatastorePaths,
    InputSpec,
    OutputSpec,
    RegistrationSpec,
    StepOutput,
    StepSpec,
    TrainingKind,
    TrainingSpec,
    TuningSpec,
)

STEP = StepSpec(
    id="0a1b2c3d",
    name="tune",
    code=CodeSpec("f" * 64, "train.py", arguments=("--data", "$data"), environment={"name": "sk"}),
    inputs=(InputSpec("data", DatastorePaths((("blob", "digits"),)), DataMode.MOUNT, "$data", "data"),),
    outputs=(
        OutputSpec("model", "blob", DataMode.MOUNT, "$m", "m", training=TrainingSpec(TrainingKind.MODEL, "outputs/m")),
    ),
    parameters=("epochs",),
    tuning=TuningSpec(
        {
            "sampler": {"name": "RANDOM", "seed": 1, "space": {"lr": ["uniform", [0, 1]]}},
            "policy": {"name": "Bandit", "properties": {"slack_factor": 0.1}},
            "metric": {"name": "accuracy", "goal": "maximize"},
            "limits": {"max_total": 20, "max_concurrent": 4},
        }
    ),
)
FACTS = StepFacts(inputs={"data": "cc"}, parameters={"epochs": "3"})
FILES = {"f" * 64: {"train.py": "aa", "model.py": "bb"}, "e" * 64: {"train.py": "aa", "model.py": "b2"}}


def with_tuning(**changes: object) -> StepSpec:
    assert STEP.tuning is not None
    return replace(STEP, tuning=replace(STEP.tuning, config={**STEP.tuning.config, **changes}))


def test_a_spec_survives_json() -> None:
    assert from_json(StepSpec, to_json(STEP)) == STEP


def test_equal_steps_have_equal_fingerprints_whatever_their_place_in_the_graph() -> None:
    elsewhere = replace(STEP, id="ffffffff", run_after=("x",), target="cluster", nodes=9)
    assert fingerprint_step(elsewhere, FACTS).digest == fingerprint_step(STEP, FACTS).digest


CHANGES: dict[str, tuple[StepSpec, StepFacts]] = {
    "code: model.py": (replace(STEP, code=replace(STEP.code, snapshot="e" * 64)), FACTS),
    "arguments": (replace(STEP, code=replace(STEP.code, arguments=("--data", "$data", "--fast"))), FACTS),
    "entry: script": (replace(STEP, code=replace(STEP.code, script="other.py")), FACTS),
    "environment: name": (replace(STEP, code=replace(STEP.code, environment={"name": "other"})), FACTS),
    "environment_variables: A": (replace(STEP, code=replace(STEP.code, environment_variables={"A": "1"})), FACTS),
    "inputs: data": (STEP, replace(FACTS, inputs={"data": "c2"})),
    "parameters: epochs": (STEP, replace(FACTS, parameters={"epochs": "4"})),
    "outputs: model": (
        replace(STEP, outputs=(replace(STEP.outputs[0], training=TrainingSpec(TrainingKind.MODEL, "outputs/n")),)),
        FACTS,
    ),
    "version": (replace(STEP, version="2"), FACTS),
    "limits: max_total": (with_tuning(limits={"max_total": 30, "max_concurrent": 4}), FACTS),
    "limits: max_concurrent": (with_tuning(limits={"max_total": 20, "max_concurrent": 2}), FACTS),
    "policy: name": (with_tuning(policy={"name": "Default", "properties": {"slack_factor": 0.1}}), FACTS),
    "metric: goal": (with_tuning(metric={"name": "accuracy", "goal": "minimize"}), FACTS),
    "space: lr": (
        with_tuning(sampler={"name": "RANDOM", "seed": 1, "space": {"lr": ["uniform", [0, 2]]}}),
        FACTS,
    ),
    "sampler: seed": (
        with_tuning(sampler={"name": "RANDOM", "seed": 2, "space": {"lr": ["uniform", [0, 1]]}}),
        FACTS,
    ),
}


@pytest.mark.parametrize("part", CHANGES)
def test_one_change_misses_and_is_named(part: str) -> None:
    step, facts = CHANGES[part]
    before, after = fingerprint_step(STEP, FACTS), fingerprint_step(step, facts)
    assert before.digest != after.digest
    assert [d.part for d in differences(before.parts, after.parts, FILES.get)] == [part]


def test_a_step_as_its_script_says_it_is_the_one_that_is_read_back_for_it() -> None:
    said = replace(STEP, code=replace(STEP.code, max_duration_s=2_592_000))
    read_back = from_json(StepSpec, to_json(said))
    assert fingerprint_step(read_back, FACTS) == fingerprint_step(said, FACTS)
    assert fingerprint_step(read_back, FACTS).digest == fingerprint_step(said, FACTS).digest


def test_a_seed_that_was_drawn_for_the_user_is_no_part() -> None:
    assert STEP.tuning is not None
    one = replace(STEP, tuning=replace(STEP.tuning, seed_given=False))
    other = with_tuning(sampler={"name": "RANDOM", "seed": 99, "space": {"lr": ["uniform", [0, 1]]}})
    assert other.tuning is not None
    other = replace(other, tuning=replace(other.tuning, seed_given=False))
    assert fingerprint_step(one, FACTS).digest == fingerprint_step(other, FACTS).digest


SAMPLERS: dict[str, tuple[dict[str, Json], bool]] = {
    "random": ({"name": "RANDOM", "seed": 1}, False),
    "sobol": ({"name": "SOBOL", "seed": 1}, False),
    "bayesian": ({"name": "BayesianOptimization", "seed": 1, "goal": "maximize"}, False),
    "grid": ({"name": "GRID"}, True),
    "unknown": ({"name": "HALTON"}, True),
}


@pytest.mark.parametrize("kind", SAMPLERS)
@pytest.mark.parametrize("said", [True, False])
def test_the_order_of_a_space_counts_where_it_decides_the_points(kind: str, said: bool) -> None:
    sampler, counts = SAMPLERS[kind]

    def written(*names: str) -> Fingerprint:
        space: dict[str, Json] = {name: ["choice", [[1, 2]]] for name in names}
        order = {"order": list(names)} if said else {}
        return fingerprint_step(with_tuning(sampler={**sampler, "space": space, **order}), FACTS)

    one, other = written("lr", "n"), written("n", "lr")
    assert (one.digest != other.digest) is counts
    assert [d.part for d in differences(one.parts, other.parts, FILES.get)] == ["sampler: order"] * counts
    assert written("lr", "n", "--n").digest != written("--n", "lr", "n").digest


@pytest.mark.parametrize("wrap", [lambda option: ["choice", [[1, option]]], lambda option: option])
def test_the_order_of_keys_counts_in_what_a_script_gets_as_text(wrap: Callable[[Json], Json]) -> None:
    options: list[Json] = [{"a": 1, "b": [{"c": 2, "d": 3}]}, {"a": 1, "b": [{"d": 3, "c": 2}]}]
    one, other = (with_tuning(sampler={"name": "GRID", "space": {"x": wrap(option)}}) for option in options)
    before, after = fingerprint_step(one, FACTS), fingerprint_step(other, FACTS)
    assert before.digest != after.digest
    assert [d.part for d in differences(before.parts, after.parts, FILES.get)] == ["space: x"]


def test_a_difference_holds_old_and_new() -> None:
    files = {"one": {"x": "1", "y": "2"}, "two": {"x": "3", "z": "4"}}
    found = differences({"a": 1, "code": "one"}, {"a": 1, "code": "two"}, files.get)
    assert found == (
        Difference("code: x", "1", "3"),
        Difference("code: y", "2", None),
        Difference("code: z", None, "4"),
    )


def test_a_variable_of_an_environment_is_named_once() -> None:
    def with_variable(value: str) -> StepSpec:
        environment: dict[str, Json] = {"name": "sk", "environmentVariables": {"A": value}}
        return replace(STEP, code=replace(STEP.code, environment=environment, environment_variables={"A": value}))

    before, now = (fingerprint_step(with_variable(value), StepFacts({}, {})).parts for value in "12")
    assert [found.part for found in differences(before, now, lambda _digest: None)] == ["environment_variables: A"]


def test_of_code_that_is_gone_the_snapshots_are_named() -> None:
    assert differences({"code": "one"}, {"code": "two"}, {"two": {"x": "1"}}.get) == (
        Difference("code", "one", {"x": "1"}),
    )


def process_of(step: StepSpec, facts: StepFacts) -> Fingerprint:
    return fingerprint_process(fingerprint_step(step, facts).parts)


def test_what_trials_have_in_common_is_their_process_and_nothing_that_chooses_trials() -> None:
    process = process_of(STEP, FACTS)
    for part in ("limits: max_total", "policy: name", "space: lr", "sampler: seed", "metric: goal", "outputs: model"):
        step, facts = CHANGES[part]
        assert process_of(step, facts).digest == process.digest, part
    for part in ("code: model.py", "arguments", "entry: script", "environment: name", "inputs: data", "version"):
        step, facts = CHANGES[part]
        changed = process_of(step, facts)
        assert [d.part for d in differences(process.parts, changed.parts, FILES.get)] == [part]


def test_of_options_on_a_command_line_only_the_order_of_equal_names_counts() -> None:
    assert written_options(("--n", "1", "--lr", "2.0")) == written_options(("--lr", "2.0", "--n", "1"))
    assert written_options(("--n", "1", "--n", "2")) != written_options(("--n", "2", "--n", "1"))
    assert written_options(("--lr", "2.0")) != written_options(("--lr", "2"))


def test_a_pattern_counts_with_the_name_of_the_metric_that_it_finds() -> None:
    assert STEP.tuning is not None
    step = replace(STEP, tuning=replace(STEP.tuning, metric_pattern="acc=(.*)"))
    assert fingerprint_step(step, FACTS).parts["metric_pattern"] == ["acc=(.*)", "accuracy"]


def test_a_dataset_counts_by_its_definition_where_that_is_asked_for_and_an_output_never() -> None:
    data = STEP.inputs[0]
    assert not counts_by_definition(STEP, data, DatasetReuse.CONTENT)
    assert counts_by_definition(STEP, data, DatasetReuse.DEFINITION)
    assert counts_by_definition(replace(STEP, dataset_reuse="definition"), data, DatasetReuse.CONTENT)
    assert not counts_by_definition(replace(STEP, dataset_reuse="content"), data, DatasetReuse.DEFINITION)
    made = replace(data, source=StepOutput("prepare", "out"))
    assert not counts_by_definition(STEP, made, DatasetReuse.DEFINITION)
    by_definition = replace(FACTS, inputs={})
    moved = replace(STEP, inputs=(replace(data, source=DatastorePaths((("blob", "others"),))),))
    assert fingerprint_step(STEP, by_definition).digest != fingerprint_step(moved, by_definition).digest
    assert fingerprint_step(STEP, FACTS).digest == fingerprint_step(moved, FACTS).digest


def test_versions_of_packages_are_a_part_where_they_are_to_count() -> None:
    old, new = (replace(FACTS, packages={"python": "3.11.2", "numpy": version}) for version in ("1.26", "2.1"))
    found = differences(fingerprint_step(STEP, old).parts, fingerprint_step(STEP, new).parts, FILES.get)
    assert found == (Difference("packages: numpy", "1.26", "2.1"),)


def test_how_data_is_read_and_stored_counts_and_its_registration_does_not() -> None:
    source = DatastorePaths((("blob", "digits"),), definition={"kind": "TabularDataset", "transforms": []})
    as_table = replace(STEP, inputs=(replace(STEP.inputs[0], source=source),))
    placed = replace(STEP, outputs=(replace(STEP.outputs[0], path="elsewhere"),))
    chosen = replace(STEP, outputs=(replace(STEP.outputs[0], source_globs=("*.csv",)),))
    digests = {fingerprint_step(step, FACTS).digest for step in (STEP, as_table, placed, chosen)}
    assert len(digests) == 4
    registered = replace(STEP, outputs=(replace(STEP.outputs[0], registration=RegistrationSpec("name", {})),))
    assert fingerprint_step(registered, FACTS).digest == fingerprint_step(STEP, FACTS).digest
    assert from_json(StepSpec, to_json(registered)) == registered
    assert from_json(StepSpec, to_json(as_table)) == as_table
