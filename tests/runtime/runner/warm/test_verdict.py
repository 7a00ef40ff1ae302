"""What is known of a library set, over all sequences of events."""

from __future__ import annotations

import signal

from hypothesis import given
from hypothesis import strategies as st

from hyperstep.runtime.runner.warm.verdict import (
    MOST_KILLS,
    Ending,
    How,
    Process,
    Verdict,
    Watch,
    after_cold,
    after_watched,
    is_proven,
    watching,
    why_not_now,
)

_RUNNER = Process(10, 1.0, "boot")
_SCRIPTS = ("one", "two")

endings = st.builds(
    Ending,
    st.sampled_from(How),
    st.sampled_from([int(signal.SIGSEGV), int(signal.SIGKILL), int(signal.SIGTERM)]),
    st.just("hung: for 31 s it did nothing"),
)
steps = st.lists(st.tuples(st.sampled_from(_SCRIPTS), endings, st.sampled_from(How)), max_size=12)


def watch(script: str = "one") -> Watch:
    return Watch("trial", script, _RUNNER)


def tried(ending: Ending, verdict: Verdict | None = None) -> Verdict:
    return after_watched(watching(verdict or Verdict(), watch()), watch(), ending)


def played(sequence: list[tuple[str, Ending, How]]) -> list[Verdict]:
    """The verdicts that follow each other when attempts of scripts are tried as ``why_not_now`` allows."""
    verdicts = [Verdict()]
    for script, ending, cold in sequence:
        verdict = verdicts[-1]
        if why_not_now(verdict, script, watcher_lives=True) or is_proven(verdict, script):
            continue
        verdict = after_watched(watching(verdict, watch(script)), watch(script), ending)
        if verdict.watch is not None:
            verdict = after_cold(verdict, cold)
        verdicts.append(verdict)
    return verdicts


@given(steps)
def test_a_set_that_went_cold_stays_cold_with_its_reason(sequence: list[tuple[str, Ending, How]]) -> None:
    verdicts = played(sequence)
    cold = [verdict.why_cold for verdict in verdicts]
    first = next((n for n, why in enumerate(cold) if why), len(cold))
    assert not any(cold[:first])
    assert len(set(cold[first:])) <= 1
    for verdict in verdicts[first:]:
        assert all(why_not_now(verdict, script, watcher_lives=lives) for script in _SCRIPTS for lives in (True, False))


@given(steps)
def test_a_script_is_proven_by_nothing_but_its_own_good_end(sequence: list[tuple[str, Ending, How]]) -> None:
    last = played(sequence)[-1]
    for script in _SCRIPTS:
        good = any(name == script and ending.how is How.WELL for name, ending, _ in sequence)
        assert not is_proven(last, script) or good


@given(steps)
def test_no_watch_is_left_when_all_has_ended(sequence: list[tuple[str, Ending, How]]) -> None:
    assert played(sequence)[-1].watch is None


def test_while_one_is_tried_others_wait_unless_its_watcher_is_gone() -> None:
    verdict = watching(Verdict(), watch())
    assert why_not_now(verdict, "one", watcher_lives=True)
    assert why_not_now(verdict, "two", watcher_lives=True)
    assert why_not_now(verdict, "one", watcher_lives=False) == ""


def test_a_script_that_is_proven_waits_for_no_other() -> None:
    verdict = watching(tried(Ending(How.WELL)), watch("two"))
    assert why_not_now(verdict, "one", watcher_lives=True) == ""


def test_a_crash_is_settled_by_the_cold_attempt_after_it() -> None:
    crashed = tried(Ending(How.SIGNAL, int(signal.SIGSEGV), "failed"))
    assert crashed.why_cold == ""
    assert "ended by SIGSEGV, and cold it ended well" in after_cold(crashed, How.WELL).why_cold
    for agreed in (How.SIGNAL, How.FAILED):
        assert after_cold(crashed, agreed) == Verdict(agreed_for=("one",))


def test_a_hang_is_believed_at_once() -> None:
    assert "hung" in tried(Ending(How.HUNG, int(signal.SIGTERM), "hung: for 31 s it did nothing")).why_cold


def test_a_kill_from_outside_is_believed_when_it_comes_again() -> None:
    verdict = Verdict()
    for _ in range(MOST_KILLS - 1):
        verdict = tried(Ending(How.SIGNAL, int(signal.SIGKILL)), verdict)
        assert verdict.why_cold == ""
    assert "signal 9" in tried(Ending(How.SIGNAL, int(signal.SIGKILL)), verdict).why_cold


def test_a_failure_is_settled_by_the_cold_attempt_after_it() -> None:
    doubted = tried(Ending(How.FAILED, words="failed with exit code 1"))
    assert why_not_now(doubted, "one", watcher_lives=True)
    assert "failed with exit code 1, and cold" in after_cold(doubted, How.WELL).why_cold
    assert after_cold(doubted, How.FAILED) == Verdict(agreed_for=("one",))
    assert after_cold(doubted, How.UNTOLD) == Verdict()


def test_what_tells_nothing_changes_nothing() -> None:
    assert tried(Ending(How.UNTOLD)) == Verdict()
