"""What goes and what stays, decided from facts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperstep.artifact_store.base import HeldObject
from hyperstep.errors import InvalidInputError
from hyperstep.runtime.garbage.decision import (
    ENVIRONMENTS,
    STRAYS,
    WORKING,
    Facts,
    KeepRules,
    Leftover,
    RootFacts,
    decide,
)

DAY_S = 86400.0
NOW = 1000 * DAY_S
DIGESTS = [f"{n:x}" * 64 for n in range(8)]


def held(*names: str, age_s: float = 10 * DAY_S) -> list[HeldObject]:
    return [HeldObject(name, 100, NOW - age_s) for name in names]


def root(
    name: str, *, age_s: float | None = 10 * DAY_S, files: dict[str, str] | None = None, **more: object
) -> RootFacts:
    ended = None if age_s is None else NOW - age_s
    of_runs = {run_id: frozenset({digest}) for run_id, digest in (files or {}).items()}
    return RootFacts(name, NOW - (age_s or 0), ended, files=of_runs, **more)  # type: ignore[arg-type]  # each its own


def gone(facts: Facts, rules: KeepRules | None = None) -> set[str]:
    plan = decide(facts, rules or KeepRules(), NOW)
    return {found.digest for found in plan.objects} | {found.path for found in plan.leftovers}


def facts(*roots: RootFacts, objects: list[HeldObject], **more: object) -> Facts:
    return Facts(**{"roots": roots, "objects": objects, "leftovers": (), "mentioned": frozenset(), **more})  # type: ignore[arg-type]  # each its own


def test_only_what_nothing_refers_to_and_is_old_enough_goes() -> None:
    objects = [*held("a", "b", "c"), *held("young", age_s=3600)]
    found = facts(root("r", files={"r": "a"}), objects=objects, mentioned=frozenset({"b"}))
    assert gone(found) == {"c"}


def test_records_that_cannot_be_read_keep_every_object_and_are_named() -> None:
    found = facts(objects=held("a"), unreadable=("20260101-x",))
    assert gone(found) == set()
    assert decide(found, KeepRules(), NOW).kept == {
        "runs: records not readable (20260101-x)": 1,
        "stored files: what 20260101-x refers to cannot be read": 1,
    }


SWEEP = root("s", files={"s_0": "a", "s_1": "b", "s_2": "c"}, ranked=(("s_1", "s_2", "s_0"),))


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (KeepRules(), set()),
        (KeepRules(keep_best=0), {"a", "c"}),
        (KeepRules(keep_best=1), {"a", "c"}),
        (KeepRules(keep_best=2), {"a"}),
        (KeepRules(keep_last=0), {"a", "c"}),
        (KeepRules(keep_last=1), set()),
        (KeepRules(older_than_s=9 * DAY_S), {"a", "c"}),
        (KeepRules(older_than_s=11 * DAY_S), set()),
        (KeepRules(keep_last=0, keep_tags=("mine",)), {"a", "c"}),
    ],
)
def test_rules_say_which_old_runs_give_up_files_and_the_best_trial_never_does(
    rules: KeepRules, expected: set[str]
) -> None:
    assert gone(facts(SWEEP, objects=held("a", "b", "c")), rules) == expected


@pytest.mark.parametrize(("tag", "stays"), [("mine", True), ("mine=yes", True), ("mine=no", False), ("other", False)])
def test_runs_with_a_tag_keep_their_files(tag: str, stays: bool) -> None:
    run = root("r", files={"r": "a"}, tags={"mine": "yes"})
    assert gone(facts(run, objects=held("a")), KeepRules(keep_last=0, keep_tags=(tag,))) == (set() if stays else {"a"})


def test_a_source_of_reuse_keeps_its_files_unless_told() -> None:
    found = facts(root("r", files={"r": "a"}, is_source=True), objects=held("a"))
    assert gone(found, KeepRules(keep_last=0)) == set()
    assert gone(found, KeepRules(keep_last=0, forget_sources=True)) == {"a"}


def test_leftovers_go_with_the_end_of_their_run_or_with_age() -> None:
    leftovers = (
        Leftover(WORKING, "ended", 1, NOW, "s", "s_0"),
        Leftover(WORKING, "the best's", 1, NOW - 99 * DAY_S, "s", "s_1"),
        Leftover(WORKING, "going on", 1, NOW - 99 * DAY_S, "busy", "busy"),
        Leftover(STRAYS, "old", 1, NOW - 2 * DAY_S),
        Leftover(STRAYS, "young", 1, NOW - 3600),
        Leftover(ENVIRONMENTS, "environment of last week", 1, NOW - 7 * DAY_S),
        Leftover(ENVIRONMENTS, "environment of last quarter", 1, NOW - 90 * DAY_S),
    )
    found = facts(SWEEP, root("busy", age_s=None), objects=[], leftovers=leftovers)
    assert gone(found) == {"ended", "old", "environment of last quarter"}


def test_a_negative_number_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        KeepRules(keep_best=-1)


REUSABLE = root(
    "s",
    files={"s_0": "a", "s_1": "b", "s_2": "c", "s_3": "d"},
    ranked=(("s_1", "s_2", "s_0", "s_3"),),
    reusable=frozenset({"s_0", "s_1", "s_2", "without files"}),
)


def test_trials_that_later_sweeps_may_reuse_keep_their_files_within_the_rules() -> None:
    plan = decide(facts(REUSABLE, objects=held("a", "b", "c", "d")), KeepRules(keep_best=2), NOW)
    assert [found.digest for found in plan.objects] == ["d"]
    assert plan.kept["trials: with files that later sweeps may reuse"] == 1  # the two best are not among them
    assert plan.run_again == 0


def test_where_sources_are_forgotten_it_is_counted_which_trials_will_run_again() -> None:
    rules = KeepRules(keep_best=1, forget_sources=True)
    plan = decide(facts(REUSABLE, objects=held("a", "b", "c", "d")), rules, NOW)
    assert [found.digest for found in plan.objects] == ["a", "c", "d"]
    assert plan.run_again == 2
    shared = decide(facts(REUSABLE, objects=held("a", "b", "c"), mentioned=frozenset({"a"})), rules, NOW)
    assert shared.run_again == 1


RULES = st.builds(
    KeepRules,
    keep_best=st.none() | st.integers(0, 3),
    keep_last=st.none() | st.integers(0, 3),
    older_than_s=st.none() | st.floats(0, 20 * DAY_S),
    forget_sources=st.booleans(),
)


@given(rules=RULES, data=st.data())
def test_whatever_the_rules_what_goes_on_and_the_best_and_what_is_mentioned_stays(
    rules: KeepRules, data: st.DataObject
) -> None:
    digest = st.sampled_from(DIGESTS)
    roots = []
    for n in range(data.draw(st.integers(0, 4))):
        trials = [f"r{n}_{i}" for i in range(3)]
        files = {trial: data.draw(digest) for trial in trials}
        ranked = (tuple(data.draw(st.permutations(trials))),)
        reusable = frozenset(data.draw(st.sets(st.sampled_from(trials))))
        source = data.draw(st.booleans())
        age = data.draw(st.none() | st.floats(0, 30 * DAY_S))
        roots.append(root(f"r{n}", age_s=age, files=files, ranked=ranked, reusable=reusable, is_source=source))
    mentioned = frozenset(data.draw(st.sets(digest)))
    lost = gone(facts(*roots, objects=held(*DIGESTS), mentioned=mentioned), rules)
    assert not lost & mentioned
    for run in roots:
        safe = list(run.files) if run.ended_at is None else [run.ranked[0][0]]
        safe += [] if rules.forget_sources else sorted(run.reusable)
        assert not lost & set().union(*(run.files[trial] for trial in safe))
