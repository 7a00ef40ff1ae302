"""Completed step runs as sources for later ones: what is kept of them, and whether it is still there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from hyperstep.artifact_store.snapshot import load_snapshot
from hyperstep.artifact_store.tree import Reading
from hyperstep.digest import Json
from hyperstep.errors import HyperstepError
from hyperstep.pipeline.fingerprint import Fingerprint, fingerprint_process
from hyperstep.pipeline.reuse import Difference, FailedTrials, Reason, changed_meanwhile
from hyperstep.pipeline.reuse_rules import ReuseRules
from hyperstep.pipeline.spec import StepSpec
from hyperstep.records.run import ForcedRun, RunKind, RunRecord
from hyperstep.records.status import RunStatus
from hyperstep.run_store.base import CHANGED, StoredFingerprint
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.data_paths import other_outputs, output_path, recorded_outputs
from hyperstep.runtime.runner.prefixed_files import output_digest
from hyperstep.runtime.runner.reuse.read_kinds import READS, SCRIPT_PROPERTIES, SCRIPT_TAGS
from hyperstep.runtime.runner.reuse.source_files import files_as_recorded, missing_files, source_files
from hyperstep.runtime.runner.reuse.steady_inputs import NoSourceError
from hyperstep.runtime.runner.reuse.step_facts import reading_of
from hyperstep.runtime.runner.reuse.step_packages import package_versions
from hyperstep.runtime.runner.reuse.step_reads import reads_of, settle_reads

FAILED_TRIALS = "failed_trials"
"""Key of a source's record: how many of its trials had failed, and how many it had."""

BEGAN = "began_at"
"""Key of the record of a step run: when it began."""

BECAUSE = "because"
"""Key in the record of a step run that stands for nothing: the name of the reason."""


def mark_forced(home: Home, run: RunRecord, fingerprint: Fingerprint, began_at: float) -> ForcedRun:
    """Let nothing that began before a forced run stand for its like, come what may of that run.

    Args:
        home: Where.
        run: Of the step, or the sweep.
        fingerprint: The step's.
        began_at: A moment before anything of it starts.
    """
    process = fingerprint_process(fingerprint.parts)
    forced = ForcedRun(run.workspace, process.digest, run.id, run.root_id, began_at)
    home.store.remember_forced(forced)
    return forced


def older_than_forced(began_at: float, forced: Iterable[ForcedRun | None]) -> tuple[Difference, ...]:
    """The forced run that bars what began then; nothing where none does."""
    later = [each for each in forced if each is not None and began_at < each.began_at]
    return tuple(Difference(f"run {each.run_id}", None, None) for each in later[:1])


def began_at(source: StoredFingerprint) -> float:
    """When a step run began that was kept."""
    began = source.record.get(BEGAN)
    return began if isinstance(began, float | int) else 0.0


def remember_step(home: Home, run: RunRecord, step: StepSpec, fingerprint: Fingerprint, now: float) -> None:
    """Keep a completed step run as a source for later ones.

    Args:
        home: Where.
        run: Of the step.
        step: Which.
        fingerprint: The run's.
        now: Seconds since the epoch.

    Raises:
        NoSourceError: What it read by name was changed while it ran, or cannot be told yet.
        InvalidInputError: It cannot be told what a trial had read that it took over.
    """
    from hyperstep.runtime.runner.reuse.computed_at import computed_at  # noqa: PLC0415 - where a step has run
    from hyperstep.runtime.runner.reuse.step_records import runs_below  # noqa: PLC0415
    from hyperstep.runtime.runner.run_marks import marks_of_script  # noqa: PLC0415

    reading = Reading(home.path)
    outputs: dict[str, Json] = {}
    for name, location in recorded_outputs(run).items():
        path = output_path(home, run.workspace, location)
        outputs[name] = {**location, "digest": output_digest(path, other_outputs(run, name), reading)}
    journal = home.store.journal(run.root_id)
    below = runs_below(journal, run)
    snapshot = load_snapshot(step.code.snapshot, home.artifacts)
    tags, properties = marks_of_script(run)
    record: dict[str, Json] = {
        "duration_s": (run.ended_at or now) - (run.started_at or run.created_at),
        "ended_at": min([run.ended_at or now, *(computed_at(each) for each in below if each.reused_from)]),
        "packages": package_versions(home, snapshot, step.code.python),
        "files": [list(file) for file in source_files(f for each in below for f in journal.artifacts(each.id))],
        FAILED_TRIALS: _failed_trials(below),
        READS: settle_reads(home, run.workspace, _reads(home, run, below)),
        SCRIPT_TAGS: tags,
        SCRIPT_PROPERTIES: properties,
        BEGAN: _began(run),
    }
    stored = _stored(run, step, fingerprint)
    home.store.remember(replace(stored, outputs=outputs, created_at=now, record=record))


