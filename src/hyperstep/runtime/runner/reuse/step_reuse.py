"""Looking for an earlier run that stands for a step: gathers the facts, asks the pure decision, checks the files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from hyperstep.artifact_store.snapshot import load_snapshot
from hyperstep.artifact_store.tree import Reading
from hyperstep.artifact_store.web_files import Look, look_again
from hyperstep.codec import to_json
from hyperstep.digest import Json
from hyperstep.errors import HyperstepError
from hyperstep.pipeline.fingerprint import Fingerprint, dataset_rule, fingerprint_process
from hyperstep.pipeline.reuse import (
    COMPARED,
    EQUALS,
    INPUTS,
    SWITCHED_OFF,
    Difference,
    ListFiles,
    Reason,
    ReuseDecision,
    expiry,
    explain_miss,
    switched_off,
    with_addresses,
)
from hyperstep.pipeline.reuse_rules import DatasetReuse
from hyperstep.records.run import ForcedRun
from hyperstep.run_store.base import CHANGED, StoredFingerprint
from hyperstep.runtime.home import Home
from hyperstep.runtime.runner.reuse.read_kinds import READS, RESULT
from hyperstep.runtime.runner.reuse.step_facts import Identified, StepQuestion, identify, reading_of
from hyperstep.runtime.runner.reuse.step_reads import changed_reads
from hyperstep.runtime.runner.reuse.step_sources import (
    began_at,
    changed_outputs,
    failed_trials,
    older_than_forced,
    record_is_there,
    refusal,
)


class ReuseAnswer(Struct, frozen=True):
    """The decision for one step, with what it rests on."""

    decision: ReuseDecision
    found: Identified
    """What the step is known by."""
    source: StoredFingerprint | None = None
    """On a hit, whose outputs are taken."""

    @property
    def fingerprint(self) -> Fingerprint:
        """The step's."""
        return self.found.fingerprint

    @property
    def may_be_shared(self) -> bool:
        """Whether an equal step that is under way would do as well."""
        return self.source is None and self.decision.reason not in SWITCHED_OFF


class _Manner(Struct, frozen=True):
    """How earlier runs are looked at, one after another."""

    now: float
    """Seconds since the epoch."""
    ask: Callable[[Path], Look]
    """Asks a server about the file that is kept of it, once."""
    forced: tuple[ForcedRun | None, ...]
    """Nothing that began before these may be taken."""
    reads_first: bool
    """Whether what was read is compared before the outputs: where one run was refused, the next often read what that
    one did, and to look costs less."""


def look_for_source(question: StepQuestion, now: float) -> ReuseAnswer:
    """Decide whether a step needs to run, given what its inputs are now.

    Args:
        question: The step.
        now: Seconds since the epoch.

    Raises:
        InvalidInputError: An input cannot be read.
    """
    from hyperstep.runtime.runner.reuse.changed_data import with_files  # noqa: PLC0415 - a whole pipeline is reused without

    answer = _look(question, now)
    return replace(answer, decision=with_files(question.home, answer.decision))


def _look(question: StepQuestion, now: float) -> ReuseAnswer:
    found = identify(question)
    answer = _judge_equal(question, found, now)
    if answer is not None:
        return answer
    missed = _explain_miss(question, found.fingerprint)
    if found.unread and _may_be_equal(missed, found.unread):
        return _look_closer(question, found, now)
    return ReuseAnswer(_named(question, missed), found)


def find_equal(question: StepQuestion, now: float) -> ReuseAnswer | None:
    """The same where an earlier run of equal fingerprint exists, or none may be taken; None otherwise."""
    return _judge_equal(question, identify(question), now)


def age_of(source: StoredFingerprint, now: float) -> float:
    """How many seconds ago an earlier run ended, or the oldest run whose results it took over."""
    ended_at = source.record.get("ended_at")
    return max(0.0, now - (ended_at if isinstance(ended_at, float | int) else source.created_at))


def decision_evidence(answer: ReuseAnswer) -> dict[str, Json]:
    """The decision as the ledger keeps it."""
    evidence: dict[str, Json] = to_json(answer.decision)
    return {**evidence, "fingerprint": answer.fingerprint.digest}


def files_of_snapshots(home: Home) -> ListFiles:
    """Looks up what each file of a snapshot is, by path: its digest, and a mark when it may be executed."""

    @cache
    def files(digest: str) -> Mapping[str, str] | None:
        try:
            snapshot = load_snapshot(digest, home.artifacts)
        except HyperstepError:
            return None
        return {f.path: f"{f.digest} (executable)" if f.executable else f.digest for f in snapshot.files}

    return files


def _judge_equal(question: StepQuestion, found: Identified, now: float) -> ReuseAnswer | None:
    off = switched_off(question.step, question.rules, regenerate=question.spec.regenerate_outputs)
    if off is not None:
        return ReuseAnswer(ReuseDecision(off), found)
    return _judge_all(question, found, now)


def _judge_all(
    question: StepQuestion, found: Identified, now: float, before: Identified | None = None
) -> ReuseAnswer | None:
    """The newest of the equal earlier runs that may be taken; of none the one in the way of which the least stands.

    None that is older than one which was forced: that was done for what no fingerprint knows of.

    Args:
        question: The step.
        found: What it is known by.
        now: Seconds since the epoch.
        before: What it was known by before all was read: a forced run may be known by that alone.
    """
    refused: list[ReuseAnswer] = []
    ask = cache(look_again)
    sources = question.home.store.recall_all(question.workspace, found.fingerprint.digest, limit=EQUALS)
    known = [found] if before is None else [found, before]
    forced = tuple(_newest_forced(question, each.fingerprint) for each in known) if sources else ()
    for source in sources:
        answer = _judge(question, found, source, _Manner(now, ask, forced, reads_first=bool(refused)))
        if answer.source is not None:
            return answer
        refused.append(answer)
    return min(refused, key=_in_the_way, default=None)


