"""What a step's fingerprint needs to know besides the spec: contents of inputs, versions of packages."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from hyperstep.artifact_store.snapshot import load_snapshot
from hyperstep.artifact_store.tree import Reading
from hyperstep.digest import Json
from hyperstep.pipeline.fingerprint import Fingerprint, StepFacts, counts_by_definition, fingerprint_step
from hyperstep.pipeline.reuse import Reason, trials_switched_off
from hyperstep.pipeline.reuse_rules import ReuseRules
from hyperstep.pipeline.spec import PipelineSpec, StepSpec
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.data_paths import Found, content_digest
from hyperstep.runtime.runner.step_packages import package_versions


class StepQuestion(Struct, frozen=True):
    """A step about to start, with all that its reuse depends on."""

    home: Home
    workspace: str
    spec: PipelineSpec
    step: StepSpec
    inputs: Mapping[str, Found]
    rules: ReuseRules


class Identified(Struct, frozen=True):
    """The fingerprint of a step as far as its inputs were read."""

    fingerprint: Fingerprint
    unread: tuple[str, ...] = ()
    """Inputs with files too large to be read at once: their size and times stand for their content."""


class TuningFacts(Struct, frozen=True):
    """A tuning step as it was known when it started."""

    parts: Mapping[str, Json]
    """Of the step's fingerprint."""
    off: Reason | None = None
    """Why none of its trials is taken over from another sweep."""


def tuning_facts(step: StepSpec, fingerprint: Fingerprint, rules: ReuseRules, *, regenerate: bool) -> TuningFacts:
    """The same of a step whose fingerprint is known."""
    return TuningFacts(fingerprint.parts, trials_switched_off(step, rules, regenerate=regenerate))


def reading_of(home: Home, rules: ReuseRules) -> Reading:
    """How digests are taken under some rules."""
    return Reading(home.path, None if rules.verify else rules.hash_limit_bytes, verify=rules.verify)


def identify(question: StepQuestion, reading: Reading | None = None) -> Identified:
    """The fingerprint of a step.

    Args:
        question: The step.
        reading: Which files are read; what the rules say without it.

    Raises:
        InvalidInputError: An input cannot be read.
    """
    step, rules = question.step, question.rules
    reading = reading or reading_of(question.home, rules)
    contents = {
        port.name: content_digest(question.inputs[port.name], reading)
        for port in step.inputs
        if not counts_by_definition(step, port, rules.datasets)
    }
    packages = _packages(question) if rules.packages_count else {}
    digests = {name: digest for name, (digest, _) in contents.items()}
    fingerprint = fingerprint_step(step, StepFacts(digests, question.spec.parameters, packages))
    return Identified(fingerprint, tuple(name for name, (_, whole) in contents.items() if not whole))


def _packages(question: StepQuestion) -> dict[str, str]:
    code = question.step.code
    return package_versions(question.home, load_snapshot(code.snapshot, question.home.artifacts), code.python)
