"""Verdicts for a person."""

from __future__ import annotations

from hyperstep.cli.render_reuse import age_words, difference_lines, verdict_lines
from hyperstep.digest import Json
from hyperstep.pipeline.plan import StepVerdict, SweepVerdict, TrialVerdict, Verdict
from hyperstep.pipeline.reuse import Difference, Reason


def test_each_kind_of_difference_has_its_words() -> None:
    assert difference_lines(Difference("code: a.py", None, "d")) == ["code: a.py added"]
    assert difference_lines(Difference("code: a.py", "d", None)) == ["code: a.py removed"]
    assert difference_lines(Difference("code: a.py", "d", "e")) == ["code: a.py changed"]
    assert difference_lines(Difference("arguments", ["--a"], ["--b"])) == ['arguments: ["--a"] -> ["--b"]']
    assert difference_lines(Difference("limits: max_total", 20, None)) == ["limits: max_total: 20 -> (none)"]
    assert difference_lines(Difference("read: model m", "version 1", "version 2")) == [
        "read: model m changed: version 1 -> version 2"
    ]


def test_an_empty_value_is_shown_as_one() -> None:
    assert difference_lines(Difference("version", "", "1")) == ['version: "" -> "1"']
    assert difference_lines(Difference("version", None, "")) == ['version: (none) -> ""']
    assert difference_lines(Difference("read: step prep", "", "a1b2")) == ['read: step prep changed: "" -> a1b2']


def test_of_mappings_each_entry_that_differs_is_named_with_its_values() -> None:
    old: dict[str, Json] = {"interval": 1, "properties": {"a": "x" * 100, "slack_factor": 0.1, "gone": True}}
    new: dict[str, Json] = {"interval": 1, "properties": {"a": "x" * 100, "slack_factor": 0.25, "new": [1]}}
    assert difference_lines(Difference("policy: properties", old, new)) == [
        "policy: properties: properties: gone: true -> (none)",
        "policy: properties: properties: new: (none) -> [1]",
        "policy: properties: properties: slack_factor: 0.1 -> 0.25",
    ]


def test_of_long_values_the_place_where_they_differ_is_shown() -> None:
    same = ["--option", "value"] * 10
    (line,) = difference_lines(Difference("arguments", [*same, "--lr", "1"], [*same, "--lr", "2"]))
    old, new = line.removeprefix("arguments: ").split(" -> ")
    assert old.startswith("…")
    assert old.endswith('"1"]')
    assert new.endswith('"2"]')


def test_text_of_others_cannot_disturb_the_terminal_and_long_values_are_cut() -> None:
    (words,) = difference_lines(Difference("arguments", "\x1b[31m", "x" * 100))
    assert "\x1b" not in words
    assert len(words) < 120


def test_a_hit_tells_source_age_and_time_saved_and_a_miss_what_differs() -> None:
    hit = StepVerdict("a", "1", Verdict.HIT, "equal to an earlier run", "run-1", age_s=3 * 86400.0, saved_s=125.0)
    difference = Difference("code: a.py", None, "d")
    miss = StepVerdict("tune", "2", Verdict.MISS, "differs", "run-2", because_of=("a",), differences=(difference,) * 14)
    assert list(verdict_lines([hit, miss], str.upper))[:3] == [
        "  a     HIT   from run RUN-1, 3 days old, saves 2:05",
        "  tune  MISS  differs (run RUN-2); so does 'a' before it",
        "      code: a.py added",
    ]
    assert list(verdict_lines([miss], str.upper))[-1] == "      and 2 more; see --json"


def test_ages_are_told_in_days_from_two_days_on() -> None:
    assert age_words(30) == "30 s old"
    assert age_words(2 * 86400) == "2 days old"


def test_of_a_sweep_that_runs_trials_are_counted_and_each_reason_is_told_once() -> None:
    gone = Difference("files of the run", "d", None)
    trials = (
        TrialVerdict(0, Verdict.HIT, "equal", "HD_a_0", saved_s=60.0),
        TrialVerdict(1, Verdict.MISS, "gone", differences=(gone,)),
        *(TrialVerdict(number, Verdict.MISS, "no finished trial") for number in range(2, 30)),
        TrialVerdict(30, Verdict.DEPENDS, "hangs on trials that run"),
    )
    sweep = SweepVerdict(Reason.HIT.value, "HD_a", trials=trials, seed_from="HD_a")
    step = StepVerdict("tune", "1", Verdict.MISS, "differs", "run-2", sweep=sweep)
    assert list(verdict_lines([step], str.lower))[1:] == [
        "      seed of sweep hd_a",
        "      trials: 1 reused, 29 run, 1 open, saves 1:00",
        "        1: gone: files of the run",
        "        2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, …: no finished trial",
        "        30: hangs on trials that run",
    ]


def test_of_a_sweep_without_sources_what_the_step_has_not_told_is_named() -> None:
    told, new = Difference("arguments", [], ["--a"]), Difference("version", "1", "2")
    sweep = SweepVerdict(Reason.CHANGED.value, "HD_a", (told, new))
    step = StepVerdict("tune", "1", Verdict.MISS, "differs", "run-2", differences=(told,), sweep=sweep)
    assert list(verdict_lines([step], str.lower))[2:] == [
        "      trials: all run: differs from the nearest earlier sweep (sweep hd_a)",
        '        version: "1" -> "2"',
    ]


def test_of_code_outside_the_folder_the_first_places_are_named() -> None:
    def told(count: int) -> str:
        places = tuple(f"/me/p{n}" for n in range(count))
        return list(verdict_lines([StepVerdict("train", "", Verdict.HIT, "", outside_code=places)], str))[-1]

    before = "      changes of code outside the script's folder are not seen: "
    assert told(1) == f"{before}/me/p0"
    assert told(7) == f"{before}/me/p0, /me/p1, /me/p2, /me/p3, /me/p4 and 2 more"


def test_of_an_input_what_differs_beside_its_content_is_named() -> None:
    old: dict[str, Json] = {"mode": "mount", "content": "a" * 64, "file": "2019.csv"}
    renamed: dict[str, Json] = {**old, "file": "2020.csv"}
    assert difference_lines(Difference("inputs: d", old, renamed)) == ['inputs: d: file: "2019.csv" -> "2020.csv"']
    both: dict[str, Json] = {**renamed, "content": "b" * 64}
    assert difference_lines(Difference("inputs: d", old, both))[0] == "inputs: d changed"
    assert len(difference_lines(Difference("inputs: d", old, both))) == 2


def test_of_data_the_files_that_changed_are_named() -> None:
    found = Difference("inputs: d", {"content": "a"}, {"content": "b"}, ("x.csv added", "y changed"), 7)
    assert difference_lines(found) == ["inputs: d changed: x.csv added, y changed and 7 more"]


def test_of_what_was_read_tags_and_times_are_told_as_people_read_them() -> None:
    old: dict[str, Json] = {"tags": {"stage": "test", "by": "me"}, "description": None}
    new: dict[str, Json] = {"tags": {"stage": "live", "by": "me"}, "description": None}
    assert difference_lines(Difference("read: model m", old, new)) == ['read: model m: tags: stage: "test" -> "live"']
    difference = Difference("read: run r", "Completed at 1796021561.041, records 7", "Running")
    assert difference_lines(difference) == [
        "read: run r changed: Completed at 2026-11-30 06:52:41 UTC, records 7 -> Running"
    ]
