"""Verdicts on steps as lines for a person."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from hyperstep.cli import wording
from hyperstep.cli.escaping import escape
from hyperstep.digest import Json, is_same
from hyperstep.pipeline.plan import StepVerdict, SweepVerdict, TrialVerdict, Verdict
from hyperstep.pipeline.reuse import Difference, Reason

_LONGEST_VALUE = 60
_CONTEXT = 12
"""Characters shown of what two long values share before they differ."""
_SHOWN = 12
"""Differences of one step that are listed."""
_DAY_S = 86400
_CONTENT = ("content", "sizes_and_times")
"""What stands for the content of an input."""
_ENDED = re.compile(r"(\w+) at (\d+\.\d+)(, records \d+)?")
"""What is known of a run that has ended."""
_FILES = ("code: ", "output: ", "inputs: ", "read: ")

_SWEEP_REASONS = {
    Reason.FIRST.value: "no earlier sweep of this step can be reused",
    Reason.CHANGED.value: "differs from the nearest earlier sweep",
}
_WORDS = {
    Verdict.HIT: "HIT",
    Verdict.MISS: "MISS",
    Verdict.DEPENDS: "OPEN",
    Verdict.FAILS: "FAILS",
    Verdict.NOT_REACHED: "-",
}


def verdict_lines(verdicts: Sequence[StepVerdict], short: Callable[[str], str]) -> Iterator[str]:
    """Each step in a line, and what differs below it.

    Args:
        verdicts: In the order in which steps run.
        short: A short prefix of a run's id.
    """
    width = max((len(escape(verdict.name)) for verdict in verdicts), default=0)
    for verdict in verdicts:
        yield f"  {escape(verdict.name):{width}}  {_WORDS[verdict.verdict]:5} {_why(verdict, short)}".rstrip()
        if verdict.failed_trials is not None:
            found = verdict.failed_trials
            yield f"      {wording.failed_trials_words(found, escape(verdict.name), short(found.root_run))}"
        shown = verdict.differences[:_SHOWN]
        yield from (f"      {line}" for difference in shown for line in difference_lines(difference))
        if len(verdict.differences) > len(shown):
            yield f"      and {len(verdict.differences) - len(shown)} more; see --json"
        if verdict.sweep is not None:
            yield from (f"      {line}" for line in _sweep_lines(verdict.sweep, verdict.differences, short))
        if verdict.outside_code:
            yield f"      {wording.outside_code_words(verdict.outside_code)}"


def _sweep_lines(sweep: SweepVerdict, told: Sequence[Difference], short: Callable[[str], str]) -> Iterator[str]:
    """How many trials are reused and how many run, with each reason once; ``told``: differences said already."""
    if sweep.seed_from is not None:
        yield f"seed of sweep {short(sweep.seed_from)}"
    if sweep.history is not None:
        yield f"history: {wording.history_words(sweep.history)}"
    if sweep.trials:
        yield f"trials: {_trial_counts(sweep)}"
        yield from _trial_reasons(sweep.trials)
        return
    compared = f" (sweep {short(sweep.source_run)})" if sweep.source_run else ""
    yield f"trials: all run: {_SWEEP_REASONS.get(sweep.reason, sweep.reason)}{compared}"
    new = [difference for difference in sweep.differences if difference not in told]
    yield from (f"  {line}" for difference in new[:_SHOWN] for line in difference_lines(difference))


def _trial_counts(sweep: SweepVerdict) -> str:
    words = {Verdict.HIT: "reused", Verdict.MISS: "run", Verdict.DEPENDS: "open"}
    counts = ", ".join(f"{sweep.count(verdict)} {word}" for verdict, word in words.items() if sweep.count(verdict))
    saved = sum(trial.saved_s or 0.0 for trial in sweep.trials if trial.verdict is Verdict.HIT)
    return f"{counts}, saves {wording.duration(saved)}" if sweep.count(Verdict.HIT) else counts


def _trial_reasons(trials: Sequence[TrialVerdict]) -> Iterator[str]:
    """Which trials run for which reason."""
    numbers: dict[str, list[int]] = {}
    for trial in trials:
        if trial.verdict is not Verdict.HIT:
            named = ", ".join(difference.part for difference in trial.differences)
            numbers.setdefault(f"{trial.reason}: {named}" if named else trial.reason, []).append(trial.number)
    for reason, listed in numbers.items():
        more = ", …" if len(listed) > _SHOWN else ""
        yield f"  {', '.join(map(str, listed[:_SHOWN]))}{more}: {escape(reason)}"


def difference_lines(difference: Difference) -> list[str]:
    """``code: train.py added``, ``arguments: ["--a"] -> ["--b"]``; of mappings a line for each entry that differs.

    What is only named, without a value, is in a line by itself.
    """
    if difference.old is None and difference.new is None:
        return [escape(difference.part)]
    if not difference.part.startswith(_FILES):
        return _value_lines(difference)
    if isinstance(difference.old, Mapping) and isinstance(difference.new, Mapping):
        return _data_lines(difference, difference.old, difference.new)
    return [_file_words(difference)]


def _value_lines(difference: Difference) -> list[str]:
    return [
        f"{escape(part)}: {old} -> {new}"
        for part, before, after in _leaves(difference.part, difference.old, difference.new)
        for old, new in [_values(before, after)]
    ]


def _data_lines(difference: Difference, old: Mapping[str, Json], new: Mapping[str, Json]) -> list[str]:
    """An input, or what was read with its tags: that its content changed, and each other entry with its values."""
    before, after = ({key: value for key, value in side.items() if key not in _CONTENT} for side in (old, new))
    is_changed = any(not is_same(old.get(key), new.get(key)) for key in _CONTENT)
    words = [_file_words(difference)] if is_changed else []
    return [*words, *_value_lines(Difference(difference.part, before, after))]


def _file_words(difference: Difference) -> str:
    part = escape(difference.part)
    if difference.old is None:
        return f"{part} added"
    if difference.new is None:
        return f"{part} removed"
    if not difference.files:
        return f"{part} changed{_digests(difference)}"
    more = f" and {difference.more_files} more" if difference.more_files else ""
    return f"{part} changed: {escape(', '.join(difference.files))}{more}"


def _leaves(part: str, old: Json, new: Json) -> Iterator[tuple[str, Json, Json]]:
    """What differs, entry by entry as deep as both are mappings."""
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)):
        yield part, old, new
        return
    for name in sorted({*old, *new}):
        if not is_same(old.get(name), new.get(name)):
            yield from _leaves(f"{part}: {name}", old.get(name), new.get(name))


def age_words(age_s: float) -> str:
    """``3:05 old``, ``4 days old``."""
    if age_s >= 2 * _DAY_S:
        return f"{int(age_s // _DAY_S)} days old"
    return f"{wording.duration(age_s)} old"


def _why(verdict: StepVerdict, short: Callable[[str], str]) -> str:
    if verdict.verdict is Verdict.HIT and verdict.source_run is not None:
        age = f", {age_words(verdict.age_s)}" if verdict.age_s is not None else ""
        saved = f", saves {wording.duration(verdict.saved_s)}" if verdict.saved_s is not None else ""
        return f"from run {short(verdict.source_run)}{age}{saved}"
    is_waited_for = verdict.verdict is Verdict.DEPENDS and not verdict.because_of
    is_told = verdict.verdict is Verdict.MISS or is_waited_for
    compared = f" (run {short(verdict.source_run)})" if is_told and verdict.source_run else ""
    names = ", ".join(f"'{escape(name)}'" for name in verdict.because_of)
    before = f"; so does {names} before it" if names and compared else ""
    return f"{escape(verdict.reason)}{compared}{before}"


def _digests(difference: Difference) -> str:
    """The beginnings of two digests; what was read by version as it is."""
    old, new = str(difference.old), str(difference.new)
    if not difference.part.startswith("read: "):
        return ""
    return f": {_state_words(old)} -> {_state_words(new)}"


def _state_words(text: str) -> str:
    """The beginning of a digest, quotes for an empty text; of a run when it ended, and how many entries it had."""
    ended = _ENDED.fullmatch(text)
    if ended is None:
        return escape(text[:24]) or '""'
    return f"{ended[1]} at {(wording.moment(float(ended[2])) or '')[:19].replace('T', ' ')} UTC{ended[3] or ''}"


def _values(old: Json, new: Json) -> tuple[str, str]:
    """Both values; of long ones the beginning that they share is left out but for its end."""
    texts = _text(old), _text(new)
    if max(map(len, texts)) <= _LONGEST_VALUE:
        return texts
    shared = next((place for place, (a, b) in enumerate(zip(*texts, strict=False)) if a != b), 0)
    skipped = max(0, shared - _CONTEXT)
    return _cut(texts[0], skipped), _cut(texts[1], skipped)


def _text(value: Json) -> str:
    return "(none)" if value is None else escape(json.dumps(value, ensure_ascii=False))


def _cut(text: str, skipped: int) -> str:
    text = f"…{text[skipped:]}" if skipped else text
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"
