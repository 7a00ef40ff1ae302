"""The plain lines: everything once, and never many."""

from __future__ import annotations

from msgspec.structs import replace

from hyperstep.cli.narration import Narrator
from hyperstep.cli.view import RootView, StepView, SweepView, TrialView
from hyperstep.records.goal import Goal
from hyperstep.records.run import RunError, RunKind
from hyperstep.records.status import RunStatus


def trial(number: int, status: RunStatus = RunStatus.RUNNING, best: float | None = None, **fields: object) -> TrialView:
    made = TrialView(f"HD_s_{number}", number, status, {"--lr": 0.25}, last=best, best=best)
    return replace(made, **fields)


def sweep_of(*trials: TrialView, status: RunStatus = RunStatus.RUNNING) -> SweepView:
    with_value = [t for t in trials if t.best is not None]
    best = max(with_value, key=lambda t: t.best or 0.0, default=None)
    return SweepView(
        "HD_s",
        status,
        "acc",
        Goal.MAXIMIZE,
        trials,
        best,
        max_total=100,
        requested_concurrency=4,
        effective_concurrency=2,
    )


def root_of(sweep: SweepView | None, status: RunStatus = RunStatus.RUNNING, **fields: object) -> RootView:
    step = StepView("step", "tune", RunKind.STEP, status, started_at=1.0, ended_at=9.0, sweep=sweep)
    step = replace(step, **fields)
    return RootView("p", RunKind.PIPELINE, "p", "local", "digits", RunStatus.RUNNING, 0.0, steps=(step,))


def test_a_step_is_announced_when_it_starts_and_when_it_ends() -> None:
    narrator = Narrator()
    first = narrator.tell(root_of(None), 0.0)
    assert first == ["pipeline p of experiment 'digits' submitted", "step 'tune' started"]
    assert narrator.tell(root_of(None), 1.0) == []
    assert narrator.tell(root_of(None, RunStatus.COMPLETED), 2.0) == ["step 'tune' completed after 8 s"]
    assert narrator.tell(root_of(None, RunStatus.COMPLETED), 3.0) == []


def test_a_reused_step_says_where_from() -> None:
    lines = Narrator().tell(root_of(None, RunStatus.COMPLETED, reused_from="old-run"), 0.0)
    assert lines[1:] == ["step 'tune' reused from old-run"]


def test_a_failed_step_says_why() -> None:
    error = RunError("UserError", "ValueError: no such column\nmore")
    lines = Narrator().tell(root_of(None, RunStatus.FAILED, error=error), 0.0)
    assert lines[-1] == "step 'tune' failed after 8 s: ValueError: no such column"


def test_requested_and_effective_concurrency_are_told_once() -> None:
    narrator = Narrator()
    lines = narrator.tell(root_of(sweep_of()), 0.0)
    assert lines[-1] == "tune: 100 trials at most, 4 at a time requested, 2 here; maximize acc"
    assert narrator.tell(root_of(sweep_of()), 1.0) == []


def test_the_first_new_best_is_told_at_once_and_later_ones_wait() -> None:
    narrator = Narrator()
    told = narrator.tell(root_of(sweep_of(trial(0, best=0.1))), 0.0)
    assert told[-1] == "tune: best acc 0.1 (trial 0: lr=0.25)"
    assert narrator.tell(root_of(sweep_of(trial(0, best=0.2))), 1.0) == []
    assert "best acc 0.3" in narrator.tell(root_of(sweep_of(trial(0, best=0.3))), 2.0)[0]
    assert narrator.tell(root_of(sweep_of(trial(0, best=0.4))), 5.0) == []


def test_stopped_and_failed_trials_are_gathered_into_one_line_each() -> None:
    narrator = Narrator()
    stopped = [trial(n, RunStatus.CANCELED, reason="Bandit: too low", stopped_early=True) for n in range(3)]
    failed = [trial(3, RunStatus.FAILED, error=RunError("UserError", "KeyError: 'x'"))]
    assert narrator.tell(root_of(sweep_of(stopped[0])), 0.0)[-1] == "tune: trial 0 stopped early: Bandit: too low"
    assert narrator.tell(root_of(sweep_of(*stopped)), 1.0) == []
    lines = narrator.tell(root_of(sweep_of(*stopped, *failed)), 3.0)
    assert lines == [
        "tune: 2 trials stopped early (1, 2); trial 2: Bandit: too low",
        "tune: trial 3 failed: KeyError: 'x'",
    ]


