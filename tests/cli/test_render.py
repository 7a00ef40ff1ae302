"""What is drawn of a view: the live lines, and the last words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hyperstep.cli.render_live import ASCII, UNICODE, live_lines, to_terminal
from hyperstep.cli.render_report import report_lines
from hyperstep.cli.render_tables import trials_table
from hyperstep.cli.view import OutputView, RootView, StepView, SweepView, TrialView
from hyperstep.cli.wording import short_id
from hyperstep.records.goal import Goal
from hyperstep.records.run import RunError, RunKind
from hyperstep.records.status import RunStatus


def trial(number: int, status: RunStatus, best: float | None = None, reason: str = "") -> TrialView:
    early = status is RunStatus.CANCELED and reason.startswith("Bandit")
    made = TrialView(f"HD_s_{number}", number, status, {"--lr": 0.5}, best, best, reason=reason, stopped_early=early)
    return replace(made, ended_at=float(number))


TRIALS = (
    trial(0, RunStatus.COMPLETED, 0.9),
    trial(1, RunStatus.CANCELED, 0.1, "Bandit: too low"),
    trial(2, RunStatus.RUNNING, 0.5),
)
SWEEP = SweepView(
    "HD_s",
    RunStatus.RUNNING,
    "acc",
    Goal.MAXIMIZE,
    TRIALS,
    TRIALS[0],
    max_total=10,
    requested_concurrency=4,
    effective_concurrency=2,
    seed=17,
)
MODEL = OutputView("m", "blob", "azureml/x/m", "model")
STEPS = (
    StepView("s0", "prepare", RunKind.STEP, RunStatus.COMPLETED, 0.0, 0.0, reused_from="old-step"),
    StepView("s1", "tune", RunKind.STEP, RunStatus.RUNNING, 10.0, sweep=SWEEP, outputs=(MODEL,)),
    StepView("s2", "register", RunKind.STEP, RunStatus.NOT_STARTED),
)
ROOT = RootView("abcdef01-1", RunKind.PIPELINE, "p", "local", "digits", RunStatus.RUNNING, 0.0, 5.0, steps=STEPS)


def words(root: RootView, now: float = 75.0) -> list[str]:
    return [line.plain for line in live_lines([root], now, ASCII)]


def test_the_live_lines_show_steps_bar_best_and_what_was_stopped() -> None:
    assert words(ROOT) == [
        "pipeline abcdef01, digits, running, 1:10",
        "  = prepare   reused from old-step",
        "  * tune      running    1:05",
        "    #########---------------------  2/10  1 completed, 1 stopped early, 1 running",
        "    best acc 0.9  trial 0: lr=0.5",
        "    stopped trial 1: Bandit: too low",
        "  . register  waiting",
    ]


def test_an_ended_sweep_shows_no_stopped_trials_any_more() -> None:
    ended = replace(
        STEPS[1], status=RunStatus.COMPLETED, ended_at=20.0, sweep=replace(SWEEP, status=RunStatus.COMPLETED)
    )
    assert not [line for line in words(replace(ROOT, steps=(ended,))) if "Bandit" in line]


def test_a_failed_step_shows_the_first_line_of_its_error() -> None:
    failed = replace(STEPS[0], reused_from=None, status=RunStatus.FAILED, error=RunError("UserError", "KeyError: 1\nx"))
    assert words(replace(ROOT, steps=(failed,)))[1] == "  x prepare  failed     0.0 s  KeyError: 1"


@given(st.integers(1, 120), st.integers(0, 12))
def test_no_line_is_wider_and_no_more_lines_are_drawn_than_the_terminal_takes(width: int, height: int) -> None:
    lines = to_terminal(live_lines([ROOT], 75.0, UNICODE), width, height, None, UNICODE)
    assert len(lines) <= height
    assert all(len(line) <= max(width - 1, 1) for line in lines)
    assert all("\n" not in line for line in lines)


def test_what_does_not_fit_is_counted() -> None:
    lines = to_terminal(live_lines([ROOT], 75.0, ASCII), 80, 3, None, ASCII)
    assert lines[-1] == "~ 5 more lines"


def test_colours_are_escape_sequences_only_where_wanted() -> None:
    assert "\x1b[" in "".join(to_terminal(live_lines([ROOT], 75.0), 80, 20, "truecolor", UNICODE))
    assert "\x1b[" not in "".join(to_terminal(live_lines([ROOT], 75.0), 80, 20, None, UNICODE))


def test_the_last_words_name_best_files_and_what_to_type() -> None:
    done = replace(STEPS[1], status=RunStatus.COMPLETED, sweep=replace(SWEEP, status=RunStatus.COMPLETED))
    root = replace(ROOT, status=RunStatus.COMPLETED, steps=(STEPS[0], done))
    assert report_lines(root, lambda output: f"/data/{output.path}", lambda run_id: run_id[:8]) == [
        "pipeline abcdef01 completed",
        "  reused      step 'prepare' from old-step",
        "  best trial  HD_s_0: acc 0.9",
        "  parameters  lr=0.5",
        "  trials      3 of 10 at most: 1 completed, 1 stopped early, 1 running",
        "  seed        17",
        "  concurrency 4 at a time requested, 2 here",
        "  model       /data/azureml/x/m",
        "  next        hyperstep show abcdef01   hyperstep best abcdef01 --json",
    ]


def test_the_last_words_say_how_much_work_reuse_saved() -> None:
    first, second = replace(STEPS[0], saved_s=60.0), replace(STEPS[0], id="s9", name="again", saved_s=5.0)
    root = replace(ROOT, status=RunStatus.COMPLETED, steps=(first, second, STEPS[1]))
    lines = report_lines(root, lambda output: f"/data/{output.path}", lambda run_id: run_id[:8])
    assert "  saved       1:05 of work: 2 of 3 steps were reused" in lines


def test_of_several_sweeps_each_is_told_apart_with_what_to_type() -> None:
    other = replace(SWEEP, id="HD_t", best=replace(TRIALS[0], id="HD_t_0"))
    first = replace(STEPS[1], status=RunStatus.COMPLETED)
    silent = replace(first, name="tune last", sweep=replace(SWEEP, id="HD_u", best=None))
    root = replace(ROOT, status=RunStatus.COMPLETED, steps=(first, replace(first, name="again", sweep=other), silent))
    lines = report_lines(root, lambda output: f"/data/{output.path}", lambda run_id: run_id[:8])
    named = [line.split(maxsplit=1)[1] for line in lines if line.startswith(("  sweep", "  best trial", "  next"))]
    assert named == [
        "step 'tune'",
        "trial  HD_s_0: acc 0.9",
        "step 'again'",
        "trial  HD_t_0: acc 0.9",
        "step 'tune last'",
        "trial  none: no trial has reported acc",
        "hyperstep show abcdef01   hyperstep best HD_s --json   hyperstep best HD_t --json",
    ]


def test_a_run_that_goes_on_says_how_to_follow_and_to_end_it() -> None:
    lines = report_lines(ROOT, str, lambda run_id: run_id[:8])
    assert lines[-4:] == [
        "the pipeline run goes on without this process; follow or end it in any terminal:",
        "  follow      hyperstep logs abcdef01 -f",
        "  look        hyperstep show abcdef01",
        "  end         hyperstep cancel abcdef01",
    ]


def test_a_long_name_of_an_output_stays_apart_from_its_path() -> None:
    outputs = (
        OutputView("prepped_data", "blob", "p", "data"),
        OutputView("a_longer_name_of_an_output", "blob", "q", "data"),
    )
    root = replace(ROOT, status=RunStatus.COMPLETED, steps=(replace(STEPS[0], reused_from="", outputs=outputs),))
    lines = report_lines(root, lambda output: f"/data/{output.path}", lambda run_id: run_id[:8])
    assert lines[1:3] == ["  prepped_data /data/p", "  a_longer_name_of_an_output /data/q"]


def test_an_id_that_was_drawn_is_shortened_and_one_that_a_user_chose_is_not() -> None:
    assert short_id("1a2b3c4d-0000-4000-8000-000000000000") == "1a2b3c4d"
    assert short_id("HD_1a2b3c4d-0000-4000-8000-000000000000_7") == "HD_1a2b3c4d"
    assert short_id("my_sweep_12") == "my_sweep_12"


def test_a_sweep_without_any_value_says_so() -> None:
    sweep = replace(SWEEP, best=None, trials=(), status=RunStatus.FAILED)
    root = replace(ROOT, status=RunStatus.FAILED, steps=(replace(STEPS[1], sweep=sweep),))
    text = "\n".join(report_lines(root, str, str))
    assert "none: no trial has reported acc" in text
    assert "hyperstep logs" in text


def test_a_sweep_whose_trials_reported_and_failed_does_not_say_that_none_reported() -> None:
    sweep = replace(SWEEP, best=None, trials=(trial(0, RunStatus.FAILED, 0.9),), status=RunStatus.FAILED)
    root = replace(ROOT, status=RunStatus.FAILED, steps=(replace(STEPS[1], sweep=sweep),))
    text = "\n".join(report_lines(root, str, str))
    assert "none: every trial that reported acc has failed" in text


def test_the_bar_has_one_width_whatever_the_counts() -> None:
    for ended in range(11):
        trials = tuple(trial(n, RunStatus.COMPLETED) for n in range(ended))
        step = replace(STEPS[1], sweep=replace(SWEEP, trials=trials, best=None))
        bar = words(replace(ROOT, steps=(step,)))[2].split()[0]
        assert len(bar) == 30
        assert bar.count("#") == 3 * ended


def test_canceled_trials_are_counted_apart_from_those_stopped_early() -> None:
    canceled = trial(3, RunStatus.CANCELED, reason="canceled by Ctrl-C")
    step = replace(STEPS[1], sweep=replace(SWEEP, trials=(*TRIALS, canceled)))
    lines = words(replace(ROOT, steps=(step,)))
    assert lines[2].endswith("3/10  1 completed, 1 stopped early, 1 canceled, 1 running")
    assert lines[-1] == "    canceled trial 3: canceled by Ctrl-C"


def test_a_run_that_was_asked_to_end_is_not_said_to_go_on() -> None:
    lines = report_lines(ROOT, str, lambda run_id: run_id[:8], canceled=True)
    assert lines[-2:] == [
        "the pipeline was asked to end and does so by itself; its processes may take some seconds more:",
        "  look        hyperstep show abcdef01",
    ]
    assert "goes on" not in "\n".join(lines)


def test_a_trial_that_ended_well_without_a_value_says_how() -> None:
    silent, unusable = trial(0, RunStatus.COMPLETED), replace(trial(1, RunStatus.COMPLETED), unusable=2)
    table = trials_table(replace(SWEEP, trials=(silent, unusable, trial(2, RunStatus.RUNNING)), best=None))
    assert [line.partition("lr=0.5")[2].strip() for line in table[1:]] == [
        "never logged acc",
        "no value of acc was a finite number",
        "",
    ]