def remember_refusal(home: Home, run: RunRecord, step: StepSpec, fingerprint: Fingerprint, why: NoSourceError) -> None:
    """Keep why a completed step run stands for no other, for the next one to say.

    Not where another stands for it; what is older than a forced run does not.

    Args:
        home: Where.
        run: Of the step.
        step: Which.
        fingerprint: The run's.
        why: What was changed while it ran, or is to blame.
    """
    known = home.store.recall(run.workspace, fingerprint.digest)
    forced = home.store.newest_forced(run.workspace, fingerprint_process(fingerprint.parts).digest)
    if known is not None and CHANGED not in known.record and not older_than_forced(began_at(known), [forced]):
        return
    record: dict[str, Json] = {CHANGED: why.part, BECAUSE: why.reason.name, BEGAN: _began(run)}
    home.store.remember(replace(_stored(run, step, fingerprint), record=record))


def refusal(source: StoredFingerprint) -> tuple[Reason, Difference] | None:
    """Why a run that was kept stands for no other, and what is to blame; None for a source."""
    part = source.record.get(CHANGED)
    if not isinstance(part, str):
        return None
    reason = Reason[str(source.record.get(BECAUSE, Reason.UNSTEADY.name))]
    return reason, changed_meanwhile(part) if reason is Reason.UNSTEADY else Difference(part, None, None)


def _began(run: RunRecord) -> float:
    return run.started_at or run.created_at


def _stored(run: RunRecord, step: StepSpec, fingerprint: Fingerprint) -> StoredFingerprint:
    """A completed step run by its fingerprint, with nothing of what it left."""
    return StoredFingerprint(
        workspace=run.workspace,
        digest=fingerprint.digest,
        run_id=run.id,
        root_id=run.root_id,
        step=step.name,
        parts=fingerprint.parts,
        outputs={},
        created_at=run.ended_at or run.created_at,
    )


def remember_also(home: Home, source: StoredFingerprint, fingerprint: Fingerprint) -> None:
    """Let the same run be found by another fingerprint of the same step too."""
    home.store.remember(replace(source, digest=fingerprint.digest, parts=fingerprint.parts))


def record_is_there(home: Home, source: StoredFingerprint, rules: ReuseRules) -> tuple[Difference, ...]:
    """What is missing of a source's records and files; empty when they are there and it completed."""
    try:
        run = home.store.journal(source.root_id).run(source.run_id)
    except HyperstepError:
        return (Difference(f"run {source.run_id}", "recorded", None),)
    if run.status is not RunStatus.COMPLETED:
        return (Difference(f"run {source.run_id}", RunStatus.COMPLETED.value, run.status.value),)
    return missing_files(home, files_as_recorded(source.record.get("files")), rules)


def stand_in(home: Home, source: StoredFingerprint) -> RunRecord:
    """A source's run with its outputs as they were recorded: what a step after it reads."""
    run = home.store.journal(source.root_id).run(source.run_id)
    return replace(run, properties={**run.properties, "outputs": json.dumps(source.outputs)})


def changed_outputs(home: Home, source: StoredFingerprint, rules: ReuseRules) -> tuple[Difference, ...]:
    """The outputs of a source that are not what they were."""
    places: dict[str, Mapping[str, Any]] = {n: p for n, p in source.outputs.items() if isinstance(p, Mapping)}
    names = {name: Path(str(place["path"])).name for name, place in places.items()}
    reading = replace(reading_of(home, rules), limit_bytes=None)
    found: list[Difference] = []
    for name, place in sorted(places.items()):
        others = {*names.values()} - {names[name]}
        now = output_digest(output_path(home, source.workspace, place), others, reading)
        if now != place["digest"]:
            found.append(Difference(f"output: {name}", place["digest"], now or None))
    return tuple(found)


def _failed_trials(below: Iterable[RunRecord]) -> list[Json]:
    """How many trials of a step's sweep failed, and how many there were."""
    trials = [run for run in below if run.kind is RunKind.TRIAL]
    return [sum(trial.status is RunStatus.FAILED for trial in trials), len(trials)]


def failed_trials(source: StoredFingerprint) -> FailedTrials | None:
    """The trials of a source that had failed; None without any."""
    counts = source.record.get(FAILED_TRIALS)
    match counts:
        case [int(failed), int(trials)] if failed:
            return FailedTrials(failed, trials, source.root_id)
    return None


def _reads(home: Home, run: RunRecord, below: Iterable[RunRecord]) -> list[dict[str, Json]]:
    """What was read by a step's run and those below it, and by the runs that they submitted."""
    from hyperstep.runtime.runner.reuse.registered_results import still_there  # noqa: PLC0415 - where a step has run
    from hyperstep.runtime.runner.reuse.sibling_reads import kept_reads  # noqa: PLC0415
    from hyperstep.runtime.runner.reuse.submitted_reads import with_submitted  # noqa: PLC0415

    reads = kept_reads(home, run, with_submitted(home, run.root_id, reads_of(below)))
    return list(still_there(home, run.workspace, reads))