def _newest_forced(question: StepQuestion, fingerprint: Fingerprint) -> ForcedRun | None:
    digest = fingerprint_process(fingerprint.parts).digest
    return question.home.store.newest_forced(question.workspace, digest, besides=question.root_id)


def _in_the_way(answer: ReuseAnswer) -> tuple[bool, int]:
    """How much stands in the way of an earlier run; that it is too old for ever is most of all."""
    return answer.decision.reason is Reason.BARRED, len(answer.decision.differences)


def _judge(question: StepQuestion, found: Identified, source: StoredFingerprint, manner: _Manner) -> ReuseAnswer:
    """Whether an equal earlier run may still be taken."""
    age_s = age_of(source, manner.now)
    reason, because = _objection(question, source, age_s, manner)
    took = source.record.get("duration_s")
    saved_s = took if reason is Reason.HIT and isinstance(took, float | int) else None
    failed = failed_trials(source) if reason is Reason.HIT else None
    decision = ReuseDecision(reason, source.run_id, because, age_s=age_s, saved_s=saved_s, failed_trials=failed)
    taken = source if decision.is_hit else None
    return ReuseAnswer(decision, found, taken)


def _objection(
    question: StepQuestion, source: StoredFingerprint, age_s: float, manner: _Manner
) -> tuple[Reason, tuple[Difference, ...]]:
    home, rules = question.home, question.rules
    barred = older_than_forced(began_at(source), manner.forced)
    if barred:
        return Reason.BARRED, barred
    refused = refusal(source)
    if refused is not None:
        return refused[0], (refused[1],)
    too_old = expiry(age_s, rules)
    if too_old is not None:
        return Reason.EXPIRED, (too_old,)
    missing = record_is_there(home, source, rules)
    if missing:
        return Reason.SOURCE_GONE, missing
    looks: tuple[tuple[Reason, Callable[[], tuple[Difference, ...]]], ...] = (
        (Reason.OUTPUTS_GONE, lambda: changed_outputs(home, source, rules)),
        (Reason.REGISTERED_GONE, lambda: _gone_results(home, source)),
        (Reason.READS_CHANGED, lambda: _changed_reads(question, source, manner.ask)),
    )
    looked = ((reason, look()) for reason, look in (reversed(looks) if manner.reads_first else looks))
    return next(((reason, found) for reason, found in looked if found), (Reason.HIT, ()))


def _changed_reads(
    question: StepQuestion, source: StoredFingerprint, ask: Callable[[Path], Look]
) -> tuple[Difference, ...]:
    home, rules, around = question.home, question.rules, question.around
    contents = dataset_rule(question.step, rules.datasets) is DatasetReuse.CONTENT
    return changed_reads(home, source, reading_of(home, rules), contents=contents, around=around, ask=ask)


def _gone_results(home: Home, source: StoredFingerprint) -> tuple[Difference, ...]:
    if RESULT not in str(source.record.get(READS)):
        return ()
    from hyperstep.runtime.runner.reuse.registered_results import gone_results  # noqa: PLC0415 - few register

    return gone_results(home, source.workspace, source.record.get(READS))


def _explain_miss(question: StepQuestion, fingerprint: Fingerprint) -> ReuseDecision:
    earlier = question.home.store.remembered(question.workspace, question.step.name, limit=COMPARED)
    known = ((other.run_id, other.parts) for other in earlier)
    return explain_miss(known, fingerprint.parts, files_of_snapshots(question.home))


def _may_be_equal(missed: ReuseDecision, unread: tuple[str, ...]) -> bool:
    """Whether only inputs differ that were not read: reading them costs less than running the step."""
    names = {f"{INPUTS}{name}" for name in unread}
    return missed.reason is Reason.CHANGED and all(found.part in names for found in missed.differences)


def _look_closer(question: StepQuestion, before: Identified, now: float) -> ReuseAnswer:
    """Read what was too large to be read at once; its content counts from then on."""
    found = identify(question, Reading(question.home.path))
    answer = _judge_all(question, found, now, before)
    if answer is not None:
        return answer
    missed = _explain_miss(question, found.fingerprint)
    return ReuseAnswer(_named(question, _changed_meanwhile(question, missed) or missed), found)


def _changed_meanwhile(question: StepQuestion, missed: ReuseDecision) -> ReuseDecision | None:
    """The same miss, where all that differs is an input that changed while the run compared with went on."""
    earlier = question.home.store.remembered(question.workspace, question.step.name, limit=COMPARED)
    other = next((other for other in earlier if other.run_id == missed.source_run), None)
    blamed = refusal(other) if other is not None else None
    if other is None or blamed is None or blamed[0] is not Reason.UNSTEADY:
        return None
    is_all = [found.part for found in missed.differences] == [other.record[CHANGED]]
    return ReuseDecision(Reason.UNSTEADY, other.run_id, (blamed[1],)) if is_all else None


def _named(question: StepQuestion, missed: ReuseDecision) -> ReuseDecision:
    """The same miss, with the addresses of what was fetched."""
    return replace(missed, differences=with_addresses(missed.differences, question.step))