def test_what_was_held_back_is_told_when_the_sweep_ends() -> None:
    narrator = Narrator()
    stopped = [trial(n, RunStatus.CANCELED, best=0.5, reason="why", stopped_early=True) for n in range(3)]
    narrator.tell(root_of(sweep_of(stopped[0])), 0.0)
    ended = sweep_of(*stopped, status=RunStatus.COMPLETED)
    lines = narrator.tell(root_of(ended, RunStatus.COMPLETED), 0.1)
    assert lines == [
        "tune: 2 trials stopped early (1, 2); trial 2: why",
        "step 'tune' completed after 8 s; 3 trials: 3 stopped early; best acc 0.5 (trial 0: lr=0.25)",
    ]


def test_a_hundred_trials_take_about_a_screen() -> None:
    """Each trial improves on all before it, and every third is stopped, every seventh fails."""
    narrator = Narrator()
    trials: list[TrialView] = []
    lines: list[str] = []
    for number in range(100):
        status = RunStatus.CANCELED if number % 3 == 0 else RunStatus.FAILED if number % 7 == 0 else RunStatus.COMPLETED
        for tick in range(20):
            running = trial(number, best=(number + tick / 20) / 100)
            lines += narrator.tell(root_of(sweep_of(*trials, running)), number * 2 + tick / 10)
        trials.append(trial(number, status, best=(number + 1) / 100, stopped_early=status is RunStatus.CANCELED))
    lines += narrator.tell(root_of(sweep_of(*trials, status=RunStatus.COMPLETED), RunStatus.COMPLETED), 200.0)
    assert len(lines) <= 30
    told = " ".join(lines)
    assert "33 failed" not in told
    assert "34 stopped early" in lines[-1]


def test_trials_that_a_person_canceled_are_not_called_stopped_early() -> None:
    trials = [trial(0, RunStatus.CANCELED, reason="Bandit: low", stopped_early=True)]
    trials += [trial(n, RunStatus.CANCELED, reason="canceled by Ctrl-C") for n in (1, 2)]
    lines = Narrator().tell(root_of(sweep_of(*trials, status=RunStatus.CANCELED), RunStatus.CANCELED), 0.0)
    assert lines[-3:] == [
        "tune: trial 0 stopped early: Bandit: low",
        "tune: 2 trials canceled (1, 2); trial 2: canceled by Ctrl-C",
        "step 'tune' canceled after 8 s; 3 trials: 1 stopped early, 2 canceled",
    ]


def test_the_tally_of_trials_is_told_once() -> None:
    ended = sweep_of(trial(0, RunStatus.COMPLETED, best=0.5), status=RunStatus.COMPLETED)
    best = "best acc 0.5 (trial 0: lr=0.25)"
    tally = Narrator().tell(root_of(ended, RunStatus.COMPLETED, reason="1 trial: 1 completed."), 0.0)
    assert tally[-1] == f"step 'tune' completed after 8 s; 1 trial: 1 completed; {best}"
    reason = "The time limit of 3 s was reached. 2 trials: 1 completed, 1 canceled."
    late = Narrator().tell(root_of(ended, RunStatus.COMPLETED, reason=reason), 0.0)
    expected = f"step 'tune' completed after 8 s: The time limit of 3 s was reached; 1 trial: 1 completed; {best}"
    assert late[-1] == expected


def test_one_trial_is_no_plural_and_none_ended_is_not_said() -> None:
    narrator = Narrator()
    lines = narrator.tell(root_of(replace(sweep_of(trial(0, best=0.5)), max_total=1)), 0.0)
    assert lines[-2].startswith("tune: 1 trial at most, ")
    assert lines[-1] == "tune: best acc 0.5 (trial 0: lr=0.25)"


def test_trials_that_are_tried_again_are_told_with_their_attempt_and_gathered() -> None:
    narrator = Narrator()
    again = trial(1, tried_again=1, why_again="signal 9")
    assert narrator.tell(root_of(sweep_of(trial(0), again)), 0.0)[-1] == "tune: trial 1: attempt 2 (signal 9)"
    assert narrator.tell(root_of(sweep_of(trial(0), again)), 1.0) == []
    others = [trial(n, tried_again=2, why_again="") for n in range(2, 12)]
    assert narrator.tell(root_of(sweep_of(trial(0), again, *others)), 1.5) == []
    assert narrator.tell(root_of(sweep_of(trial(0), again, *others)), 3.0) == [
        f"tune: {', '.join(f'trial {n}: attempt 3' for n in range(2, 10))} and 2 more"
    ]
