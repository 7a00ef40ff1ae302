"""What a step's fingerprint needs to know besides the spec: contents of inputs, versions of packages."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from hyperstep.artifact_store.snapshot import load_snapshot
from hyperstep.artifact_store.tree import Reading
from hyperstep.digest import Json
from hyperstep.pipeline.fingerprint import (
    Fingerprint,
    StepFacts,
    counts_by_definition,
    fingerprint_process,
    fingerprint_step,
)
from hyperstep.pipeline.reuse import COMPARED, INPUTS, Reason, differences, trials_switched_off
from hyperstep.pipeline.reuse_rules import ReuseRules
from hyperstep.pipeline.spec import PipelineSpec, StepSpec
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.data_paths import Found, read_content, seen_name
from hyperstep.runtime.runner.reuse.steady_inputs import States, input_states
from hyperstep.runtime.runner.reuse.step_packages import package_versions

OPEN, TO_COME = "a run that may come", "a run that is to come"
"""What a plan says has computed a step of which that is not known yet, and one that runs. No run has such an id."""


class Around(Struct, frozen=True):
    """What a step's script can see of the pipeline that it is of."""

    names: tuple[str, ...] = ()
    """Of all its steps."""
    computed: Mapping[str, str] = {}
    """By label of a step that has ended (see ``step_labels``) the run that computed it; in a plan ``OPEN`` or
    ``TO_COME`` too."""
    state: Callable[[], str] = str
    """Tells what can be seen of the pipeline's run."""
    given: Callable[[], str] = str
    """Tells the same but for what steps wrote there."""


class StepQuestion(Struct, frozen=True):
    """A step about to start, with all that its reuse depends on."""

    home: Home
    workspace: str
    spec: PipelineSpec
    step: StepSpec
    inputs: Mapping[str, Found]
    rules: ReuseRules
    around: Around = Around()
    """What its script can see of the pipeline's run."""
    root_id: str = ""
    """The root run that it is of: what that forces bars nothing for itself. Empty while there is none."""


class Identified(Struct, frozen=True):
    """The fingerprint of a step as far as its inputs were read."""

    fingerprint: Fingerprint
    unread: tuple[str, ...] = ()
    """Inputs with files too large to be read at once: their size and times stand for their content."""
    states_before: Callable[[], States] = dict
    """Tells the states that the inputs were in just before they were read. That costs nothing as long as nobody asks:
    a step that is reused does not pay for it."""


class TuningFacts(Struct, frozen=True):
    """A tuning step as it was known when it started."""

    parts: Mapping[str, Json]
    """Of the step's fingerprint."""
    off: Reason | None = None
    """Why none of its trials is taken over from another sweep."""
    inputs: Mapping[str, Found] = {}
    """What stands behind each input."""
    states: States = {}
    """Of the inputs, when it started."""


def tuning_facts(question: StepQuestion, found: Identified) -> TuningFacts:
    """A tuning step as its trials are looked up, given what is known of its inputs.

    Where earlier sweeps are kept from being sources only by inputs that were not read, these are read: that costs less
    than trials.

    Raises:
        InvalidInputError: An input cannot be read.
    """
    regenerate = question.spec.regenerate_outputs
    facts = TuningFacts(
        found.fingerprint.parts, trials_switched_off(question.step, question.rules, regenerate=regenerate)
    )
    if facts.off is not None or not found.unread or _has_sweeps(question, facts.parts):
        return facts
    if not any(_differs_in(found.unread, parts, facts.parts) for parts in _earlier_parts(question)):
        return facts
    content = identify(question, Reading(question.home.path)).fingerprint.parts
    return replace(facts, parts=content) if _has_sweeps(question, content) else facts


def states_at_start(question: StepQuestion, found: Identified) -> States:
    """The states of what a step is about to read, by input; no state of one that has changed since it was identified.

    Args:
        question: The step.
        found: What it is known by.
    """
    before = found.states_before()
    now = input_states(question.step, question.inputs, question.rules)
    return {name: state if before[name] == state else "" for name, state in now.items()}


def _has_sweeps(question: StepQuestion, parts: Mapping[str, Json]) -> bool:
    return bool(question.home.store.recall_sweeps(question.workspace, fingerprint_process(parts).digest))


def _earlier_parts(question: StepQuestion) -> Iterator[Mapping[str, Json]]:
    earlier = question.home.store.remembered_sweeps(question.workspace, question.step.name, limit=COMPARED)
    return (sweep.parts for sweep in earlier)


def _differs_in(inputs: Collection[str], before: Mapping[str, Json], parts: Mapping[str, Json]) -> bool:
    """Whether nothing of a process differs but these inputs."""
    now = fingerprint_process(parts).parts
    return all(
        difference.part.removeprefix(INPUTS) in inputs for difference in differences(before, now, lambda _digest: None)
    )


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
        port.name: read_content(question.inputs[port.name], reading)
        for port in step.inputs
        if not counts_by_definition(step, port, rules.datasets)
    }
    packages = _packages(question) if rules.packages_count else {}
    digests = {name: content.digest for name, content in contents.items()}
    unread = tuple(name for name, content in contents.items() if not content.is_whole)
    facts = StepFacts(digests, question.spec.parameters, _names(question), unread, packages)
    return Identified(
        fingerprint_step(step, facts), unread, lambda: {name: content.state() for name, content in contents.items()}
    )


def _names(question: StepQuestion) -> dict[str, str]:
    """Of each input that is one file: its name."""
    found = {port.name: seen_name(question.spec, port, question.inputs[port.name]) for port in question.step.inputs}
    return {name: file for name, file in found.items() if file}


def _packages(question: StepQuestion) -> dict[str, str]:
    code = question.step.code
    return package_versions(question.home, load_snapshot(code.snapshot, question.home.artifacts), code.python)
