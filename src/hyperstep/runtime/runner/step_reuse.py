"""Looking for an earlier run that stands for a step: gathers the facts, asks the pure decision, checks the files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hyperstep.artifact_store.snapshot import load_snapshot
from hyperstep.codec import to_json
from hyperstep.digest import Json
from hyperstep.pipeline.fingerprint import Fingerprint, StepFacts, fingerprint_step
from hyperstep.pipeline.reuse import Reason, ReuseDecision, differences
from hyperstep.pipeline.spec import PipelineSpec, StepSpec
from hyperstep.records.run import RunRecord
from hyperstep.run_store.base import StoredFingerprint
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.data_paths import Found, content_digest, other_outputs, output_path, recorded_outputs
from hyperstep.runtime.runner.prefixed_files import output_digest

_COMPARED = 50
"""How many earlier runs of a step a miss is compared with."""


@dataclass(frozen=True, slots=True)
class ReuseAnswer:
    """The decision for one step, with what it rests on."""

    decision: ReuseDecision
    fingerprint: Fingerprint
    source: StoredFingerprint | None = None
    """On a hit, whose outputs are taken."""


def look_for_source(
    home: Home, spec: PipelineSpec, step: StepSpec, workspace: str, inputs: Mapping[str, Found]
) -> ReuseAnswer:
    """Decide whether ``step`` needs to run, given what its inputs are now."""
    files = {file.path: file.digest for file in load_snapshot(step.code.snapshot, home.artifacts).files}
    contents = {name: content_digest(home, found) for name, found in inputs.items()}
    fingerprint = fingerprint_step(step, StepFacts(files, contents, spec.parameters))
    if not step.allow_reuse:
        return ReuseAnswer(ReuseDecision(Reason.FORBIDDEN), fingerprint)
    if spec.regenerate_outputs:
        return ReuseAnswer(ReuseDecision(Reason.REGENERATE), fingerprint)
    source = home.store.recall(workspace, fingerprint.digest)
    if source is None:
        return ReuseAnswer(_explain_miss(home, workspace, step, fingerprint), fingerprint)
    if not _outputs_unchanged(home, workspace, source):
        return ReuseAnswer(ReuseDecision(Reason.OUTPUTS_GONE, source.run_id), fingerprint)
    return ReuseAnswer(ReuseDecision(Reason.HIT, source.run_id), fingerprint, source)


def remember_step(home: Home, run: RunRecord, step: StepSpec, fingerprint: Fingerprint, now: float) -> None:
    """Keep a completed step run as a source for later ones."""
    outputs: dict[str, Json] = {}
    for name, location in recorded_outputs(run).items():
        path = output_path(home, run.workspace, location)
        outputs[name] = {**location, "digest": output_digest(path, other_outputs(run, name), home.path)}
    home.store.remember(
        StoredFingerprint(
            workspace=run.workspace,
            digest=fingerprint.digest,
            run_id=run.id,
            root_id=run.root_id,
            step=step.name,
            parts=fingerprint.parts,
            outputs=outputs,
            created_at=now,
        )
    )


def decision_evidence(answer: ReuseAnswer) -> dict[str, Json]:
    """The decision as the ledger keeps it."""
    evidence: dict[str, Json] = to_json(answer.decision)
    return {**evidence, "fingerprint": answer.fingerprint.digest}


def _explain_miss(home: Home, workspace: str, step: StepSpec, fingerprint: Fingerprint) -> ReuseDecision:
    """Compare with the earlier run that is nearest: the fewest parts differ, and of equals the newest."""
    earlier = home.store.remembered(workspace, step.name, limit=_COMPARED)
    compared = [(known.run_id, differences(known.parts, fingerprint.parts)) for known in earlier]
    if not compared:
        return ReuseDecision(Reason.FIRST)
    nearest, found = min(compared, key=lambda pair: len(pair[1]))
    return ReuseDecision(Reason.CHANGED, nearest, found)


def _outputs_unchanged(home: Home, workspace: str, source: StoredFingerprint) -> bool:
    places = {name: place for name, place in source.outputs.items() if isinstance(place, Mapping)}
    names = {name: Path(str(place["path"])).name for name, place in places.items()}
    digests = {
        name: output_digest(output_path(home, workspace, place), {*names.values()} - {names[name]}, home.path)
        for name, place in places.items()
    }
    return len(places) == len(source.outputs) and all(digests[name] == places[name]["digest"] for name in places)
