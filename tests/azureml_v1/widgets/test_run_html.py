"""What a panel shows of a run: its HTML and the picture of its metric."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hyperstep.azureml_v1.widgets.curves import metric_picture
from hyperstep.azureml_v1.widgets.run_html import run_html
from hyperstep.azureml_v1.widgets.run_reading import RunView, SweepView, TrialView
from hyperstep.records.goal import Goal
from hyperstep.records.run import RunKind
from hyperstep.records.status import RunStatus


def trial(index: int, *curve: float, status: RunStatus = RunStatus.COMPLETED, reason: str = "") -> TrialView:
    best = max(curve, default=None)
    return TrialView(f"HD_1_{index}", index, status, best, reason, {"--rate": 0.5 / (index + 1)}, curve)


def sweep(*trials: TrialView, planned: int = 4) -> SweepView:
    return SweepView("accuracy", Goal.MAXIMIZE, planned, trials)


def pipeline(found: SweepView) -> RunView:
    tuning = RunView(
        "HD_1", RunKind.SWEEP, "s-1", RunStatus.RUNNING, "", None, 3.0, "/h/log.txt", found, (), "tune <it>"
    )
    step = RunView("s-1", RunKind.STEP, "tune <it>", RunStatus.RUNNING, "", None, 75.4, "", None, (tuning,), "digits")
    return RunView("p-1", RunKind.PIPELINE, "digits", RunStatus.RUNNING, "", None, None, "", None, (step,))


def texts(html: str) -> str:
    return " ".join("".join(ET.fromstring(html).itertext()).split())  # noqa: S314 - our own text


def test_steps_progress_best_trials_and_reasons_are_shown() -> None:
    found = sweep(
        trial(2, 0.5, 0.9),
        trial(0, 0.25, status=RunStatus.CANCELED, reason="Bandit: 0.25 is below 0.4"),
        trial(1, status=RunStatus.RUNNING),
    )
    html = run_html(pipeline(found))
    shown = texts(html)
    for part in (
        "tune <it> step",
        "1 min 15 s",
        "/h/log.txt",
        "tune <it>: maximize accuracy",
        "2 of 4 trials finished, 1 running, 1 canceled",
        "best so far: 0.9 in trial 2 (--rate 0.166667)",
        "Bandit: 0.25 is below 0.4",
        "hyperstep logs p-1",
    ):
        assert part in shown, part
    assert "width:50.0%" in html
    assert "http" not in html, "nothing is fetched"
    assert "<script" not in html


def test_a_run_that_ended_early_has_all_of_its_progress_behind_it() -> None:
    ended = replace(pipeline(sweep(trial(0, 0.5))).children[0].children[0], status=RunStatus.CANCELED)
    assert "1 of 1 trials finished" in texts(run_html(ended))
    assert "width:100.0%" in run_html(ended)


def test_a_sweep_without_a_value_yet_has_no_picture_and_no_best() -> None:
    html = run_html(pipeline(sweep()))
    assert "no value yet" in html
    assert "<svg" not in html
    assert metric_picture(sweep(trial(0))) == ""


def test_a_long_table_is_cut_and_says_so() -> None:
    html = run_html(pipeline(sweep(*(trial(index, 0.5) for index in range(40)), planned=40)))
    assert "and 15 more trials" in html
    assert texts(html).count("Completed") == 25


def test_a_reused_step_says_from_which_run() -> None:
    run = RunView("s-2", RunKind.STEP, "tune", RunStatus.COMPLETED, "", "s-1", 0.0, "", None, ())
    assert "Completed reused from s-1" in texts(run_html(run))


def test_trials_with_several_values_are_lines_and_the_best_is_drawn_last() -> None:
    lines = ET.fromstring(metric_picture(sweep(trial(1, 0.5, 0.9), trial(0, 0.1, 0.2)))).findall("polyline")  # noqa: S314
    assert [line.findtext("title") for line in lines] == ["trial 0: best 0.2", "trial 1: best 0.9"]
    assert lines[1].get("points") == "64.0,83.0 632.0,10.0"


def test_trials_with_one_value_each_are_dots_over_their_indices() -> None:
    dots = ET.fromstring(metric_picture(sweep(trial(3, 0.9), trial(0, 0.1)))).findall("circle")  # noqa: S314
    assert [(dot.get("cx"), dot.get("cy")) for dot in dots] == [("64.0", "156.0"), ("632.0", "10.0")]


@given(st.lists(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5), min_size=1))
def test_every_picture_is_well_formed_and_stays_in_its_frame(curves: list[list[float]]) -> None:
    trials = [trial(index, *curve) for index, curve in enumerate(curves)]
    root = ET.fromstring(metric_picture(sweep(*trials)))  # noqa: S314
    places = [pair for line in root.iter("polyline") for pair in str(line.get("points")).split()]
    places += [f"{dot.get('cx')},{dot.get('cy')}" for dot in root.iter("circle")]
    assert len(places) == sum(map(len, curves))
    for place in places:
        x, y = map(float, place.split(","))
        assert 0 <= x <= 640
        assert 0 <= y <= 180
