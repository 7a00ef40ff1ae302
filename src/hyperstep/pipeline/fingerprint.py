"""What decides a step's result, as named parts and as one digest over them.

Not in it: times, ids, object identity, absolute paths, the order of dict keys, how the step was named in Python.
Source: the reuse rule of the v1 HyperDriveStep class page; inputs count by content here, not by definition.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hyperstep.codec import to_json
from hyperstep.digest import Json, digest_json
from hyperstep.pipeline.spec import DEFAULT_OUTPUT_PATH, InputSpec, OutputSpec, StepSpec

FORMAT = 1
"""Counts up when the parts change their meaning, so that old fingerprints are never taken for new ones."""


@dataclass(frozen=True, slots=True)
class StepFacts:
    """What the spec does not say by itself, found when the step is about to start."""

    files: Mapping[str, str]
    """Digest of each file of the snapshot, by path."""
    inputs: Mapping[str, str]
    """Digest of each input's content, by input name."""
    parameters: Mapping[str, str]
    """Values of all pipeline parameters."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Equal digest: equal result expected."""

    parts: Mapping[str, Json]
    digest: str


def fingerprint_step(step: StepSpec, facts: StepFacts) -> Fingerprint:
    """The fingerprint of a step."""
    parts: dict[str, Json] = {
        "format": FORMAT,
        "step": {"name": step.name, "kind": step.kind},
        "version": step.version,
        "code": dict(facts.files),
        "entry": {"script": step.code.script, "command": list(step.code.command)},
        "arguments": list(step.code.arguments),
        "environment": dict(step.code.environment),
        "environment_variables": dict(step.code.environment_variables),
        "parameters": {name: facts.parameters.get(name, "") for name in step.parameters},
        "inputs": {port.name: _input_part(port, facts.inputs[port.name]) for port in step.inputs},
        "outputs": {output.name: _output_part(output) for output in step.outputs},
        "max_duration_s": step.code.max_duration_s,
        **_tuning_parts(step),
    }
    return Fingerprint(parts=parts, digest=digest_json(parts))


def _input_part(port: InputSpec, content: str) -> Json:
    part: dict[str, Json] = {"content": content, "mode": port.mode.value, "path": port.path_on_compute}
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
    return {**config, "sampler": sampler, "space": space, "metric_pattern": step.tuning.metric_pattern}


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}
