"""Nothing that others named moves the cursor or breaks a line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.cli.fabricated import PIPELINE, START, make_metrics, make_sweep, make_trial

from hyperstep.cli.escaping import escape, escape_lines
from hyperstep.cli.narration import Narrator
from hyperstep.cli.printable import printable
from hyperstep.cli.progress import SweepRecords, view_sweep
from hyperstep.cli.render_live import ASCII, live_lines
from hyperstep.cli.render_report import report_lines
from hyperstep.cli.render_tables import root_text
from hyperstep.cli.view import OutputView, RootView, StepView
from hyperstep.records.run import RunError, RunKind
from hyperstep.records.status import RunStatus

NASTY = "a\x1b[2Jb\nc\u2028d\u202ee\x9bf\rg"


def nasty_root() -> RootView:
    failed = make_trial(0, RunStatus.FAILED, error=RunError("UserError", NASTY, NASTY))
    point = {"hyperparameters": '{"--lr": "x\\ny\\u001b[1m", "--list": ["\\u009b", "p\\nq"]}'}
    good = make_trial(1, RunStatus.COMPLETED, properties=point)
    sweep = view_sweep(make_sweep(), [failed, good], SweepRecords({good.id: make_metrics(good, 0.5)}))
    step = StepView("s", NASTY, RunKind.STEP, RunStatus.FAILED, START, START, reason=NASTY, sweep=sweep)
    error = RunError("UserError", NASTY)
    return RootView(PIPELINE, RunKind.PIPELINE, NASTY, "w", NASTY, RunStatus.FAILED, START, error=error, steps=(step,))


def test_no_text_that_is_shown_holds_a_control_character() -> None:
    view = printable(nasty_root())
    drawn = [line.plain for line in live_lines([view], START, ASCII)]
    for lines in (root_text(view, "", START), Narrator().tell(view, 0.0), report_lines(view, str, str), drawn):
        assert lines
        for line in lines:
            assert line == escape(line)
            assert line.splitlines() == [line] or not line


def test_values_stay_readable() -> None:
    sweep = printable(nasty_root()).sweeps[0]
    assert sweep.best is not None
    assert sweep.best.parameters == {"--lr": "x\\ny\\x1b[1m", "--list": ["\\x9b", "p\\nq"]}
    assert escape("Größe 模型 \N{NO-BREAK SPACE}✓") == "Größe 模型 \N{NO-BREAK SPACE}✓"
    assert escape_lines("one\r\ntwo\x07") == "one\ntwo\\x07"


def test_a_path_stays_a_path() -> None:
    assert printable(OutputView("n\n", "store", "a\tb", "data")) == OutputView("n\\n", "store", "a\tb", "data")


@given(st.text())
def test_an_escaped_text_is_one_line_and_escaping_it_again_changes_nothing(text: str) -> None:
    once = escape(text)
    assert escape(once) == once
    assert len(once.splitlines()) <= 1
