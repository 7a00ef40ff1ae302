"""What decides a step's result, or a trial's, as named parts and as one digest over them.

Not in it: times, ids, object identity, absolute paths, the order of dict keys, how the step was named in Python.
Source: the reuse rule of the v1 HyperDriveStep class page; inputs count by content unless told otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hyperstep.codec import to_json
from hyperstep.digest import Json, digest_json
from hyperstep.pipeline.reuse_rules import DatasetReuse
from hyperstep.pipeline.spec import DEFAULT_OUTPUT_PATH, DatastorePaths, InputSpec, OutputSpec, StepSpec

FORMAT = 2
"""Counts up when the parts change their meaning, so that old fingerprints are never taken for new ones."""

CODE = "code"
"""The part that is the digest of a snapshot, which lists its files."""


@dataclass(frozen=True, slots=True)
class StepFacts:
    """What the spec does not say by itself, found when the step is about to start."""

    inputs: Mapping[str, str]
    """Digest of each input's content, by input name. A dataset that counts by its definition is not in it."""
    parameters: Mapping[str, str]
    """Values of all pipeline parameters."""
    packages: Mapping[str, str] = field(default_factory=dict)
    """Versions of ``python`` and of the packages that the code imports, when they are to count."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Equal digest: equal result expected."""

    parts: Mapping[str, Json]
    digest: str


def fingerprint_step(step: StepSpec, facts: StepFacts) -> Fingerprint:
    """The fingerprint of a step: what each of its processes depends on, and what is the step's alone."""
    return _fingerprint({**_process_parts(step, facts), **_step_parts(step)})


def fingerprint_trial(step: StepSpec, facts: StepFacts, point: Mapping[str, Json]) -> Fingerprint:
    """The fingerprint of one trial of a tuning step.

    Neither the space, the sampler, the policy, the limits nor the outputs of the step are in it: they decide which
    trials there are, not what one of them gives.

    Args:
        step: The tuning step.
        facts: As for the step.
        point: The hyperparameters, by name.
    """
    return _fingerprint({**_process_parts(step, facts), "point": dict(point)})


def counts_by_definition(step: StepSpec, port: InputSpec, default: DatasetReuse) -> bool:
    """Whether an input is a dataset whose files do not count. What another step wrote always counts by content."""
    rule = DatasetReuse(step.dataset_reuse) if step.dataset_reuse else default
    return rule is DatasetReuse.DEFINITION and isinstance(port.source, DatastorePaths)


def _fingerprint(parts: dict[str, Json]) -> Fingerprint:
    return Fingerprint(parts=parts, digest=digest_json(parts))


def _process_parts(step: StepSpec, facts: StepFacts) -> dict[str, Json]:
    """What one process of the step depends on, a trial's point aside."""
    parts: dict[str, Json] = {
        "format": FORMAT,
        "version": step.version,
        CODE: step.code.snapshot,
        "entry": {"script": step.code.script, "command": list(step.code.command)},
        "arguments": list(step.code.arguments),
        "environment": dict(step.code.environment),
        "environment_variables": dict(step.code.environment_variables),
        "parameters": {name: facts.parameters.get(name, "") for name in step.parameters},
        "inputs": {port.name: _input_part(port, facts.inputs.get(port.name)) for port in step.inputs},
        "metric_pattern": step.tuning.metric_pattern if step.tuning else "",
    }
    return {**parts, "packages": dict(facts.packages)} if facts.packages else parts


def _step_parts(step: StepSpec) -> dict[str, Json]:
    """What is the step's alone."""
    return {
        "step": {"name": step.name, "kind": step.kind},
        "outputs": {output.name: _output_part(output) for output in step.outputs},
        "max_duration_s": step.code.max_duration_s,
        **_tuning_parts(step),
    }


def _input_part(port: InputSpec, content: str | None) -> Json:
    part: dict[str, Json] = {"mode": port.mode.value, "path": port.path_on_compute}
    if content is not None:
        part["content"] = content
    elif isinstance(port.source, DatastorePaths):
        part["paths"] = [list(pair) for pair in port.source.paths]
    return {**part, "definition": dict(port.source.definition)} if port.source.definition else part


def _output_part(output: OutputSpec) -> Json:
    part: dict[str, Json] = {
        "datastore": output.datastore,
        "mode": output.mode.value,
        "is_directory": output.is_directory,
        "training": to_json(output.training),
    }
    if output.source_globs or output.source or output.path != DEFAULT_OUTPUT_PATH:
        part["place"] = [output.path, output.source, *output.source_globs]
    return part


def _tuning_parts(step: StepSpec) -> dict[str, Json]:
    """Space, sampler, policy, metric and limits each by name; a seed that was drawn for the user is no part."""
    if step.tuning is None:
        return {}
    config = dict(step.tuning.config)
    sampler = dict(_mapping(config.pop("sampler")))
    space = sampler.pop("space", None)
    if not step.tuning.seed_given:
        sampler.pop("seed", None)
    return {**config, "sampler": sampler, "space": space}


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}
