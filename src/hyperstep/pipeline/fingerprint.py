"""What decides a step's result, or that of its trials besides their points, as named parts and one digest over them.

Not in it: times, ids, object identity, absolute paths, how the step was named in Python, the order of dict keys. Where
that order shows it counts: in a grid, and within an option that is written on the command line as JSON.
Source: the reuse rule of the v1 HyperDriveStep class page; inputs count by content unless told otherwise.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from operator import itemgetter

from msgspec import Struct, field

from hyperstep.codec import to_json
from hyperstep.digest import Json, digest_json
from hyperstep.pipeline.reuse_rules import DatasetReuse
from hyperstep.pipeline.spec import DEFAULT_OUTPUT_PATH, DatastorePaths, InputSpec, OutputSpec, StepSpec

FORMAT = 3
"""Counts up when the parts change their meaning, so that old fingerprints are never taken for new ones."""

CODE = "code"
"""The part that is the digest of a snapshot, which lists its files."""

_PROCESS_PARTS = (
    "format", "version", CODE, "entry", "arguments", "environment", "environment_variables", "parameters", "inputs",
    "metric_pattern", "packages",
)  # fmt: skip


class StepFacts(Struct, frozen=True):
    """What the spec does not say by itself, found when the step is about to start."""

    inputs: Mapping[str, str]
    """Digest of each input's content, by input name. A dataset that counts by its definition is not in it."""
    parameters: Mapping[str, str]
    """Values of all pipeline parameters."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Of each input that is one file: the name by which scripts see it."""
    unread: Collection[str] = ()
    """Inputs in whose digest sizes and times stand for the content of large files."""
    packages: Mapping[str, str] = field(default_factory=dict)
    """Versions of ``python`` and of the packages that the code imports, when they are to count."""


class Fingerprint(Struct, frozen=True):
    """Equal digest: equal result expected."""

    parts: Mapping[str, Json]
    digest: str


def fingerprint_step(step: StepSpec, facts: StepFacts) -> Fingerprint:
    """The fingerprint of a step: what each of its processes depends on, and what is the step's alone."""
    return _fingerprint({**_process_parts(step, facts), **_step_parts(step)})


def fingerprint_process(parts: Mapping[str, Json]) -> Fingerprint:
    """What each trial of a step depends on besides its point, from the parts of the step's fingerprint.

    Neither the space, the sampler, the policy, the limits nor the outputs of the step are in it: they decide which
    trials there are, not what one of them gives.
    """
    return _fingerprint({name: parts[name] for name in _PROCESS_PARTS if name in parts})


def written_options(arguments: Sequence[str]) -> list[list[str]]:
    """Names and values as they are written on a command line, where only the order of equal names counts.

    Args:
        arguments: Name and value in turn.
    """
    pairs = zip(arguments[::2], arguments[1::2], strict=True)
    return [list(pair) for pair in sorted(pairs, key=itemgetter(0))]


def written_name(name: str) -> str:
    """A hyperparameter's name on the command line: with dashes, as in v1."""
    return name if name.startswith("-") else f"--{name}"


def sampler_identity(sampler: Mapping[str, Json]) -> dict[str, Json]:
    """What of a sampler's JSON decides which points it gives, and how they reach the script; the space aside.

    The order in which the space is written is a part for a grid only; of any other sampler that of names which are
    written alike, such as ``lr`` and ``--lr``, of which a script mostly takes the last.
    """
    from hyperstep import samplers  # noqa: PLC0415 - a pipeline without a sweep starts without loading it

    identity = {name: value for name, value in sampler.items() if name not in {"space", "order"}}
    order = sampler.get("order")
    names = list(map(str, order if isinstance(order, Sequence) else _mapping(sampler.get("space"))))
    if not samplers.order_counts(sampler.get("name")):
        uses = Counter(map(written_name, names))
        names = [name for name in names if uses[written_name(name)] > 1]
    return {**identity, "order": names} if names else identity


def counts_by_definition(step: StepSpec, port: InputSpec, default: DatasetReuse) -> bool:
    """Whether an input is a dataset whose files do not count. What another step wrote always counts by content."""
    return isinstance(port.source, DatastorePaths) and dataset_rule(step, default) is DatasetReuse.DEFINITION


def dataset_rule(step: StepSpec, default: DatasetReuse) -> DatasetReuse:
    """What of a step's datasets counts: what the step says itself, else ``default``."""
    return DatasetReuse(step.dataset_reuse) if step.dataset_reuse else default


def _fingerprint(parts: dict[str, Json]) -> Fingerprint:
    return Fingerprint(parts=parts, digest=digest_json(parts))


_SAID_AGAIN = "environmentVariables"
"""Of an environment's definition: its variables are among the step's, which are a part of their own."""


def _process_parts(step: StepSpec, facts: StepFacts) -> dict[str, Json]:
    """What one process of the step depends on, a trial's point aside."""
    parts: dict[str, Json] = {
        "format": FORMAT,
        "version": step.version,
        CODE: step.code.snapshot,
        "entry": {"script": step.code.script, "command": list(step.code.command)},
        "arguments": list(step.code.arguments),
        "environment": {name: value for name, value in step.code.environment.items() if name != _SAID_AGAIN},
        "environment_variables": dict(step.code.environment_variables),
        "parameters": {name: facts.parameters.get(name, "") for name in step.parameters},
        "inputs": {port.name: _input_part(port, facts) for port in step.inputs},
        "metric_pattern": _pattern_part(step),
    }
    return {**parts, "packages": dict(facts.packages)} if facts.packages else parts


def _pattern_part(step: StepSpec) -> Json:
    """The pattern, and under which name it records what it finds."""
    if step.tuning is None or not step.tuning.metric_pattern:
        return ""
    return [step.tuning.metric_pattern, _mapping(step.tuning.config["metric"]).get("name")]


def _step_parts(step: StepSpec) -> dict[str, Json]:
    """What is the step's alone."""
    return {
        "step": {"name": step.name, "kind": step.kind},
        "outputs": {output.name: _output_part(output) for output in step.outputs},
        "max_duration_s": None if step.code.max_duration_s is None else float(step.code.max_duration_s),
        **_tuning_parts(step),
    }


def _input_part(port: InputSpec, facts: StepFacts) -> Json:
    part: dict[str, Json] = {"mode": port.mode.value, "path": port.path_on_compute}
    content, name = facts.inputs.get(port.name), facts.names.get(port.name)
    if content is not None:
        part["sizes_and_times" if port.name in facts.unread else "content"] = content
        part.update({} if name is None else {"file": name})
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
    definition = _mapping(config.pop("sampler"))
    sampler = sampler_identity(definition)
    if not step.tuning.seed_given:
        sampler.pop("seed", None)
    space = {name: _as_written(expression) for name, expression in _mapping(definition.get("space")).items()}
    return {**config, "sampler": sampler, "space": space}


def _as_written(expression: Json) -> Json:
    """A hyperparameter's expression, mappings in it as the text that a script gets: the order of their keys counts."""
    if isinstance(expression, Mapping):
        return {"written": json.dumps(expression)}
    if isinstance(expression, Sequence) and not isinstance(expression, str):
        return [_as_written(part) for part in expression]
    return expression


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}
